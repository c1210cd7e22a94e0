import { assert } from '../../common/assert';
import type { StudyEffect } from './effect';
import type { Lane } from './lane';
import { laneOf, type Study } from './state';

/** The working copy of one step: the study that grows towards the next one, and the effects so far, in order. */
export interface Turn {
  study: Study;
  readonly effects: StudyEffect[];
}

export function update(turn: Turn, changes: Partial<Study>): void {
  turn.study = { ...turn.study, ...changes };
}

export function updateLane(turn: Turn, target: string, changes: Partial<Lane>): void {
  update(turn, {
    lanes: turn.study.lanes.map((lane) =>
      lane.target.name === target ? { ...lane, ...changes } : lane,
    ),
  });
}

/** The lane as the turn has it now. */
export function laneNow(turn: Turn, target: string): Lane {
  const lane = laneOf(turn.study, target);
  assert(lane !== undefined, `${target} is a target of search ${turn.study.settings.searchId}`);
  return lane;
}
