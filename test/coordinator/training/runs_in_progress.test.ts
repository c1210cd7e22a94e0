import { StepCounter } from '../../../coordinator/training/runs_in_progress';

it('tells the pace by what ended here, not by what was found done', () => {
  let nowMs = 1_000;
  const step = new StepCounter('blocks', 3, { nowMs: () => nowMs });
  nowMs = 1_500;
  step.ended({ kind: 'failed', reason: 'its loss is no number' }, true);
  expect(step.progress()).toMatchObject({ failed: 1, endedHere: 0, seconds: 0 });
  nowMs = 3_000;
  step.ended({ kind: 'failed', reason: 'its loss is no number' }, false);
  expect(step.progress()).toEqual({
    name: 'blocks',
    tasks: 3,
    done: 0,
    failed: 2,
    endedHere: 1,
    seconds: 2,
  });
});
