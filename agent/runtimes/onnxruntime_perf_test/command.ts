import { join } from 'node:path/posix';
import type { Offer } from '../../../common/target';
import { libraryEnvironment } from '../tool/library_paths';
import { pinnedCommand } from '../tool/pinned_command';
import type { Invocation, ToolCommand } from '../tool/runtime_adapter';

/** Where the tool lies on the phone. */
interface PlacedTool {
  readonly folder: string;
  readonly qnnPlugin: string | undefined;
}

/**
 * `-I` makes the inputs, `-s` prints statistics. The tool warms up with a single run, so the plan's warm-up runs are
 * measured too and dropped by the parser.
 */
export function perfTestCommand(
  invocation: Invocation,
  { folder, qnnPlugin }: PlacedTool,
): ToolCommand {
  const { plan } = invocation;
  const command = [
    join(folder, 'onnxruntime_perf_test'),
    ...[
      '-m',
      'times',
      '-r',
      String(plan.warmupRuns + plan.runs),
      '-x',
      String(plan.threads),
      '-I',
      '-s',
    ],
    ...providerFlags(invocation.offer, folder, qnnPlugin),
    invocation.modelPath,
    invocation.resultPath,
  ];
  return {
    command: pinnedCommand(invocation.cores, command),
    environment: libraryEnvironment(folder),
    readsResultFile: true,
  };
}

/**
 * The name under which a plugin is registered, which becomes its provider's. Not QNN's own: that name makes a binary
 * that was built without QNN refuse, though the plugin has it.
 * https://github.com/microsoft/onnxruntime/blob/main/onnxruntime/test/perftest/ort_test_session.cc
 */
const pluginName = 'QnnPlugin';

function providerFlags(offer: Offer, folder: string, plugin: string | undefined): string[] {
  if (offer.unit === 'cpu-xnnpack') return ['-e', 'xnnpack'];
  if (offer.unit !== 'npu') return ['-e', 'cpu'];
  const half = offer.precision === 'float16' ? ' enable_htp_fp16_precision|1' : '';
  const options = `backend_path|${join(folder, 'libQnnHtp.so')} htp_performance_mode|burst htp_graph_finalization_optimization_mode|3${half}`;
  const provider =
    plugin === undefined
      ? ['-e', 'qnn', '-i', options]
      : [
          '--plugin_ep_libs',
          `${pluginName}|${join(folder, plugin)}`,
          '--plugin_eps',
          pluginName,
          '--plugin_ep_options',
          options,
        ];
  return [...provider, '-C', 'session.disable_cpu_ep_fallback|1'];
}
