import {
  agentSilenceMs,
  forgetAgentAfterMs,
  leaseDurationMs,
} from '../../../coordinator/schedule/state/limits';
import { createFarm, ofKind, phone, started, stateOfDevice, type Farm } from './farm';

const dayMs = 24 * 3_600_000;

/** The machine slept: the next event comes much later than the one before, whichever it is. */
function sleepFor(farm: Farm, durationMs: number): void {
  farm.nowMs += durationMs;
}

function farmAtWork(): Farm {
  const farm = createFarm();
  farm.attach('rack', [phone('p1')]);
  farm.submit('job');
  return farm;
}

describe('a coordinator that stood still', () => {
  it.each([10_000, dayMs, 400 * dayMs])(
    'for %d ms keeps agents and leases, and gives silence its whole time from then on',
    (durationMs) => {
      const farm = farmAtWork();
      farm.live(3_000, ['rack']);
      const lease = farm.leaseOf('job');
      sleepFor(farm, durationMs);
      expect(farm.after(agentSilenceMs - 4_000)).toEqual([]);
      expect(farm.leaseOf('job')).toEqual(lease);
      farm.hear('rack', [lease]);
      expect(farm.live(30_000, ['rack'])).toEqual([]);
      expect(farm.finish('job').map((effect) => effect.kind)).toEqual([
        'record-attempt',
        'job-ended',
      ]);
    },
  );

  it('gives nobody more than a lease: a heartbeat that was read first counts once', () => {
    const farm = farmAtWork();
    sleepFor(farm, dayMs);
    farm.hear('rack', [farm.leaseOf('job')]);
    farm.send({ kind: 'tick' });
    expect(farm.state.leases.get('p1')?.expiresAtMs).toBeLessThanOrEqual(
      farm.nowMs + leaseDurationMs,
    );
    expect(farm.state.agents.get('rack')?.heardAtMs).toBeLessThanOrEqual(farm.nowMs);
  });

  it('still waits for the agents that it knew before it was restarted', () => {
    const farm = createFarm(2);
    farm.submit('job');
    farm.send({ kind: 'recovery-started', expectedAgentIds: ['rack'], untilMs: 12_000 });
    sleepFor(farm, dayMs);
    farm.attach('other', [phone('p2')]);
    expect(started(farm.live(9_000, ['other']))).toEqual([]);
    expect(started(farm.live(6_000, ['other']))).toEqual(['job@p2']);
  });
});

describe('an agent that is given up', () => {
  it('has its stream ended, so that it attaches again', () => {
    const farm = farmAtWork();
    expect(ofKind(farm.after(agentSilenceMs), 'end-agent')).toEqual([
      { kind: 'end-agent', agentId: 'rack' },
    ]);
    expect(stateOfDevice(farm, 'p1')).toBe('absent');
  });

  it('and forgotten is told to attach again when it is heard', () => {
    const farm = farmAtWork();
    farm.after(agentSilenceMs + forgetAgentAfterMs);
    expect(farm.state.agents.has('rack')).toBe(false);
    expect(farm.hear('rack')).toEqual([{ kind: 'end-agent', agentId: 'rack' }]);
    farm.attach('rack', [phone('p1')]);
    expect(stateOfDevice(farm, 'p1')).toBe('leased');
  });
});
