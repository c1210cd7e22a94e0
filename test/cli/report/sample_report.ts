import { samplePhone } from '../../coordinator/sample_fleet';
import { createRandom } from '../../../common/random';
import { computeReport, type ReportData } from '../../../cli/report/data/report_data';
import type {
  ReportCandidate,
  ReportInput,
  ReportMeasurement,
  ReportPoint,
} from '../../../cli/report/data/report_input';

export const targets = ['host/onnxruntime/cpu/int8', 'sm8550/onnxruntime/npu/int8'] as const;
const operators = ['skip', 'conv1', 'conv3'];
const costs = [0.1, 0.5, 2];

export const positions = [0, 1, 2].map((place) => ({
  name: `block ${String(place)}`,
  choices: operators,
}));

/** A made-up network of three blocks: its latency is the sum of its operators' costs, within a percent. */
export function network(target: string, sequence: number, noise = 0): ReportCandidate {
  const choices = [sequence % 3, Math.floor(sequence / 3) % 3, Math.floor(sequence / 9) % 3];
  const count = (operator: number): number =>
    choices.filter((choice) => choice === operator).length;
  const latencyMs =
    (1 + choices.reduce((sum, choice) => sum + (costs[choice] ?? 0), 0)) * (1 + noise);
  return {
    target,
    sequence,
    choices,
    state: 'measured',
    faultCode: null,
    faultMessage: null,
    refusal: null,
    jobId: `job-${String(sequence)}`,
    endedSequence: sequence + 1,
    architecture: choices.map((choice) => operators[choice]).join('+'),
    features: [count(0), count(1), count(2)],
    accuracy: 70 + 3 * count(1) + 7 * count(2) - (choices[0] === 2 ? 0 : 2),
    measurement: measurement(latencyMs),
    confirmations: [],
  };
}

export function measurement(latencyMs: number): ReportMeasurement {
  return {
    ...{
      latencyMs,
      sessionMediansMs: [latencyMs],
      deviceSerial: 'P1',
      soc: 'SM8550',
      osBuild: 'sample/phone:14',
      agentVersion: '0.1.0',
      tool: 'onnxruntime_perf_test',
    },
    ...{
      toolVersion: null,
      toolDigest: 'ab'.repeat(32),
      command: 'onnxruntime_perf_test -e qnn model',
      threads: 1,
      boundary: 'Session::Run',
      celsiusBefore: 30,
      celsiusAfter: 34,
    },
    ...{
      cpuKhzBefore: 1_800_000,
      cpuKhzAfter: 3_200_000,
      caveats: [],
      startedAtMs: 1_000,
      finishedAtMs: 2_000,
      deviceKind: 'virtual' as const,
    },
  };
}

export function failed(
  target: string,
  sequence: number,
  end: Pick<ReportCandidate, 'state' | 'faultCode' | 'faultMessage'>,
): ReportCandidate {
  return { ...network(target, sequence), ...end, measurement: null };
}

export function networks(target: string, count: number): ReportCandidate[] {
  const random = createRandom(7);
  return Array.from({ length: count }, (_, sequence) =>
    network(target, sequence, 0.01 * random.normal()),
  );
}

const statement = { accuracySource: 'table t, test split, float', weights: 'drawn, seed 1' };

/** A search of `candidates` as the coordinator tells it, its fronts found the dumb way. */
export function reportInput(
  candidates: readonly ReportCandidate[],
  more: {
    readonly state?: ReportInput['search']['state'];
    readonly targets?: readonly string[];
  } = {},
): ReportInput {
  const fronts = (more.targets ?? targets).map((target) => ({
    target,
    points: frontOf(candidates.filter((candidate) => candidate.target === target)),
    uncertain: [],
    hypervolume: 0.5,
    ...statement,
  }));
  return {
    search: {
      ...{
        searchId: 'cells-1',
        name: 'cells',
        state: more.state ?? 'finished',
        space: 'nasbench201',
        strategy: 'surrogate',
        seed: 3,
        createdAtMs: 1_700_000_000_000,
        wallMinutes: 12,
        problem: null,
        budgetShared: false,
      },
      targets: fronts.map(({ target }) => ({
        ...{
          target,
          measured: candidates.filter((each) => each.target === target && each.measurement !== null)
            .length,
          ...{ infeasible: 0, abandoned: 0, inFlight: 0, reused: 0, uncertain: 0 },
          ...{ confirming: 0, confirmed: 0, confirmMinutes: 0, virtualMeasurements: 0 },
          ...{ hypervolume: 0.5, frontHypervolume: 0.5, frontSize: 1, picks: [] },
        },
        ...{
          budget: 40,
          budgetPhoneMinutes: null,
          budgetWallMinutes: null,
          phoneMinutes: 3,
          devicesBusy: 0,
          devices: 1,
          secondsLeft: null,
          spentMeasurements: 20,
          spentPhoneMinutes: 3,
        },
      })),
    },
    fronts,
    header: {
      specYaml: `name: cells\nspace: nasbench201\nstrategy: { kind: surrogate, seed: 3 }\ntargets: [${(more.targets ?? targets).join(', ')}]\nconstraints: { latencyMsMax: 6 }\nbudget: { measurements: 40 }\n`,
      ...statement,
      positions,
      targets: fronts.map(({ target }) => ({
        target,
        hypervolumes: candidates
          .filter((each) => each.target === target && each.measurement !== null)
          .map((_, index) => 1 - 1 / (index + 2)),
      })),
      devices: [
        {
          ...samplePhone('P1'),
          kind: 'virtual' as const,
          manufacturer: 'Sample',
          model: 'Phone',
          soc: 'SM8550',
          osBuild: 'sample/phone:14',
        },
      ],
    },
    candidates: [...candidates],
  };
}

function frontOf(candidates: readonly ReportCandidate[]): ReportPoint[] {
  const known = candidates.flatMap(({ architecture, accuracy, measurement: made }) =>
    made === null ? [] : [{ architecture, accuracy, latencyMs: made.latencyMs }],
  );
  const beats = (a: (typeof known)[number], b: (typeof known)[number]): boolean =>
    a.latencyMs <= b.latencyMs &&
    a.accuracy >= b.accuracy &&
    (a.latencyMs < b.latencyMs || a.accuracy > b.accuracy);
  return known
    .filter((each) => !known.some((other) => beats(other, each)))
    .sort((a, b) => a.latencyMs - b.latencyMs)
    .map((each) => ({
      ...each,
      ...{ latencyMsP5: null, latencyMsP95: null, jobId: 'job', artifactDigest: 'ef'.repeat(32) },
      ...{ caveats: [], reusedFromJobId: null },
      sessions: 3,
      latencyMsLow: each.latencyMs * 0.98,
      latencyMsHigh: each.latencyMs * 1.02,
      sizeBytes: 1_024,
      deviceSerial: 'P1',
      trust: 'virtual' as const,
      trustReasons: ['simulated by a cost model'],
      hash: 'cd'.repeat(32),
      deviceKind: 'virtual' as const,
      runs: 150,
      threads: 1,
      celsiusLow: 30,
      celsiusHigh: 34,
    }));
}

export function report(input: ReportInput): ReportData {
  return computeReport(input, { atMs: 1_700_000_000_000, farmVersion: '0.1.0' });
}
