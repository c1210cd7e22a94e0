import { join } from 'node:path/posix';
import type { Offer } from '../../../common/target';
import { libraryEnvironment } from '../tool/library_paths';
import { pinnedCommand } from '../tool/pinned_command';
import type { Invocation, ToolCommand } from '../tool/runtime_adapter';
import { benchmarkBinary } from '../tflite_benchmark/files';
import { runFlags } from '../tflite_benchmark/run_flags';

/** The command line of one session, with the tool in `folder`; it demands that the unit takes the whole model. */
export function benchmarkLitertModelCommand(invocation: Invocation, folder: string): ToolCommand {
  const command = [
    join(folder, benchmarkBinary.fileName),
    ...runFlags(invocation),
    ...unitFlags(invocation.offer, folder),
  ];
  return {
    command: pinnedCommand(invocation.cores, command),
    environment: libraryEnvironment(folder),
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
