import {
  coolingMs,
  firstQuarantineMs,
  largestFarmFaults,
} from '../../../coordinator/schedule/state/limits';
import {
  candidateFailure,
  createFarm,
  farmFailure,
  ofKind,
  phone,
  started,
  stateOfDevice,
  type Farm,
} from './farm';

function farmOf(...serials: readonly string[]): Farm {
  const farm = createFarm();
  farm.attach(
    'rack',
    serials.map((serial) => phone(serial)),
  );
  return farm;
}

/** Phones on which a model has run already. */
function provenFarmOf(...serials: readonly string[]): ReturnType<typeof farmOf> {
  const farm = farmOf(...serials);
  for (const serial of serials) farm.submit(`proof-${serial}`);
  for (const serial of serials) farm.finish(`proof-${serial}`);
  return farm;
}

describe('farm faults', () => {
  it('send the job to another device at once', () => {
    const farm = farmOf('p1', 'p2');
    farm.submit('job');
    expect(started(farm.finish('job', farmFailure('transfer-failed')))).toEqual(['job@p2']);
  });

  it('keep the job waiting for a busy other device rather than trying the same one again', () => {
    const farm = farmOf('p1', 'p2');
    farm.submit('job');
    farm.submit('long');
    expect(started(farm.finish('job', farmFailure('transfer-failed')))).toEqual([]);
    expect(started(farm.finish('long'))).toEqual(['job@p2']);
  });

  it('return to the only device there is, a bounded number of times, then the job is abandoned', () => {
    const farm = farmOf('p1');
    farm.submit('job');
    for (let attempt = 1; attempt < largestFarmFaults; attempt += 1)
      expect(started(farm.finish('job', farmFailure('timeout')))).toEqual(['job@p1']);
    expect(ofKind(farm.finish('job', farmFailure('timeout')), 'job-ended')).toMatchObject([
      { jobId: 'job', end: { kind: 'abandoned', fault: { code: 'timeout' } } },
    ]);
  });

  it('of heat let the device cool and do not count against job or device', () => {
    const farm = farmOf('p1');
    farm.submit('job');
    for (let attempt = 0; attempt < largestFarmFaults + 1; attempt += 1) {
      farm.finish('job', farmFailure('too-hot'));
      expect(stateOfDevice(farm, 'p1')).toBe('cooling');
      expect(started(farm.live(coolingMs['too-hot'], ['rack']))).toEqual(['job@p1']);
    }
    expect(farm.state.devices.get('p1')?.health.faultsInARow).toEqual([]);
  });
});

describe('quarantine', () => {
  function failing(farm: Farm, jobId: string): void {
    farm.submit(jobId, { owner: { ownerId: 'bench' } });
    farm.finish(jobId, farmFailure('storage-full'));
  }

  function quarantined(): Farm {
    const farm = farmOf('p1', 'p2');
    // p2 is kept busy, so that each job fails on p1 and then waits.
    farm.submit('on-p1');
    farm.submit('on-p2');
    farm.finish('on-p1');
    for (const jobId of ['a', 'b', 'c']) failing(farm, jobId);
    return farm;
  }

  it('takes a device that fails three times in a row away', () => {
    expect(stateOfDevice(quarantined(), 'p1')).toBe('quarantined');
  });

  it('ends after its time with one job on probation, and a success restores the device', () => {
    const farm = quarantined();
    expect(started(farm.finish('on-p2'))).toEqual(['a@p2']);
    farm.submit('fresh');
    expect(started(farm.live(firstQuarantineMs, ['rack']))).toEqual(['fresh@p1']);
    farm.finish('fresh');
    expect(farm.state.devices.get('p1')?.health).toEqual({
      faultsInARow: [],
      quarantinesInARow: 0,
    });
  });

  it('doubles when the probation fails', () => {
    const farm = quarantined();
    farm.submit('fresh');
    farm.live(firstQuarantineMs, ['rack']);
    farm.finish('fresh', farmFailure('disconnected'));
    expect(farm.state.devices.get('p1')?.state).toMatchObject({
      kind: 'quarantined',
      untilMs: farm.nowMs + 2 * firstQuarantineMs,
    });
  });

  it('is not washed off by unplugging', () => {
    const farm = quarantined();
    farm.send({
      kind: 'device-detached',
      agentId: 'rack',
      deviceSerial: 'p1',
      reason: 'unplugged',
    });
    expect(stateOfDevice(farm, 'p1')).toBe('absent');
    farm.send({ kind: 'device-attached', agentId: 'rack', device: phone('p1') });
    expect(stateOfDevice(farm, 'p1')).toBe('quarantined');
  });

  it('never comes from one job alone: it may hang every phone', () => {
    const farm = farmOf('p1');
    farm.submit('hanging');
    for (let attempt = 0; attempt < largestFarmFaults; attempt += 1)
      farm.finish('hanging', farmFailure('timeout'));
    expect(stateOfDevice(farm, 'p1')).toBe('idle');
  });

  it('never comes from candidates', () => {
    const farm = provenFarmOf('p1');
    for (const jobId of ['a', 'b', 'c', 'd', 'e']) {
      farm.submit(jobId);
      farm.finish(jobId, candidateFailure('crashed'));
      farm.finish(jobId, candidateFailure('crashed'));
    }
    expect(stateOfDevice(farm, 'p1')).toBe('idle');
    expect(farm.state.endedCounts.infeasible).toBe(5);
  });
});

