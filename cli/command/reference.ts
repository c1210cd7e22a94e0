import { Option, type Command } from 'commander';
import { BadInputError } from '../../common/bad_input';
import { formatYaml } from '../../platform/config/yaml';
import { writeOnnx } from '../../model/onnx/write';
import { resolveCuts } from '../../model/reference/cuts';
import { cutsFileOf } from '../../model/reference/cuts_file';
import { extractParts, type ReferencePart } from '../../model/reference/extract';
import { profileOf } from '../../model/reference/profile';
import { createReference } from '../../model/zoo/reference';
import { imageNetShape, referenceNames } from '../../model/zoo/reference_spec';
import { inputShapeOption, readCanonicalOnnx, type InputShapes } from '../input/onnx_file';
import { cutChoice, readAnatomy, withCutOptions, type CutOptions } from '../input/cut_options';
import { stitchFolder } from '../input/reference_folder';
import { numberFrom, wholeNumberOption } from '../input/number_option';
import { describeParts, describeTotal } from '../output/anatomy';
import type { Terminal } from '../output/terminal';
import { writeWholeFile, writeWholeFolder } from '../output/whole_file';
import { registerReferenceInspect } from './reference_inspect';
import { registerReferenceRegister } from './reference_register';
import { registerReferenceTrain } from './reference_train';

export function registerReference(program: Command, terminal: Terminal): void {
  const reference = program
    .command('reference')
    .description('read, cut and stitch the network that a search starts from');
  registerReferenceInspect(reference, terminal);
  registerExtract(reference, terminal);
  registerStitch(reference, terminal);
  registerWrite(reference, terminal);
  registerCanonicalize(reference, terminal);
  registerReferenceTrain(reference, terminal);
  registerReferenceRegister(reference, terminal);
}

function registerExtract(reference: Command, terminal: Terminal): void {
  withCutOptions(reference.command('extract <model>'))
    .description(
      'write stem, blocks and head as models of their own, and cuts.yaml, into a new folder',
    )
    .requiredOption('-o, --output <folder>', 'the folder to make')
    .action(async (modelPath: string, options: CutOptions & { readonly output: string }) => {
      const { file, anatomy } = await readAnatomy(modelPath, options);
      const cuts = resolveCuts(cutChoice(options), anatomy);
      if (!cuts.ok) throw new BadInputError(`${modelPath}: ${cuts.error}`);
      const parts = extractParts(anatomy.profile, cuts.value);
      await writeWholeFolder(options.output, partFiles(file.graph.name, parts), '-o DIR');
      terminal.print(describeParts(parts, anatomy.profile));
      terminal.note(
        `${options.output}: stem.onnx, block1.onnx to block${String(parts.length - 2)}.onnx, head.onnx and cuts.yaml`,
      );
    });
}

function* partFiles(
  network: string,
  parts: readonly ReferencePart[],
): Generator<readonly [string, Uint8Array | string]> {
  for (const { name, graph } of parts) yield [`${name}.onnx`, writeOnnx(graph)];
  yield ['cuts.yaml', formatYaml(cutsFileOf(network, parts))];
}

function registerStitch(reference: Command, terminal: Terminal): void {
  reference
    .command('stitch <folder>')
    .description('join the parts that `extract` wrote, or what replaced them, into one model')
    .requiredOption('-o, --output <file>', 'the model to write')
    .action(async (folder: string, options: { readonly output: string }) => {
      const graph = await stitchFolder(folder);
      const profile = profileOf(graph);
      if (!profile.ok) throw new BadInputError(`${folder}: ${profile.error}`);
      await writeWholeFile(options.output, writeOnnx(graph), '-o FILE');
      terminal.print(`${options.output}: ${describeTotal(profile.value)}`);
    });
}

interface WriteOptions {
  readonly output: string;
  readonly seed: number;
  readonly width?: number;
  readonly imageSize: number;
}

function registerWrite(reference: Command, terminal: Terminal): void {
  reference
    .command('write <name>')
    .description(`write a well-known network with drawn weights: ${referenceNames.join(', ')}`)
    .requiredOption('-o, --output <file>', 'the model to write')
    .addOption(
      wholeNumberOption('--seed <n>', 'of the weights', {
        min: 0,
        max: Number.MAX_SAFE_INTEGER,
      }).default(1),
    )
    .addOption(
      new Option('--width <factor>', 'of the channels of mobilenetv2').argParser(
        numberFrom({ min: 0.1, max: 4 }),
      ),
    )
    .addOption(
      wholeNumberOption(
        '--image-size <pixels>',
        'height and width of the input, a multiple of 32',
        { min: 32, max: 2048 },
      ).default(imageNetShape.imageSize[0]),
    )
    .action(async (name: string, { output, seed, width, imageSize }: WriteOptions) => {
      const known = referenceNames.find((each) => each === name);
      if (known === undefined)
        throw new BadInputError(`no reference "${name}"; there are ${referenceNames.join(', ')}`);
      if (width !== undefined && known !== 'mobilenetv2')
        throw new BadInputError(`--width is for mobilenetv2; ${name} has one width`);
      if (imageSize % 32 !== 0)
        throw new BadInputError(`--image-size ${String(imageSize)}: expected a multiple of 32`);
      const graph = createReference(known, {
        seed,
        imageSize: [imageSize, imageSize],
        widthMultiplier: width ?? 1,
      });
      const profile = profileOf(graph);
      if (!profile.ok) throw new BadInputError(`${name}: ${profile.error}`);
      await writeWholeFile(
        output,
        writeOnnx(graph, { weights: `drawn, seed ${String(seed)}` }),
        '-o FILE',
      );
      terminal.print(`${output}: ${describeTotal(profile.value)}`);
    });
}

function registerCanonicalize(reference: Command, terminal: Terminal): void {
  reference
    .command('canonicalize <model>')
    .description(
      'write a network as the farm reads it: constants folded, shapes fixed, patterns named (docs/references.md)',
    )
    .requiredOption('-o, --output <file>', 'the model to write')
    .addOption(inputShapeOption())
    .action(
      async (
        modelPath: string,
        options: { readonly output: string; readonly input?: InputShapes },
      ) => {
        const { graph, metadata } = await readCanonicalOnnx(modelPath, options.input ?? new Map());
        const profile = profileOf(graph);
        if (!profile.ok) throw new BadInputError(`${modelPath}: ${profile.error}`);
        await writeWholeFile(options.output, writeOnnx(graph, metadata), '-o FILE');
        terminal.print(`${options.output}: ${describeTotal(profile.value)}`);
      },
    );
}
