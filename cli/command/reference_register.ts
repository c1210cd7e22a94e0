import type { Command } from 'commander';
import { BadInputError } from '../../common/bad_input';
import { decodeJson } from '../../proto/codec/json';
import { referenceSchema } from '../../proto/codec/training/reference';
import { readReferenceFile, registerReferenceFile } from '../input/reference_file';
import { jsonOr, type JsonOption } from '../output/json_or';
import { formatTable } from '../output/table';
import type { Terminal } from '../output/terminal';
import { withFarm } from './connection';

/** As a reference may have on its way to the coordinator. */
const largestReferenceBytes = 1024 * 1024;

export function registerReferenceRegister(reference: Command, terminal: Terminal): void {
  reference
    .command('register <reference.yaml>')
    .description('give a reference to the farm; the same again changes nothing (docs/training.md)')
    .option('--json', 'machine-readable output')
    .action(async (file: string, options: JsonOption, command: Command) => {
      const read = await readReferenceFile(file);
      await withFarm(command, async (farm) => {
        const registered = await registerReferenceFile(farm, read);
        terminal.print(
          jsonOr(
            options,
            registered,
            () =>
              `${registered.name} is registered: ${registered.cuts.length - 1} blocks, ${registered.task.classes} classes; train them with: farm library build ${file}`,
          ),
        );
      });
    });
  reference
    .command('list')
    .description('the references that the farm knows')
    .option('--json', 'machine-readable output')
    .action(async (options: JsonOption, command: Command) => {
      const texts = await withFarm(command, (farm) => farm.listReferences());
      const known = texts.map((text) => {
        const read = decodeJson(Buffer.from(text), referenceSchema, largestReferenceBytes);
        if (read.ok) return read.value;
        throw new BadInputError(`a reference of the coordinator: ${read.error}`);
      });
      terminal.print(
        jsonOr(options, known, () =>
          formatTable(
            ['REFERENCE', 'TASK', 'CLASSES', 'BLOCKS', 'IMAGES', 'MODEL'],
            known.map(({ name, task, cuts, data, model }) => [
              ...[name, task.kind, String(task.classes), String(cuts.length - 1)],
              ...[data.kind, model.slice(0, 12)],
            ]),
          ),
        ),
      );
    });
}
