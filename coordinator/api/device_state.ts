import type { FarmFault } from '../../common/fault';
import { unreachable } from '../../common/assert';
import type { DeviceState } from '../schedule/device';

export interface DeviceStateText {
  readonly state: DeviceState['kind'];
  /** Why, for a person; empty when the state says it all. */
  readonly detail: string;
  readonly jobId: string;
}

/** `timeOfDayMs` turns the scheduler's times into those of a calendar. State, detail for people, and the job under way, as `farm.v1.Device` has them. */
export function describeDeviceState(state: DeviceState, timeOfDayMs: (atMs: number) => number): DeviceStateText {
  const time = (atMs: number): string => new Date(timeOfDayMs(atMs)).toISOString();
  switch (state.kind) {
    case 'idle':
    case 'drained':
      return { state: state.kind, detail: '', jobId: '' };
    case 'leased':
      return { state: state.kind, detail: state.afterwards.kind === 'drained' ? 'drained when the job ends' : '', jobId: state.lease.jobId };
    case 'cooling':
      return { state: state.kind, detail: `until ${time(state.untilMs)}: ${describeFault(state.fault)}`, jobId: '' };
    case 'quarantined':
      return { state: state.kind, detail: `until ${time(state.untilMs)}: ${[...new Set(state.faults.map(describeFault))].join('; ')}`, jobId: '' };
    case 'absent':
      return { state: state.kind, detail: `${state.cause === 'unplugged' ? 'not attached' : 'its agent is lost'} since ${time(state.sinceMs)}`, jobId: '' };
    default:
      return unreachable(state);
  }
}

function describeFault(fault: FarmFault): string {
  return `${fault.code}: ${fault.message}`;
}
