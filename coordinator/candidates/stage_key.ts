import { createHash } from 'node:crypto';
import { spaceKeyOf } from '../../model/space/space_reference';
import type { NetworkRequest, Stage } from './stage';

/** Names what a stage makes by all that determines its bytes: the network, and each stage on the way to it. */
export type StageKey = string;

/** One key for each stage, in their order. */
export function stageKeys(
  { space, architecture, model, trained }: NetworkRequest,
  stages: readonly Stage[],
): readonly StageKey[] {
  let key = digestOf([
    ...[spaceKeyOf(space), architecture, model.cellsPerStage ?? null, model.seed],
    ...(trained === undefined ? [] : [trained.model, ...trained.cuts, ...trained.weights]),
  ]);
  return stages.map(({ name, version }) => (key = digestOf([key, name, version])));
}

function digestOf(inputs: readonly (string | number | null)[]): StageKey {
  return createHash('sha256').update(JSON.stringify(inputs)).digest('hex');
}
