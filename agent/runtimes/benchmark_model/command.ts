import { join } from 'node:path/posix';
import type { Offer } from '../../../common/target';
import { libraryEnvironment } from '../tool/library_paths';
import { pinnedCommand } from '../tool/pinned_command';
import type { Invocation, ToolCommand } from '../tool/runtime_adapter';
import { benchmarkBinary } from '../tflite_benchmark/files';
import { runFlags } from '../tflite_benchmark/run_flags';
import { qnnDelegateName } from './files';

/** The command line of one session, with the tool in `folder`; it demands that the unit takes the whole model. */
export function benchmarkModelCommand(invocation: Invocation, folder: string): ToolCommand {
  const command = [
    join(folder, benchmarkBinary.fileName),
    ...runFlags(invocation),
    ...unitFlags(invocation.offer, folder),
    '--enable_op_profiling=false',
  ];
  return {
    command: pinnedCommand(invocation.cores, command),
    environment: libraryEnvironment(folder),
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
        `--external_delegate_path=${join(folder, qnnDelegateName)}`,
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
