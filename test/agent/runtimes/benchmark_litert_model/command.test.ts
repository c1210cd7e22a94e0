import { benchmarkLitertModel } from '../../../../agent/runtimes/benchmark_litert_model/adapter';
import { invocationFor } from '../tool/invocation';
import { oneFile } from '../tool/sample_bundle';

describe('the command line', () => {
  const adapter = benchmarkLitertModel(oneFile('litert', 'benchmark_model'), []);

  test('the NPU finds its libraries in the folder of the tool and may not leave anything to the CPU', () => {
    const { command, environment } = adapter.command(invocationFor('tflite/npu/int8'));
    const folder = '/data/local/tmp/farm/tools/litert-dddddddddddddddd';
    expect(command[0]).toBe(`${folder}/benchmark_model`);
    expect(command).toEqual(
      expect.arrayContaining([
        '--use_npu=true',
        '--use_cpu=false',
        '--require_full_delegation=true',
        `--dispatch_library_path=${folder}`,
        `--compiler_plugin_library_path=${folder}`,
        '--num_runs=50',
      ]),
    );
    expect(environment).toMatchObject({
      LD_LIBRARY_PATH: folder,
      ADSP_LIBRARY_PATH: expect.stringMatching(`^${folder};`) as string,
    });
  });

  test('the GPU computes in the precision of the target', () => {
    expect(adapter.command(invocationFor('tflite/gpu/float16')).command).toEqual(
      expect.arrayContaining(['--use_gpu=true', '--gpu-precision=fp16', '--allow_fp16=true']),
    );
    expect(adapter.command(invocationFor('tflite/gpu/float32')).command).toEqual(
      expect.arrayContaining(['--gpu-precision=fp32', '--allow_fp16=false']),
    );
  });
});
