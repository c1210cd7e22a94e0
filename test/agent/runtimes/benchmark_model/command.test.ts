import { benchmarkModel } from '../../../../agent/runtimes/benchmark_model/adapter';
import { invocationFor } from '../tool/invocation';
import { oneFile } from '../tool/sample_bundle';

describe('the command line', () => {
  const adapter = benchmarkModel(oneFile('tflite', 'benchmark_model'), []);
  const folder = '/data/local/tmp/farm/tools/tflite-dddddddddddddddd';

  test('runs exactly the plan, on the pinned cores, with the libraries of its own folder', () => {
    const { command, environment, readsResultFile } = adapter.command({
      ...invocationFor('tflite/cpu/int8', { runs: 20, warmupRuns: 3, threads: 4 }),
      cores: [4, 5, 6, 7],
    });
    expect(command.slice(0, 4)).toEqual([
      'taskset',
      'f0',
      `${folder}/benchmark_model`,
      '--graph=/data/local/tmp/farm/model.tflite',
    ]);
    expect(command).toEqual(
      expect.arrayContaining([
        '--num_threads=4',
        '--num_runs=20',
        '--min_secs=0',
        '--warmup_runs=3',
        '--use_xnnpack=true',
      ]),
    );
    expect(environment['LD_LIBRARY_PATH']).toBe(folder);
    expect(readsResultFile).toBe(false);
  });

  test.each(['gpu', 'nnapi', 'dsp', 'npu'])('%s demands full delegation', (unit) => {
    expect(adapter.command(invocationFor(`tflite/${unit}/int8`)).command).toContain(
      '--require_full_delegation=true',
    );
  });

  test('the NPU runs 8-bit models as quantized and others in half precision', () => {
    const options = (precision: string): string | undefined =>
      adapter
        .command(invocationFor(`tflite/npu/${precision}`))
        .command.find((word) => word.startsWith('--external_delegate_options='));
    expect(options('int8')).toMatch(/backend_type:htp;.*htp_precision:0$/);
    expect(options('float16')).toMatch(/htp_precision:1$/);
  });
});
