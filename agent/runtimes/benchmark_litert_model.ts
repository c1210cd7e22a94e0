import { join } from 'node:path/posix';
import type { Offer, Unit } from '../../common/target';
import { dspEnvironment, runFlags } from './benchmark_flags';
import { readBenchmarkSession } from './benchmark_session';
import { pinnedCommand } from './core_mask';
import { delegationOfSubgraphs } from './delegation';
import type { Invocation, RuntimeAdapter, ToolCommand, ToolFile, ToolOutput } from './runtime';
import { toolDigestOf } from './tool_digest';

export const litertFolder = 'litert';
const binary = 'benchmark_model';
const tool = 'benchmark_litert_model';

/** The kernels that a unit's delegate puts in place of nodes; the CPU needs no proof. */
const kernels: Partial<Record<Unit, RegExp>> = {
  gpu: /gpu|litert|_cl\b|_gl\b|opencl|opengl|vulkan/i,
  npu: /dispatch|npu|qnn|htp/i,
};

/**
 * LiteRT's newer benchmark_model on a phone: CPU and GPU, and the NPU through a dispatch library and a plugin that
 * compiles the model on the phone. The first file is the binary.
 * https://github.com/google-ai-edge/LiteRT/blob/main/litert/tools/benchmark_litert_model.h
 */
export function benchmarkLitertModel(
  toolFiles: readonly [ToolFile, ...ToolFile[]],
  offers: readonly Offer[],
): RuntimeAdapter {
  return {
    name: tool,
    formats: ['tflite'],
    offers,
    boundary: 'litert CompiledModel::Run',
    toolDigest: toolDigestOf(toolFiles),
    toolFiles,
    command: benchmarkLitertCommand,
    parse: parseBenchmarkLitertModel,
  };
}

function benchmarkLitertCommand(invocation: Invocation): ToolCommand {
  const folder = join(invocation.workFolder, litertFolder);
  const command = [
    join(folder, binary),
    ...runFlags(invocation),
    ...unitFlags(invocation.offer, folder),
  ];
  return {
    command: pinnedCommand(invocation.cores, command),
    environment: dspEnvironment(folder),
    readsResultFile: false,
  };
}

/** Full delegation and the CPU exclude each other, and the CPU is on unless it is switched off. */
const noCpu = ['--use_cpu=false', '--require_full_delegation=true'];

function unitFlags({ unit, precision }: Offer, folder: string): string[] {
  switch (unit) {
    case 'gpu': {
      const isFull = precision === 'float32';
      // The flag's name changed in 2026; the one that a binary does not know is only warned of.
      return [
        '--use_gpu=true',
        ...noCpu,
        `--gpu-precision=${isFull ? 'fp32' : 'fp16'}`,
        `--allow_fp16=${String(!isFull)}`,
      ];
    }
    case 'npu':
      return [
        '--use_npu=true',
        ...noCpu,
        `--dispatch_library_path=${folder}`,
        `--compiler_plugin_library_path=${folder}`,
      ];
    default:
      return ['--use_cpu=true'];
  }
}

/** The parser by itself, for its tests. */
export function parseBenchmarkLitertModel(
  output: ToolOutput,
  invocation: Invocation,
): ReturnType<RuntimeAdapter['parse']> {
  const ours = kernels[invocation.offer.unit];
  return readBenchmarkSession(output, invocation, {
    name: tool,
    delegationIn: (lines) => (ours === undefined ? null : delegationOfSubgraphs(lines, ours)),
    alternativeFlags: [['gpu-precision', 'allow_fp16']],
  });
}
