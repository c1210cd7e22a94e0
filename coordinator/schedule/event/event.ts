import type { DeviceDescription } from '../../../common/device';
import type { Job, Lease, Outcome } from '../../../common/job';
import type { JobOwner } from '../state/owner';

/** What can happen to the farm, when its time is not said yet. */
export type UntimedEvent = WithoutTime<SchedulerEvent>;

type WithoutTime<Event> = Event extends { readonly atMs: number } ? Omit<Event, 'atMs'> : never;

/** Everything that can happen to the farm. Time happens too: `tick`. All times are of one clock that nobody sets. */
export type SchedulerEvent =
  | { readonly kind: 'tick'; readonly atMs: number }
  | {
      readonly kind: 'agent-attached';
      readonly atMs: number;
      readonly agentId: string;
      readonly devices: readonly DeviceDescription[];
      readonly heldLeases: readonly Lease[];
    }
  | {
      readonly kind: 'agent-heard';
      readonly atMs: number;
      readonly agentId: string;
      readonly heldLeases: readonly Lease[];
    }
  | { readonly kind: 'agent-detached'; readonly atMs: number; readonly agentId: string }
  | {
      readonly kind: 'device-attached';
      readonly atMs: number;
      readonly agentId: string;
      readonly device: DeviceDescription;
    }
  | {
      readonly kind: 'device-detached';
      readonly atMs: number;
      readonly agentId: string;
      readonly deviceSerial: string;
      readonly reason: string;
    }
  | { readonly kind: 'device-drained'; readonly atMs: number; readonly deviceSerial: string }
  | { readonly kind: 'device-resumed'; readonly atMs: number; readonly deviceSerial: string }
  | { readonly kind: 'device-removed'; readonly atMs: number; readonly deviceSerial: string }
  | {
      readonly kind: 'job-submitted';
      readonly atMs: number;
      readonly job: Job;
      readonly owner: JobOwner;
    }
  | { readonly kind: 'owner-paused'; readonly atMs: number; readonly ownerId: string }
  | { readonly kind: 'owner-resumed'; readonly atMs: number; readonly ownerId: string }
  /** Its open jobs are given up without an outcome; running ones are stopped. */
  | { readonly kind: 'owner-ended'; readonly atMs: number; readonly ownerId: string }
  /**
   * After a restart, once all open jobs of the ledger are submitted: agents may still be running them, so nothing is
   * granted until the agents that were known have attached, or `untilMs`.
   */
  | {
      readonly kind: 'recovery-started';
      readonly atMs: number;
      readonly expectedAgentIds: readonly string[];
      readonly untilMs: number;
    }
  | {
      readonly kind: 'result-arrived';
      readonly atMs: number;
      readonly lease: Lease;
      readonly agentId: string;
      readonly outcome: Outcome;
    };
