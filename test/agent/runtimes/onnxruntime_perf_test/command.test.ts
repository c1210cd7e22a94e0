import { onnxruntimePerfTest } from '../../../../agent/runtimes/onnxruntime_perf_test/adapter';
import { toolBundle } from '../../../../agent/runtimes/tool/tool_bundle';
import { invocationFor } from '../tool/invocation';
import { aFile, oneFile } from '../tool/sample_bundle';

describe('the command line', () => {
  const tools = oneFile('onnxruntime', 'onnxruntime_perf_test');
  const adapter = onnxruntimePerfTest(tools, []);
  const cpu = invocationFor('onnxruntime/cpu/int8', { runs: 3, warmupRuns: 2 });

  test('measures the warm-up runs too, since the tool itself makes only one', () => {
    const { command, readsResultFile } = adapter.command(cpu);
    expect(command.join(' ')).toContain('-m times -r 5 -x 1 -I -s -e cpu');
    expect(command.slice(-2)).toEqual([cpu.modelPath, cpu.resultPath]);
    expect(readsResultFile).toBe(true);
  });

  test('the NPU forbids the fallback to the CPU', () => {
    const { command } = adapter.command(invocationFor('onnxruntime/npu/int8'));
    expect(command).toEqual(
      expect.arrayContaining(['-e', 'qnn', '-C', 'session.disable_cpu_ep_fallback|1']),
    );
  });

  test("QNN's provider of 2.0 is a plugin, under a name that asks no more of the binary", () => {
    const library = aFile('libonnxruntime_providers_qnn.so');
    const bundle = toolBundle('onnxruntime', [...tools.files, library]);
    const folder = `/data/local/tmp/farm/${bundle.folder}`;
    const { command } = onnxruntimePerfTest(bundle, []).command(
      invocationFor('onnxruntime/npu/int8'),
    );
    expect(command).not.toContain('-e');
    expect(command.slice(command.indexOf('--plugin_ep_libs'), -2)).toEqual([
      ...['--plugin_ep_libs', `QnnPlugin|${folder}/libonnxruntime_providers_qnn.so`],
      ...['--plugin_eps', 'QnnPlugin'],
      ...[
        '--plugin_ep_options',
        `backend_path|${folder}/libQnnHtp.so htp_performance_mode|burst htp_graph_finalization_optimization_mode|3`,
      ],
      ...['-C', 'session.disable_cpu_ep_fallback|1'],
    ]);
  });

  test('the NPU says that it is timed with the quantization of its inputs and outputs', () => {
    expect(
      onnxruntimePerfTest(tools, [{ runtime: 'onnxruntime', unit: 'npu', precision: 'int8' }])
        .boundary,
    ).toContain('inputs quantized and outputs dequantized on the NPU');
    expect(adapter.boundary).toBe('onnxruntime Session::Run');
  });
});
