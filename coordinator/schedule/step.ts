import {
  agentAttached,
  agentDetached,
  agentHeard,
  dropSilentAgents,
  forgiveSilence,
} from './agent';
import { drainDevice, resumeDevice } from './device';
import type { SchedulerEffect } from './effect';
import type { SchedulerEvent } from './event';
import { changeDevice, loseDevice, registerDevice, removeDevice, wakeDevices } from './fleet';
import { expireLeases, extendLeases } from './lease';
import { largestTickGapMs } from './limits';
import { grantJobs } from './match';
import { resultArrived } from './outcome';
import { pauseOwner, resumeOwner } from './owner';
import { endOwner } from './owner_end';
import { prefetchForQueued } from './prefetch';
import { agentRecovered, checkRecoveryDeadline, extendRecovery, startRecovery } from './recovery';
import { forgetMeasured, reuseJustMeasured } from './shared_measurement';
import type { SchedulerState } from './state';
import { submitJob } from './submission';
import { update, type Turn } from './turn';

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
  const turn: Turn = {
    state: event.atMs > state.nowMs ? { ...state, nowMs: event.atMs } : state,
    effects: [],
  };
  apply(turn, event);
  grantJobs(turn);
  if (event.kind === 'job-submitted') prefetchForQueued(turn, event.job.jobId);
  return { state: turn.state, effects: turn.effects };
}

function apply(turn: Turn, event: SchedulerEvent): void {
  switch (event.kind) {
    case 'tick':
      tick(turn);
      return;
    case 'agent-attached':
      agentAttached(turn, event.agentId, event.devices, event.heldLeases);
      agentRecovered(turn, event.agentId);
      return;
    case 'agent-heard':
      agentHeard(turn, event.agentId, event.heldLeases);
      return;
    case 'agent-detached':
      agentDetached(turn, event.agentId);
      return;
    case 'device-attached':
      registerDevice(turn, event.agentId, event.device);
      return;
    case 'device-detached':
      loseDevice(turn, event.agentId, event.deviceSerial, 'unplugged');
      return;
    case 'device-drained':
      changeDevice(turn, event.deviceSerial, drainDevice);
      return;
    case 'device-resumed':
      changeDevice(turn, event.deviceSerial, resumeDevice);
      return;
    case 'device-removed':
      removeDevice(turn, event.deviceSerial);
      return;
    case 'job-submitted':
      submitJob(turn, event.job, event.owner);
      reuseJustMeasured(turn, event.job.jobId);
      return;
    case 'owner-paused':
      pauseOwner(turn, event.ownerId);
      return;
    case 'owner-resumed':
      resumeOwner(turn, event.ownerId);
      return;
    case 'owner-ended':
      endOwner(turn, event.ownerId);
      return;
    case 'recovery-started':
      startRecovery(turn, event.expectedAgentIds, event.untilMs);
      return;
    case 'result-arrived':
      resultArrived(turn, { lease: event.lease, agentId: event.agentId, outcome: event.outcome });
      return;
  }
}

function tick(turn: Turn): void {
  const { nowMs, lastTickAtMs } = turn.state;
  update(turn, { lastTickAtMs: nowMs });
  const gapMs = nowMs - lastTickAtMs;
  if (gapMs > largestTickGapMs) {
    forgiveSilence(turn, gapMs);
    extendLeases(turn, gapMs);
    extendRecovery(turn, gapMs);
  }
  wakeDevices(turn);
  forgetMeasured(turn);
  checkRecoveryDeadline(turn);
  dropSilentAgents(turn);
  expireLeases(turn);
}
