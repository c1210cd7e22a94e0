import { predictOneAfterAnother } from '../../../../cli/report/data/prediction';
import { measurement, network, networks, positions, targets } from '../sample_report';

const measured = networks(targets[0], 27).map((each) => ({
  ...each,
  measurement: each.measurement ?? measurement(1),
}));

describe('predictions of one latency after another', () => {
  it('follow a sum of costs that the choices have', () => {
    const prediction = predictOneAfterAnother(positions, measured);
    expect(prediction?.points).toHaveLength(17);
    expect(prediction?.mapePercent).toBeLessThan(5);
    expect(prediction?.rankCorrelation).toBeGreaterThan(0.95);
  });

  it('never know the latency they predict, nor a later one', () => {
    const before = predictOneAfterAnother(positions, measured)?.points ?? [];
    const changed =
      predictOneAfterAnother(
        positions,
        measured.map((each, index) =>
          index < 20 ? each : { ...each, measurement: measurement(1_000 + index) },
        ),
      )?.points ?? [];
    // The first model learns from 10, the next ones from 15 and 20: what changed in the 21st and later teaches only after the 25th.
    expect(changed.slice(0, 15).map(({ predictedMs }) => predictedMs)).toEqual(
      before.slice(0, 15).map(({ predictedMs }) => predictedMs),
    );
    expect(changed[16]?.predictedMs).not.toBe(before[16]?.predictedMs);
    expect(changed[16]?.measuredMs).toBe(1_026);
  });

  it('are none before ten latencies are known', () => {
    expect(predictOneAfterAnother(positions, measured.slice(0, 10))).toBeUndefined();
    expect(predictOneAfterAnother(positions, measured.slice(0, 11))?.points).toHaveLength(1);
  });

  it('work without features, from the choices alone', () => {
    const bare = measured.map((each) => ({ ...each, features: [] }));
    expect(predictOneAfterAnother(positions, bare)?.mapePercent).toBeLessThan(25);
  });

  it('count what was tried', () => {
    expect(network(targets[0], 5).choices).toEqual([2, 1, 0]);
  });
});
