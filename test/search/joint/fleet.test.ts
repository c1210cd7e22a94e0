import fc from 'fast-check';
import { judgeFleet } from '../../../search/joint/fleet_evaluation';
import { withFleetMember, type FleetMember } from '../../../search/joint/fleet_front';
import { fleetLatencies } from '../../../search/spec/fleet_aim';
import type { Evaluation } from '../../../search/strategy/strategy';

const measured = (latencyMs: number, violation = 0, relativeNoise?: number): Evaluation => ({
  kind: 'measured',
  objectives: [latencyMs, 7],
  violation,
  ...(relativeNoise === undefined ? {} : { relativeNoise }),
});

describe('the latencies of a fleet', () => {
  it('are each minimised, or the longest, or their weighted sum', () => {
    expect(fleetLatencies({ kind: 'joint' }, [3, 5])).toEqual([3, 5]);
    expect(fleetLatencies({ kind: 'worst' }, [3, 5])).toEqual([5]);
    expect(fleetLatencies({ kind: 'weighted', weights: [2, 0.5] }, [3, 5])).toEqual([8.5]);
  });
});

describe('the verdict of a fleet', () => {
  it('has all latencies and the error as objectives, the worst noise, and the violations added up', () => {
    expect(
      judgeFleet({ kind: 'joint' }, [measured(3, 0.5, 0.01), measured(5, 0.25, 0.03)]),
    ).toEqual({
      evaluation: { kind: 'measured', objectives: [3, 5, 7], violation: 0.75, relativeNoise: 0.03 },
      latenciesMs: [3, 5],
    });
    expect(judgeFleet({ kind: 'worst' }, [measured(3), measured(5)])).toEqual({
      evaluation: { kind: 'measured', objectives: [5, 7], violation: 0 },
      latenciesMs: [3, 5],
    });
  });

  it('is that it cannot run when one target cannot run it, and none when one was not measured', () => {
    expect(
      judgeFleet({ kind: 'worst' }, [
        measured(3),
        { kind: 'infeasible', violation: Infinity },
        'withdrawn',
      ]),
    ).toEqual({ evaluation: { kind: 'infeasible', violation: Infinity }, latenciesMs: undefined });
    expect(judgeFleet({ kind: 'worst' }, [measured(3), 'withdrawn'])).toBe('withdrawn');
  });
});

describe('the front of a fleet', () => {
  it('holds exactly what nothing else beats, whatever the order', () => {
    const member = fc
      .tuple(fc.nat(4), fc.nat(4), fc.nat(4))
      .map(([a, b, error]): Omit<FleetMember, 'architecture'> => ({
        accuracyPercent: 100 - error,
        latenciesMs: [a, b],
        objectives: [a, b, error],
      }));
    fc.assert(
      fc.property(fc.array(member, { maxLength: 30 }), (drawn) => {
        const members = drawn.map((each, index) => ({ ...each, architecture: String(index) }));
        const front = members.reduce<readonly FleetMember[]>(withFleetMember, []);
        const beats = (a: FleetMember, b: FleetMember): boolean =>
          a.objectives.every((value, axis) => value <= b.objectives[axis]!) &&
          a.objectives.some((value, axis) => value < b.objectives[axis]!);
        const expected = members.filter((each) => !members.some((other) => beats(other, each)));
        expect(front.map(({ architecture }) => architecture).sort()).toEqual(
          expected.map(({ architecture }) => architecture).sort(),
        );
      }),
    );
  });
});
