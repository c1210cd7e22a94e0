import type { FarmFault } from '../../common/fault';
import { unreachable } from '../../common/assert';
import type { DeviceStatus } from '../../proto/codec/fleet';
import type { FleetDeviceState } from '../schedule/state/device';
import type { TargetTrouble, TargetTroubles } from '../schedule/state/target_trouble';
import type { TargetQuarantine } from '../views/fleet/target_view';

/** Turns the scheduler's times into those of a calendar. */
type TimeOfDay = (atMs: number) => number;

/** State, detail for people, and the job under way, as `farm.v1.Device` has them. */
export function describeDeviceState(
  state: FleetDeviceState,
  timeOfDayMs: TimeOfDay,
): Pick<DeviceStatus, 'state' | 'detail' | 'jobId'> {
  const time = (atMs: number): string => calendarTime(atMs, timeOfDayMs);
  switch (state.kind) {
    case 'idle':
    case 'drained':
      return { state: state.kind, detail: null, jobId: null };
    case 'leased':
      return {
        state: state.kind,
        detail: state.afterwards.kind === 'drained' ? 'drained when the job ends' : null,
        jobId: state.lease.jobId,
      };
    case 'cooling':
      return {
        state: state.kind,
        detail: `until ${time(state.untilMs)}: ${describeFault(state.fault)}`,
        jobId: null,
      };
    case 'quarantined':
      return {
        state: state.kind,
        detail: `until ${time(state.untilMs)}: ${describeFaults(state.faults)}`,
        jobId: null,
      };
    case 'absent':
      return {
        state: state.kind,
        detail: `${state.cause === 'unplugged' ? 'not attached' : 'its agent is lost'} since ${time(state.sinceMs)}`,
        jobId: null,
      };
    default:
      return unreachable(state);
  }
}

/** The targets whose tools failed, in the order of their names. */
export function describeTroubles(
  troubles: TargetTroubles,
  timeOfDayMs: TimeOfDay,
): DeviceStatus['troubles'] {
  return [...troubles]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([target, trouble]) => ({
      target,
      state: trouble.kind,
      detail: describeTrouble(trouble, timeOfDayMs),
    }));
}

function describeTrouble(trouble: TargetTrouble, timeOfDayMs: TimeOfDay): string {
  const words = describeFaults(trouble.faults.map(({ fault }) => fault));
  return trouble.kind === 'retrying'
    ? words
    : `until ${calendarTime(trouble.untilMs, timeOfDayMs)}: ${words}`;
}

/** Why a job for a target that no phone may run now has to wait. */
export function describeQuarantine(
  { untilMs, faults, serials }: TargetQuarantine,
  timeOfDayMs: TimeOfDay,
): string {
  return `waits until ${calendarTime(untilMs, timeOfDayMs)}: its tools failed on ${serials.join(', ')} (${describeFaults(faults)}); mend them, then: farm devices resume ${serials[0] ?? ''}`;
}

function calendarTime(atMs: number, timeOfDayMs: TimeOfDay): string {
  return new Date(timeOfDayMs(atMs)).toISOString();
}

function describeFaults(faults: readonly FarmFault[]): string {
  return [...new Set(faults.map(describeFault))].join('; ');
}

function describeFault(fault: FarmFault): string {
  return `${fault.code}: ${fault.message}`;
}
