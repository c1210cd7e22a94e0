import { parseTarget } from '../../../common/target';
import { blamesTarget, farmFaultCodes } from '../../../common/fault';
import { faultPolicy } from '../../../coordinator/schedule/transition/fault_policy';
import {
  firstQuarantineMs,
  firstTargetRestMs,
  largestFarmFaults,
  largestQuarantineMs,
} from '../../../coordinator/schedule/state/limits';
import { FleetView } from '../../../coordinator/views/fleet/fleet_view';
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

const npu = 'sm8550/tflite/npu/int8';
const cpu = 'sm8550/tflite/cpu/int8';
const toolFault = farmFailure('tool-mismatched');

function farmOf(...serials: readonly string[]): Farm {
  const farm = createFarm();
  farm.attach(
    'rack',
    serials.map((serial) => phone(serial, [npu, cpu])),
  );
  return farm;
}

const troubleOf = (farm: Farm, serial: string, target = npu): string =>
  farm.state.devices.get(serial)?.troubles.get(target)?.kind ?? 'none';

/** One phone, whose NPU tools failed for the models of `a` and of `b`; both jobs wait. */
function quarantined(): Farm {
  const farm = farmOf('p1');
  farm.submit('a', { target: npu });
  farm.finish('a', toolFault);
  farm.submit('b', { target: npu });
  farm.live(firstTargetRestMs, ['rack']);
  // The first to be tried again is a, since it came first.
  farm.finish('a', toolFault);
  farm.live(2 * firstTargetRestMs, ['rack']);
  farm.finish('a', toolFault);
  farm.live(4 * firstTargetRestMs, ['rack']);
  farm.finish('a', toolFault);
  farm.live(8 * firstTargetRestMs, ['rack']);
  farm.finish('b', toolFault);
  return farm;
}

describe('a farm fault of the tools of one target', () => {
  it.each(farmFaultCodes)('%s is judged as the word says', (code) => {
    expect(faultPolicy(code).device === 'target').toBe(blamesTarget(code));
  });

  it('is tried again after a rest that doubles, not dozens of times a second, and the job is abandoned with its words', () => {
    const farm = farmOf('p1');
    farm.submit('job', { target: npu });
    for (let attempt = 1; attempt < largestFarmFaults; attempt += 1) {
      expect(started(farm.finish('job', toolFault))).toEqual([]);
      const restMs = firstTargetRestMs * 2 ** (attempt - 1);
      if (restMs > 1_000) expect(started(farm.live(restMs - 1_000, ['rack']))).toEqual([]);
      expect(started(farm.live(1_000, ['rack']))).toEqual(['job@p1']);
    }
    expect(ofKind(farm.finish('job', toolFault), 'job-ended')).toMatchObject([
      {
        end: {
          kind: 'abandoned',
          fault: { code: 'tool-mismatched', message: 'as told by the test' },
        },
      },
    ]);
  });

  it('sends the job to another phone at once', () => {
    const farm = farmOf('p1', 'p2');
    farm.submit('job', { target: npu });
    expect(started(farm.finish('job', toolFault))).toEqual(['job@p2']);
  });

  it('never condemns a target for one model alone', () => {
    const farm = farmOf('p1');
    farm.submit('job', { target: npu });
    for (let attempt = 0; attempt < largestFarmFaults; attempt += 1) {
      farm.finish('job', toolFault);
      farm.live(8_000, ['rack']);
    }
    expect(troubleOf(farm, 'p1')).toBe('retrying');
    farm.submit('other', { target: npu });
    farm.finish('other');
    expect(troubleOf(farm, 'p1')).toBe('none');
  });
});

describe('the quarantine of a target', () => {
  it('begins with the second model, and leaves the phone and its other targets alone', () => {
    const farm = quarantined();
    expect(troubleOf(farm, 'p1')).toBe('quarantined');
    expect(stateOfDevice(farm, 'p1')).toBe('idle');
    expect(started(farm.submit('on-cpu', { target: cpu }))).toEqual(['on-cpu@p1']);
    expect(farm.state.devices.get('p1')?.health.faultsInARow).toEqual([]);
  });

  it('is of one phone: another takes the job', () => {
    const farm = quarantined();
    expect(started(farm.attach('shelf', [phone('p2', [npu])]))).toEqual(['b@p2']);
  });

  it('is told with the words of the tools, while no phone may run the target', () => {
    const farm = quarantined();
    const fleet = new FleetView(() => farm.state);
    expect(fleet.quarantineOf(parseTarget(npu))).toMatchObject({
      serials: ['p1'],
      untilMs: farm.nowMs + firstQuarantineMs,
      faults: [{ code: 'tool-mismatched', message: 'as told by the test' }],
    });
    expect(fleet.targets()).toMatchObject([
      { target: cpu },
      { target: npu, idle: 0, busy: 0, unavailable: 1, quarantined: 1, queued: 1 },
    ]);
    expect(fleet.quarantineOf(parseTarget(cpu))).toBeUndefined();
    farm.attach('shelf', [phone('p2', [npu])]);
    expect(fleet.quarantineOf(parseTarget(npu))).toBeUndefined();
  });

  it('ends after its time with one job on probation, and a success ends the trouble', () => {
    const farm = quarantined();
    expect(started(farm.live(firstQuarantineMs - 1_000, ['rack']))).toEqual([]);
    expect(started(farm.live(1_000, ['rack']))).toEqual(['b@p1']);
    farm.finish('b');
    expect(troubleOf(farm, 'p1')).toBe('none');
  });

  it('ends with a verdict about the model too: the tools ran', () => {
    const farm = quarantined();
    farm.live(firstQuarantineMs, ['rack']);
    farm.finish('b', candidateFailure('unsupported-operator'));
    expect(troubleOf(farm, 'p1')).toBe('none');
  });

  it('doubles when the probation fails, up to a bound', () => {
    const farm = quarantined();
    for (let failures = 1; failures < 10; failures += 1) {
      farm.submit(`probation-${String(failures)}`, { target: npu });
      farm.live(largestQuarantineMs, ['rack']);
      const [running] = [...farm.state.leases.values()];
      farm.finish(running?.lease.jobId ?? '', toolFault);
      expect(farm.state.devices.get('p1')?.troubles.get(npu)).toMatchObject({
        kind: 'quarantined',
        untilMs: farm.nowMs + Math.min(largestQuarantineMs, firstQuarantineMs * 2 ** failures),
      });
    }
  });

  it('ends with the operator’s word', () => {
    expect(started(quarantined().send({ kind: 'device-resumed', deviceSerial: 'p1' }))).toEqual([
      'b@p1',
    ]);
  });

  it('ends when the agent comes back with other tools, and only then', () => {
    const farm = quarantined();
    const description = phone('p1', [npu, cpu]);
    expect(started(farm.attach('rack', [description]))).toEqual([]);
    const tool = { name: 'benchmark_model', digest: 'ab'.repeat(32), agentVersion: '1' };
    expect(started(farm.attach('rack', [{ ...description, tools: [tool] }]))).toEqual(['b@p1']);
  });

  it('never lets a candidate be infeasible', () => {
    const farm = quarantined();
    for (let probation = 0; probation < 40; probation += 1) {
      farm.live(largestQuarantineMs, ['rack']);
      if (farm.state.jobs.get('b')?.state.kind === 'leased') farm.finish('b', toolFault);
    }
    expect(farm.state.endedCounts).toEqual({ measured: 0, reused: 0, infeasible: 0, abandoned: 2 });
  });
});
