import { List } from 'immutable';
import { hasRoom, spentOf } from '../../../search/study/budget_room';
import type { Lane } from '../../../search/study/lane';
import type { Study } from '../../../search/study/state';
import { openSampleStudy, sampleSpec, sampleTargets } from './sample_study';

/** A target whose hypervolume was 0.5 after ten results and has grown by `step` with each since. */
interface Sharer extends Partial<Pick<Lane, 'pending' | 'conversation' | 'devices'>> {
  readonly results: number;
  readonly step: number;
}

function studyOf(measurements: number, ...sharers: readonly Sharer[]): Study {
  const spec = sampleSpec({
    targets: sharers.map((_, index) => sampleTargets.fast.replace('sm8550', `pool${index}`)),
    budget: { measurements, shared: true },
  });
  const study = openSampleStudy(spec, {
    state: 'running',
    wall: { ranMs: 0, runningSinceMs: 0 },
  });
  return {
    ...study,
    lanes: study.lanes.map((lane, index): Lane => {
      const { results, step, ...more } = sharers[index]!;
      const hypervolumes = Array.from(
        { length: results },
        (_, place) => 0.5 + step * Math.max(0, place - 9),
      );
      return {
        ...lane,
        devices: 8,
        ended: { ...lane.ended, measured: results },
        phoneMs: results * 1_000,
        results: { ...lane.results, hypervolumes: List(hypervolumes) },
        ...more,
      };
    }),
  };
}

const favoured = (study: Study): boolean[] => study.lanes.map((lane) => hasRoom(study, lane));

describe('a budget that targets share', () => {
  it('is spent by all together, what is on its way included', () => {
    const sharers = [
      { results: 3, step: 0, pending: 2 },
      { results: 4, step: 0, pending: 1 },
    ] as const;
    const study = studyOf(11, ...sharers);
    for (const lane of study.lanes)
      expect(spentOf(study, lane)).toEqual({ measured: 7, phoneMs: 7_000 });
    expect(favoured(study)).toEqual([true, true]);
    expect(favoured(studyOf(10, ...sharers))).toEqual([false, false]);
  });

  it('keeps room for the answer of a strategy that is being asked', () => {
    const asked = { kind: 'asked', hasNews: false } as const;
    const sharers = [
      { results: 3, step: 0, conversation: asked },
      { results: 4, step: 0 },
    ] as const;
    expect(favoured(studyOf(8, ...sharers))[1]).toBe(false);
    expect(favoured(studyOf(9, ...sharers))[1]).toBe(true);
  });

  it('goes to those that improve most, and to what is not much behind', () => {
    const study = studyOf(
      200,
      { results: 30, step: 0.01 },
      { results: 30, step: 0.007 },
      { results: 30, step: 0.001 },
    );
    expect(favoured(study)).toEqual([true, true, false]);
  });

  it('tries every target first', () => {
    expect(favoured(studyOf(200, { results: 30, step: 0.01 }, { results: 19, step: 0 }))).toEqual([
      true,
      true,
    ]);
  });

  it.each([{ devices: 0 }, { conversation: { kind: 'exhausted' } }] as const)(
    'is not kept for targets that cannot spend it: %p',
    (idle) => {
      const study = studyOf(
        200,
        { results: 30, step: 0.01, ...idle },
        { results: 30, step: 0.001 },
      );
      expect(favoured(study)[1]).toBe(true);
    },
  );

  it('goes to all where nothing improves any more', () => {
    expect(favoured(studyOf(200, { results: 40, step: 0 }, { results: 50, step: 0 }))).toEqual([
      true,
      true,
    ]);
  });
});
