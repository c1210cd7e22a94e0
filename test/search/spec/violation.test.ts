import { violationOfBuilt, violationOfMeasured } from '../../../search/spec/violation';

const costs = { modelBytes: 1_000, macs: 200, parameters: 50, peakActivationBytes: 80 };

describe('the violation of limits', () => {
  it('is none when all are kept, equality included, and when there are none', () => {
    expect(violationOfBuilt({}, costs)).toBeUndefined();
    expect(
      violationOfBuilt(
        { modelBytesMax: 1_000, macsMax: 200, parametersMax: 50, peakActivationBytesMax: 80 },
        costs,
      ),
    ).toBeUndefined();
    expect(
      violationOfMeasured({ latencyMsMax: 2, npuShareMin: 0.9 }, { latencyMs: 2, unitShare: 0.9 }),
    ).toBe(0);
  });

  it.each([
    [{ modelBytesMax: 800 }, 0.25, ['1000 bytes, and modelBytesMax is 800']],
    [{ macsMax: 100 }, 1, ['200 MACs, and macsMax is 100']],
    [{ parametersMax: 40 }, 0.25, ['50 parameters, and parametersMax is 40']],
    [
      { peakActivationBytesMax: 64, macsMax: 100 },
      1.25,
      ['200 MACs, and macsMax is 100', '80 bytes of activations, and peakActivationBytesMax is 64'],
    ],
  ])(
    'sums the excess of each limit that shows when the network is built: %j',
    (constraints, amount, reasons) => {
      expect(violationOfBuilt(constraints, costs)).toEqual({
        amount: expect.closeTo(amount) as number,
        reasons,
      });
    },
  );

  it.each([
    [{ latencyMsMax: 2 }, { latencyMs: 3, unitShare: null }, 0.5],
    [{ npuShareMin: 0.8 }, { latencyMs: 3, unitShare: 0.4 }, 0.5],
    [{ npuShareMin: 0.8 }, { latencyMs: 3, unitShare: null }, 1],
    [{ latencyMsMax: 2, npuShareMin: 0.8 }, { latencyMs: 3, unitShare: 0.4 }, 1],
  ])('sums what only a device tells: %j', (constraints, observed, amount) =>
    expect(violationOfMeasured(constraints, observed)).toBeCloseTo(amount),
  );
});
