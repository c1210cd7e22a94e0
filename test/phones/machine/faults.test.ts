import fc from 'fast-check';
import { fleetSchema } from '../../../phones/fleet_file';
import {
  largestFaultNumber,
  parseFault,
  toolDefects,
  toolFaults,
} from '../../../phones/machine/faults';

test.each([
  ['unplug', { kind: 'unplug', replugAfterMs: undefined }],
  ['unplug 3000', { kind: 'unplug', replugAfterMs: 3000 }],
  ['  replug\n', { kind: 'replug' }],
  ['reboot 10', { kind: 'reboot', downMs: 10 }],
  ['slow-push', { kind: 'slow-push', frameDelayMs: 0 }],
  ['slow-push 5', { kind: 'slow-push', frameDelayMs: 5 }],
  ['hang 2', { kind: 'hang', times: 2 }],
  ['disk-full', { kind: 'disk-full' }],
  ['tools-mended', { kind: 'tools-mended' }],
])('%j orders a fault', (text, fault) => {
  expect(parseFault(text)).toEqual(fault);
});

test.each(['', 'explode', 'hang two', 'hang 2 3', 'hang -1', 'HANG', 'hang 12345678', '__proto__'])(
  '%j orders nothing',
  (text) => {
    expect(parseFault(text)).toBeUndefined();
  },
);

test('every tool fault and defect can be ordered by its name', () => {
  for (const kind of [...toolFaults, ...toolDefects])
    expect(parseFault(kind)).toMatchObject({ kind });
});

test('any text orders a fault that a fleet file could hold too, or none', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc
          .tuple(
            fc.constantFrom('unplug', 'reboot', 'slow-push', 'hang', 'crash', 'old-tools'),
            fc.nat(9_999_999),
          )
          .map(([kind, number]) => `${kind} ${String(number)}`),
      ),
      (text) => {
        const fault = parseFault(text);
        if (fault === undefined) return;
        const numbers = Object.values(fault).filter((value) => typeof value === 'number');
        for (const number of numbers) expect(number).toBeLessThanOrEqual(largestFaultNumber);
        const phones = [{ soc: 'sm8550', faults: [{ atMs: 0, fault: withoutZeroTimes(fault) }] }];
        expect(fleetSchema.safeParse({ phones }).success).toBe(true);
      },
    ),
  );
});

/** `hang 0` is written by hand and ends at once; a fleet file asks for at least one. */
function withoutZeroTimes(fault: object): object {
  return 'times' in fault && (fault.times === 0 || Number(fault.times) > 1_000_000)
    ? { ...fault, times: 1 }
    : fault;
}
