import type { ModelFormat } from '../../common/artifact';
import { BadInputError } from '../../common/bad_input';
import { inspectModel } from '../../model/inspect/inspect';
import type { ModelKind } from '../dispatch/model_kinds';
import { hasTfliteIdentifier } from '../../model/tflite/file/read';

/** @throws BadInputError with one line when the bytes are no measurable model */
export function readModelKind(data: Uint8Array): ModelKind {
  const summary = inspectModel(data);
  if (!summary.ok) throw new BadInputError(`model: ${summary.error}`);
  const { format, precision } = summary.value;
  return { format, precision };
}

/** @throws BadInputError with one line when the bytes are no model of the announced format that a phone could run */
export function checkModel(data: Uint8Array, format: ModelFormat): void {
  const summary = inspectModel(data);
  if (!summary.ok && format === 'tflite' && !hasTfliteIdentifier(data))
    throw new BadInputError(
      'model: not a usable TFLite file: the identifier TFL3 is missing; export the model anew',
    );
  if (!summary.ok) throw new BadInputError(`model: ${summary.error}`);
  if (summary.value.format !== format)
    throw new BadInputError(
      `model: announced as ${format}, but it is ${summary.value.format}; give the file its right ending`,
    );
}
