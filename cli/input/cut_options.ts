import path from 'node:path';
import { Option, type Command } from 'commander';
import { BadInputError } from '../../common/bad_input';
import { readYamlFile } from '../../platform/config/yaml_file';
import { anatomyOf, type Anatomy } from '../../model/reference/anatomy';
import type { CutChoice } from '../../model/reference/cuts';
import { cutsFileSchema } from '../../model/reference/cuts_file';
import { mostBlocks } from '../../model/reference/split';
import { wholeNumberOption } from './number_option';
import { inputShapeOption, readCanonicalOnnx, type InputShapes, type OnnxFile } from './onnx_file';

export interface CutOptions {
  readonly input?: InputShapes;
  readonly blocks?: number;
  readonly cuts?: string;
}

export function withCutOptions(command: Command): Command {
  return command
    .addOption(inputShapeOption())
    .addOption(
      wholeNumberOption(
        '--blocks <n>',
        'how many blocks to propose (default: as many as there are stages, at most 5; 4 for transformers)',
        { min: 1, max: mostBlocks },
      ),
    )
    .addOption(
      new Option(
        '--cuts <tensors>',
        'auto, or the tensors to cut at, separated by commas, or a cuts.yaml',
      ).conflicts('blocks'),
    );
}

export function cutChoice({ blocks, cuts }: CutOptions): CutChoice {
  if (cuts === undefined || cuts === 'auto')
    return { kind: 'auto', ...(blocks === undefined ? {} : { blocks }) };
  if (['.yaml', '.yml'].includes(path.extname(cuts)))
    return {
      kind: 'list',
      tensors: readYamlFile(cuts, cutsFileSchema).cuts.map((cut) => cut.tensor),
    };
  return {
    kind: 'list',
    tensors: cuts
      .split(',')
      .map((tensor) => tensor.trim())
      .filter((tensor) => tensor !== ''),
  };
}

export async function readAnatomy(
  modelPath: string,
  options: CutOptions,
): Promise<{ readonly file: OnnxFile; readonly anatomy: Anatomy }> {
  const file = await readCanonicalOnnx(modelPath, options.input ?? new Map());
  const anatomy = anatomyOf(file.graph);
  if (!anatomy.ok) throw new BadInputError(`${modelPath}: ${anatomy.error}`);
  return { file, anatomy: anatomy.value };
}
