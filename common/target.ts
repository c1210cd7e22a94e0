import { BadInputError } from './bad_input';
import { shown } from './one_line';

/** `tflite` is benchmark_model on phones and LiteRT on the host; `onnxruntime` is onnxruntime_perf_test and onnxruntime-node. */
export const runtimes = ['tflite', 'onnxruntime'] as const;
export type Runtime = (typeof runtimes)[number];

/** `cpu-xnnpack` is onnxruntime's XNNPACK provider; `dsp` the TFLite Hexagon delegate; `npu` QNN/HTP. */
export const units = ['cpu', 'cpu-xnnpack', 'gpu', 'nnapi', 'dsp', 'npu'] as const;
export type Unit = (typeof units)[number];

export const precisions = ['int8', 'w8a16', 'float16', 'float32'] as const;
export type Precision = (typeof precisions)[number];

/** What a device offers: how it can run models, whatever pool it belongs to. */
export interface Offer {
  readonly runtime: Runtime;
  readonly unit: Unit;
  readonly precision: Precision;
}

/** `<pool>/<runtime>/<unit>/<precision>`, for example `sm8550/tflite/npu/int8`. */
export interface Target extends Offer {
  readonly pool: string;
}

const poolPattern = /^[a-z0-9][a-z0-9._-]{0,62}$/;

/** Lower case, so that a pool is written in one way only. */
export function isPoolName(text: string): boolean {
  return poolPattern.test(text);
}

/** The inverse of `parseTarget`. */
export function formatTarget(target: Target): string {
  return `${target.pool}/${target.runtime}/${target.unit}/${target.precision}`;
}

/** Reads a target as a user writes it. @throws BadInputError with what was expected. */
export function parseTarget(text: string): Target {
  const [pool = '', runtime = '', unit = '', precision = '', ...rest] = text.split('/');
  const problem =
    (rest.length > 0 || precision === '' ? 'it needs four parts' : undefined) ??
    (isPoolName(pool) ? undefined : `"${shown(pool)}" is no pool name`) ??
    notOneOf(runtime, runtimes, 'runtime') ??
    notOneOf(unit, units, 'unit') ??
    notOneOf(precision, precisions, 'precision');
  if (problem !== undefined) {
    throw new BadInputError(
      `target "${shown(text)}": ${problem}; expected <pool>/<runtime>/<unit>/<precision>, for example host/onnxruntime/cpu/int8 (see: farm targets)`,
    );
  }
  return {
    pool,
    runtime: runtime as Runtime,
    unit: unit as Unit,
    precision: precision as Precision,
  };
}

function notOneOf(text: string, allowed: readonly string[], what: string): string | undefined {
  return allowed.includes(text)
    ? undefined
    : `"${shown(text)}" is no ${what} (one of ${allowed.join(', ')})`;
}
