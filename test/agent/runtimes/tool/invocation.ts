import { defaultPlan, type BenchmarkPlan } from '../../../../common/job';
import type { Precision, Runtime, Unit } from '../../../../common/target';
import type { Invocation, ToolOutput } from '../../../../agent/runtimes/tool/runtime_adapter';

/** `runtime/unit/precision` on a phone, with a plan of 50 runs after 5 warm-up runs. */
export function invocationFor(offer: string, plan: Partial<BenchmarkPlan> = {}): Invocation {
  const [runtime, unit, precision] = offer.split('/') as [Runtime, Unit, Precision];
  return {
    offer: { runtime, unit, precision },
    plan: { ...defaultPlan, ...plan },
    workFolder: '/data/local/tmp/farm',
    modelPath: '/data/local/tmp/farm/model.tflite',
    resultPath: '/data/local/tmp/farm/result-0.csv',
    cores: [],
  };
}

export function printed(stdout: string, exitCode = 0, more: Partial<ToolOutput> = {}): ToolOutput {
  return { exitCode, stdout, stderr: '', resultFile: null, ...more };
}