describe('candidate faults', () => {
  it('that are the runtime’s verdict make the job infeasible at once', () => {
    const farm = farmOf('p1', 'p2');
    farm.submit('job');
    expect(
      ofKind(farm.finish('job', candidateFailure('unsupported-operator')), 'job-ended'),
    ).toMatchObject([{ end: { kind: 'infeasible' } }]);
  });

  it('that may be chance make it infeasible when a second device agrees', () => {
    const farm = provenFarmOf('p1', 'p2', 'p3');
    farm.submit('job');
    expect(started(farm.finish('job', candidateFailure('crashed')))).toEqual(['job@p2']);
    expect(ofKind(farm.finish('job', candidateFailure('crashed')), 'job-ended')).toMatchObject([
      { end: { kind: 'infeasible', fault: { code: 'crashed' } } },
    ]);
  });

  it('of different kinds do not agree', () => {
    const farm = farmOf('p1', 'p2', 'p3');
    farm.submit('job');
    farm.finish('job', candidateFailure('crashed'));
    expect(started(farm.finish('job', candidateFailure('out-of-memory')))).toEqual(['job@p3']);
    expect(ofKind(farm.finish('job'), 'job-ended')).toMatchObject([{ end: { kind: 'measured' } }]);
  });

  it('twice on the only device make it infeasible', () => {
    const farm = provenFarmOf('p1');
    farm.submit('job');
    expect(started(farm.finish('job', candidateFailure('crashed')))).toEqual(['job@p1']);
    expect(ofKind(farm.finish('job', candidateFailure('crashed')), 'job-ended')).toMatchObject([
      { end: { kind: 'infeasible' } },
    ]);
  });

  it('that may be the tool’s own, where nothing has run yet, end a job without a word about its model', () => {
    const farm = farmOf('p1', 'p2');
    farm.submit('job');
    for (let attempt = 1; attempt < largestFarmFaults; attempt += 1) {
      expect(ofKind(farm.finish('job', candidateFailure('crashed')), 'job-ended')).toEqual([]);
    }
    const end = {
      kind: 'abandoned',
      fault: {
        code: 'tool-failed',
        message: expect.stringMatching(/no model has run there yet/) as string,
      },
    };
    expect(ofKind(farm.finish('job', candidateFailure('crashed')), 'job-ended')).toMatchObject([
      { end },
    ]);
  });

  it('teach nothing after an update, until a model has run with the tools as they are now', () => {
    const farm = provenFarmOf('p1');
    farm.attach('rack', [{ ...phone('p1'), osBuild: 'updated' }]);
    const crashes = (jobId: string): readonly unknown[] => {
      farm.submit(jobId);
      farm.finish(jobId, candidateFailure('crashed'));
      return ofKind(farm.finish(jobId, candidateFailure('crashed')), 'job-ended');
    };
    expect(crashes('before')).toEqual([]);
    farm.send({ kind: 'owner-ended', ownerId: 'search' });
    farm.submit('sound');
    farm.finish('sound');
    expect(crashes('after')).toMatchObject([{ end: { kind: 'infeasible' } }]);
  });
});
