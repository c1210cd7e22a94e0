import { join } from 'node:path/posix';
import type { Offer, Unit } from '../../common/target';
import { dspEnvironment, runFlags } from './benchmark_flags';
import { readBenchmarkSession } from './benchmark_session';
import { pinnedCommand } from './core_mask';
import { delegationBy } from './delegation';
import type { Invocation, RuntimeAdapter, ToolCommand, ToolFile, ToolOutput } from './runtime';
import { toolDigestOf } from './tool_digest';

export const benchmarkModelFolder = 'tflite';
const tool = 'benchmark_model';

/** The delegate's name in the tool's sentence about full delegation; the CPU needs no proof. */
const delegateNames: Readonly<Record<Unit, string | null>> = {
  cpu: null,
  'cpu-xnnpack': null,
  gpu: 'GPU',
  nnapi: 'NNAPI',
  dsp: 'Hexagon',
  npu: 'EXTERNAL',
};

/** TFLite's (LiteRT's) benchmark_model on a phone, for the units whose libraries are among `toolFiles`. The first file is the binary. */
export function benchmarkModel(
  toolFiles: readonly [ToolFile, ...ToolFile[]],
  offers: readonly Offer[],
): RuntimeAdapter {
  return {
    name: tool,
    formats: ['tflite'],
    offers,
    boundary: 'tflite Interpreter::Invoke',
    toolDigest: toolDigestOf(toolFiles),
    toolFiles,
    command: benchmarkModelCommand,
    parse: parseBenchmarkModel,
  };
}

function benchmarkModelCommand(invocation: Invocation): ToolCommand {
  const folder = join(invocation.workFolder, benchmarkModelFolder);
  const command = [
    join(folder, tool),
    ...runFlags(invocation),
    ...unitFlags(invocation.offer, folder),
    '--enable_op_profiling=false',
  ];
  return {
    command: pinnedCommand(invocation.cores, command),
    environment: dspEnvironment(folder),
    readsResultFile: false,
  };
}

function unitFlags(offer: Offer, folder: string): string[] {
  switch (offer.unit) {
    case 'cpu':
    case 'cpu-xnnpack':
      return ['--use_xnnpack=true'];
    case 'gpu':
      return [
        '--use_gpu=true',
        `--gpu_precision_loss_allowed=${String(offer.precision !== 'float32')}`,
        '--require_full_delegation=true',
      ];
    case 'nnapi':
      return [
        '--use_nnapi=true',
        '--nnapi_accelerator_name=qti-default',
        `--nnapi_allow_fp16=${String(offer.precision === 'float16')}`,
        '--require_full_delegation=true',
      ];
    case 'dsp':
      return [
        '--use_hexagon=true',
        `--hexagon_lib_path=${folder}`,
        '--require_full_delegation=true',
      ];
    case 'npu':
      return [
        `--external_delegate_path=${join(folder, 'libQnnTFLiteDelegate.so')}`,
        `--external_delegate_options=${qnnDelegateOptions(folder, offer)}`,
        '--require_full_delegation=true',
      ];
  }
}

/** Burst mode, as Qualcomm's own scripts benchmark; precision 0 is quantized, 1 float16. */
function qnnDelegateOptions(folder: string, offer: Offer): string {
  const floating = offer.precision === 'float16' || offer.precision === 'float32';
  return `backend_type:htp;library_path:${join(folder, 'libQnnHtp.so')};skel_library_dir:${folder};htp_performance_mode:2;htp_precision:${floating ? '1' : '0'}`;
}

/** The parser by itself, for its tests. */
export function parseBenchmarkModel(
  output: ToolOutput,
  invocation: Invocation,
): ReturnType<RuntimeAdapter['parse']> {
  const delegate = delegateNames[invocation.offer.unit];
  return readBenchmarkSession(output, invocation, {
    name: tool,
    delegationIn: (lines) => (delegate === null ? null : delegationBy(lines, delegate)),
    alternativeFlags: [],
  });
}
