import type { ModelFormat } from '../../common/artifact';
import { BadInputError } from '../../common/bad_input';
import { formatTarget, type Runtime, type Target } from '../../common/target';
import { targetsOf } from '../../common/device';
import type { ModelKind } from '../dispatch/model_kinds';
import type { DeviceRecord } from '../ledger/device_records';

const formatNames: Readonly<Record<ModelFormat, string>> = { onnx: 'ONNX', tflite: 'TFLite' };
const formatByRuntime: Readonly<Record<Runtime, ModelFormat>> = {
  onnxruntime: 'onnx',
  tflite: 'tflite',
};

/** Enough to choose from, short enough for one line. */
const mostNamedTargets = 8;

/**
 * A number under a target's name is of the target's runtime and precision, so a model of another is measured nowhere.
 * @throws BadInputError that says what the file is, what the target takes, and which targets of the fleet take the file
 */
export function requireFit(
  model: ModelKind,
  targets: readonly Target[],
  devices: readonly DeviceRecord[],
): void {
  const wrong = targets.find((target) => !fits(model, target));
  if (wrong === undefined) return;
  const takes = `${wrong.precision} models in ${formatNames[formatByRuntime[wrong.runtime]]}`;
  throw new BadInputError(
    `model: is ${model.precision} in ${formatNames[model.format]}, and ${formatTarget(wrong)} takes ${takes}; ${remedy(model, wrong, devices)}`,
  );
}

function fits({ format, precision }: ModelKind, target: Target): boolean {
  return formatByRuntime[target.runtime] === format && target.precision === precision;
}

function remedy(model: ModelKind, wrong: Target, devices: readonly DeviceRecord[]): string {
  const known = devices.flatMap(({ description }) => targetsOf(description));
  const names = [
    ...new Set(known.filter((target) => fits(model, target)).map(formatTarget)),
  ].sort();
  const isQuantizable =
    model.precision === 'float32' && (wrong.precision === 'int8' || wrong.precision === 'w8a16');
  const advice = isQuantizable ? ['quantize it first (farm quantize)'] : [];
  if (names.length === 0) return ['no target of the fleet takes it', ...advice].join('; ');
  const rest = names.length - mostNamedTargets;
  const more = rest > 0 ? ` and ${String(rest)} more (farm targets)` : '';
  return [`it fits ${names.slice(0, mostNamedTargets).join(', ')}${more}`, ...advice].join('; or ');
}
