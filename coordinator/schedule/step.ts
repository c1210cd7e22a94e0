import type { SchedulerEffect } from './event/effect';
import type { SchedulerEvent } from './event/event';
import type { SchedulerState } from './state/scheduler_state';
import { agentAttached, agentDetached, agentHeard } from './transition/agent';
import { changeDevice, loseDevice, registerDevice, removeDevice } from './transition/device';
import { drainDevice, resumeDevice } from './transition/device_state';
import type { Draft } from './transition/draft';
import { grantJobs } from './transition/match';
import { pauseOwner, resumeOwner } from './transition/owner';
import { endOwner } from './transition/owner_end';
import { prefetchForQueued } from './transition/prefetch';
import { agentRecovered, startRecovery } from './transition/recovery';
import { resultArrived } from './transition/result';
import { reuseJustMeasured } from './transition/reuse';
import { submitJob } from './transition/submission';
import { tick } from './transition/tick';

interface StepResult {
  readonly state: SchedulerState;
  /** To be performed in order; records first, before anything that follows from them is sent. */
  readonly effects: readonly SchedulerEffect[];
}

/**
 * The whole scheduler: what the farm becomes when something happens, and what the world must do about it. Pure: equal
 * arguments give equal results, and nothing that was passed in changes.
 */
export function step(state: SchedulerState, event: SchedulerEvent): StepResult {
  const draft: Draft = {
    state: event.atMs > state.nowMs ? { ...state, nowMs: event.atMs } : state,
    effects: [],
  };
  apply(draft, event);
  grantJobs(draft);
  if (event.kind === 'job-submitted') prefetchForQueued(draft, event.job.jobId);
  return { state: draft.state, effects: draft.effects };
}

function apply(draft: Draft, event: SchedulerEvent): void {
  switch (event.kind) {
    case 'tick':
      tick(draft);
      return;
    case 'agent-attached':
      agentAttached(draft, event.agentId, event.devices, event.heldLeases);
      agentRecovered(draft, event.agentId);
      return;
    case 'agent-heard':
      agentHeard(draft, event.agentId, event.heldLeases);
      return;
    case 'agent-detached':
      agentDetached(draft, event.agentId);
      return;
    case 'device-attached':
      registerDevice(draft, event.agentId, event.device);
      return;
    case 'device-detached':
      loseDevice(draft, event.agentId, event.deviceSerial, 'unplugged');
      return;
    case 'device-drained':
      changeDevice(draft, event.deviceSerial, drainDevice);
      return;
    case 'device-resumed':
      changeDevice(draft, event.deviceSerial, resumeDevice);
      return;
    case 'device-removed':
      removeDevice(draft, event.deviceSerial);
      return;
    case 'job-submitted':
      submitJob(draft, event.job, event.owner);
      reuseJustMeasured(draft, event.job.jobId);
      return;
    case 'owner-paused':
      pauseOwner(draft, event.ownerId);
      return;
    case 'owner-resumed':
      resumeOwner(draft, event.ownerId);
      return;
    case 'owner-ended':
      endOwner(draft, event.ownerId);
      return;
    case 'recovery-started':
      startRecovery(draft, event.expectedAgentIds, event.untilMs);
      return;
    case 'result-arrived':
      resultArrived(draft, { lease: event.lease, agentId: event.agentId, outcome: event.outcome });
      return;
  }
}
