import { inspectModel } from '../../model/inspect/inspect';
import type { InspectedModel } from '../machine/machine';

/** Reads a pushed model file as a runtime would. @returns what is wrong with it, if anything */
export function readModel(bytes: Buffer): InspectedModel | string {
  const summary = inspectModel(bytes);
  return summary.ok
    ? { sizeBytes: bytes.length, cost: summary.value.cost, precision: summary.value.precision }
    : summary.error;
}
