import fittedSpeeds from './fitted.json';
import { assert } from '../../common/assert';
import { ownValue } from '../../common/own_value';
import type { UnitSpeed } from './latency';
import type { RunPlacement } from '../machine/machine';

const fitted: Readonly<Record<string, UnitSpeed>> = fittedSpeeds;

/** The one CPU with published 8-bit figures; how the others' cores compare with its is clock times width, not measured. */
const measuredCpu = 'sm7750/onnx/cpu';
const cpuFactorBySoc: Readonly<Record<string, number>> = {
  sm7750: 1,
  sm8450: 1.3,
  sm8550: 1.55,
  sm8650: 1.7,
  sm8750: 2.4,
};
/** The published figures are of all cores; the first core does most. */
const publishedThreads = 8;
const threadExponent = 0.75;
const cpuFloatFactor = 3;

/** No 8-bit figures are published for the GPU: half-precision rates of the right order only. */
const gpuOfSm8650: UnitSpeed = {
  overheadUs: 300,
  perOperatorUs: 12,
  gigamacsPerS: 600,
  halfSpeedLength: 30,
  gigabytesPerS: 40,
  floatFactor: 1,
  bytesPerFloat: 2,
};
const gpuFactorBySoc: Readonly<Record<string, number>> = {
  sm7750: 0.35,
  sm8450: 0.6,
  sm8550: 0.8,
  sm8650: 1,
  sm8750: 1.3,
};

/** NNAPI adds its own hop to the same NPU. */
const nnapiOverheadFactor = 1.5;
/** SoCs of which both runtimes were published: what ONNX Runtime adds on the others is their mean. */
const bothRuntimes = ['sm8550', 'sm8650', 'sm8750'];

/** The speed of a unit under a runtime. @param soc one of `virtualSocs` */
export function unitSpeed(soc: string, placement: RunPlacement): UnitSpeed {
  switch (placement.unit) {
    case 'cpu':
    case 'cpu-xnnpack':
      return cpuSpeed(soc, placement.threads);
    case 'gpu':
      return faster(gpuOfSm8650, ownValue(gpuFactorBySoc, soc) ?? 1);
    case 'nnapi': {
      const speed = npuSpeed(soc, 'tflite');
      return { ...speed, overheadUs: speed.overheadUs * nnapiOverheadFactor };
    }
    case 'dsp':
    case 'npu':
      return npuSpeed(soc, placement.runtime === 'tflite' ? 'tflite' : 'onnx');
  }
}

function npuSpeed(soc: string, runtime: 'tflite' | 'onnx'): UnitSpeed {
  const tflite = fittedSpeed(`${soc}/tflite/npu`);
  if (runtime === 'tflite') return tflite;
  const own = ownValue(fitted, `${soc}/onnx/npu`);
  if (own !== undefined) return { ...own, floatFactor: tflite.floatFactor };
  const extraUs = bothRuntimes.map(
    (other) =>
      fittedSpeed(`${other}/onnx/npu`).overheadUs - fittedSpeed(`${other}/tflite/npu`).overheadUs,
  );
  return {
    ...tflite,
    overheadUs: tflite.overheadUs + extraUs.reduce((sum, each) => sum + each, 0) / extraUs.length,
  };
}

function cpuSpeed(soc: string, threads: number): UnitSpeed {
  const share = (Math.min(threads, publishedThreads) / publishedThreads) ** threadExponent;
  const speed = faster(fittedSpeed(measuredCpu), (ownValue(cpuFactorBySoc, soc) ?? 1) * share);
  return { ...speed, floatFactor: cpuFloatFactor, bytesPerFloat: 4 };
}

/** Fixed costs shrink with the clock only as its square root: they wait for memory and the kernel. */
function faster(speed: UnitSpeed, factor: number): UnitSpeed {
  const fixed = Math.sqrt(Math.max(1, factor));
  return {
    ...speed,
    gigamacsPerS: speed.gigamacsPerS * factor,
    gigabytesPerS: speed.gigabytesPerS * Math.sqrt(factor),
    overheadUs: speed.overheadUs / fixed,
    perOperatorUs: speed.perOperatorUs / fixed,
  };
}

function fittedSpeed(key: string): UnitSpeed {
  const speed = ownValue(fitted, key);
  assert(speed !== undefined, `fitted.json has ${key}`);
  return speed;
}
