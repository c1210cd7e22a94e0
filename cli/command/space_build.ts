import type { Command } from 'commander';
import { BadInputError } from '../../common/bad_input';
import { formatYaml } from '../../platform/config/yaml';
import { createTensorCache } from '../../model/block/tensor_cache';
import { writeOnnx } from '../../model/onnx/write';
import { quantizeGraph } from '../../model/quantize/quantize';
import { architectureNames } from '../../model/space/architecture_names';
import { loadSpace } from '../../model/space/load_space';
import { writeTflite } from '../../model/tflite/write';
import { wholeNumberFrom } from '../input/number_option';
import type { Terminal } from '../output/terminal';
import { writeWholeFolder } from '../output/whole_file';
import { jsonOr } from '../output/json_or';

interface BuildOptions {
  readonly output: string;
  readonly seed: string;
  readonly calibrationSamples: number;
  readonly json?: boolean;
}

const mostCalibrationSamples = 512;

export function registerSpaceBuild(space: Command, terminal: Terminal): void {
  space
    .command('build <space> <architecture>')
    .description(
      'write an architecture, named as such or by its hash, as float ONNX, int8 ONNX and int8 TFLite into a new folder; weights are drawn',
    )
    .requiredOption('-o, --output <dir>', 'the folder to make')
    .option('--seed <text>', 'of the weights and of the generated calibration images', '1')
    .option(
      '--calibration-samples <n>',
      'how many generated images the int8 ranges come from',
      wholeNumberFrom({ min: 1, max: mostCalibrationSamples }),
      4,
    )
    .option('--json', 'machine-readable output')
    .action(async (nameOrPath: string, text: string, options: BuildOptions) => {
      const { description, files } = await buildFiles(nameOrPath, text, options);
      await writeWholeFolder(options.output, files, '-o DIR');
      terminal.print(
        jsonOr(options, { folder: options.output, files: [...files.keys()], ...description }, () =>
          [...files]
            .map(([name, content]) => `${options.output}/${name}  ${content.length} bytes`)
            .join('\n'),
        ),
      );
    });
}

/** All of it in memory first, so that a folder is complete or not there. @throws BadInputError */
async function buildFiles(
  nameOrPath: string,
  text: string,
  { seed, calibrationSamples }: BuildOptions,
): Promise<{
  readonly description: Readonly<Record<string, unknown>>;
  readonly files: ReadonlyMap<string, Uint8Array>;
}> {
  const space = loadSpace(nameOrPath);
  const architecture = space.canonical(architectureNames(space)(text));
  const graph = space.build(architecture, { seed, cache: createTensorCache(0) });
  const int8 = await quantizeGraph(graph, { kind: 'generated', seed, samples: calibrationSamples });
  const weights = `drawn, seed ${seed}`;
  const tflite = writeTflite(int8, { weights });
  if (!tflite.ok) throw new BadInputError(`architecture ${architecture}: ${tflite.error}`);
  const description = {
    space: space.name,
    architecture,
    hash: space.hashOf(architecture),
    seed,
    weights,
    ...space.costOf(architecture),
  };
  const files = new Map([
    ['model.onnx', writeOnnx(graph, { weights })],
    ['model.int8.onnx', writeOnnx(int8, { weights })],
    ['model.int8.tflite', tflite.value],
    ['architecture.yaml', new TextEncoder().encode(formatYaml(description))],
  ]);
  return { description, files };
}
