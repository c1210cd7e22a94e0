import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Command } from 'commander';
import { registerQuantize } from '../../../cli/command/quantize';
import { createRandom } from '../../../common/random';
import type { Graph } from '../../../model/onnx/graph';
import { createGraphBuilder, float32Tensor, ints } from '../../../model/onnx/graph_builder';
import { writeOnnx } from '../../../model/onnx/write';
import { npyFile } from '../../model/calibration/npy_file';
let folder = '';

/** Gives every test of a file a folder with a model and samples for it. */
export function inFolder(): void {
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'quantize-'));
    mkdirSync(path.join(folder, 'out'));
    writeFileSync(path.join(folder, 'model.onnx'), writeOnnx(smallNetwork()));
    writeFileSync(
      path.join(folder, 'samples.npy'),
      npyFile(normals(6 * 192), { descr: '<f4', shape: [6, 3, 8, 8] }),
    );
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });
}

export function normals(count: number): Float32Array {
  const random = createRandom('samples');
  return Float32Array.from({ length: count }, () => random.normal());
}

interface Changes {
  readonly weights?: (count: number) => Float32Array;
  readonly hasBiases?: boolean;
  readonly kind?: 'Relu' | 'Clip' | 'Det' | 'Softsign';
}

export function smallNetwork({
  weights = normals,
  hasBiases = true,
  kind = 'Relu',
}: Changes = {}): Graph {
  const builder = createGraphBuilder('small');
  const conv = (name: string, input: string, from: number, to: number): string =>
    builder.node(
      name,
      'Conv',
      [
        input,
        builder.constant(`${name}.w`, float32Tensor([to, from, 3, 3], weights(to * from * 9))),
        ...(hasBiases ? [builder.constant(`${name}.b`, float32Tensor([to], weights(to)))] : []),
      ],
      { pads: ints(1, 1, 1, 1), kernel_shape: ints(3, 3) },
    );
  const limits =
    kind === 'Clip'
      ? [
          builder.constant('min', float32Tensor([], Float32Array.of(0))),
          builder.constant('max', float32Tensor([], Float32Array.of(6))),
        ]
      : [];
  const relu = builder.node('relu', kind, [
    conv('first', builder.input('image', [1, 3, 8, 8]), 3, 8),
    ...limits,
  ]);
  return builder.finish([
    { name: conv('second', relu, 8, 4), elementType: 'float32', shape: [1, 4, 8, 8] },
  ]);
}

export const at = (name: string): string => path.join(folder, name);
/** Runs `farm quantize` in this process; what it printed. */
export async function quantize(...args: readonly string[]): Promise<string> {
  return quantizeNoting([], ...args);
}

export async function quantizeNoting(notes: string[], ...args: readonly string[]): Promise<string> {
  const lines: string[] = [];
  const program = new Command('farm').exitOverride().configureOutput({ writeErr: () => undefined });
  registerQuantize(program, {
    print: (text) => void lines.push(text),
    note: (text) => void notes.push(text),
    interactive: false,
    columns: 0,
  });
  await program.parseAsync(
    [
      'quantize',
      at('model.onnx'),
      '--calibration',
      at('samples.npy'),
      '-o',
      at('out/small.onnx'),
      ...args,
    ],
    { from: 'user' },
  );
  return lines.join('\n');
}
