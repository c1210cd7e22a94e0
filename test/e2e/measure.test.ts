/** @jest-environment ./test/model/onnxruntime_environment.ts */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Outcome } from '../../common/job';
import { justMeasuredMs } from '../../coordinator/schedule/state/limits';
import { buildCandidate } from '../../model/build';
import { smallClassifier } from '../model/tflite/small_classifier';
import { writeFixture } from '../model/tflite/tflite_file';
import { withFloatEdges } from './float_edges';
import { onnxModel } from '../agent/runtimes/host/small_models';
import { farmUp, type FarmUp } from './farm_up';
import { descendants } from './processes';

jest.setTimeout(60_000);

interface BenchEnd {
  readonly target: string;
  readonly state: string;
  readonly device: string;
  readonly detail: string;
  readonly outcome: Outcome | null;
}

const phones = ['VIRT-sm8550-1', 'VIRT-sm8650-1'];

describe('a farm of this machine and two virtual phones', () => {
  let farm: FarmUp;
  const modelFile = (name: string, bytes: Uint8Array): string => {
    const file = path.join(farm.folder, name);
    writeFileSync(file, bytes);
    return file;
  };
  const bench = async (
    file: string,
    targets: readonly string[],
    ...options: string[]
  ): Promise<{ status: number | null; stderr: string; ends: BenchEnd[] }> => {
    const { status, stdout, stderr } = await farm.run(
      'bench',
      file,
      '--on',
      targets.join(),
      '--sessions',
      '2',
      '--runs',
      '4',
      '--json',
      ...options,
    );
    return { status, stderr, ends: stdout === '' ? [] : (JSON.parse(stdout) as BenchEnd[]) };
  };

  beforeAll(async () => {
    farm = await farmUp(2);
    const calibration = { kind: 'generated', seed: 1, samples: 2 } as const;
    const architecture =
      '|nor_conv_3x3~0|+|skip_connect~0|nor_conv_1x1~1|+|avg_pool_3x3~0|none~1|nor_conv_3x3~2|';
    modelFile(
      'cell.onnx',
      (
        await buildCandidate({
          space: 'nasbench201',
          architecture,
          seed: 1,
          calibration,
          cellsPerStage: 1,
        })
      ).int8,
    );
    modelFile('classifier.tflite', writeFixture(withFloatEdges(smallClassifier())));
  });
  afterAll(() => farm.remove());

  test('lists its devices, targets and agents, as text and as JSON', async () => {
    const { devices, unusablePhones } = (await farm.json('devices')) as {
      devices: { state: string; description: { serial: string; kind: string } }[];
      unusablePhones: unknown[];
    };
    expect(unusablePhones).toEqual([]);
    expect(devices.map(({ description, state }) => [description.kind, state]).sort()).toEqual([
      ['host', 'idle'],
      ['virtual', 'idle'],
      ['virtual', 'idle'],
    ]);
    const listed = (await farm.run('devices')).stdout;
    for (const { description } of devices) expect(listed).toContain(description.serial);
    expect((await farm.run('devices', 'show', phones[0]!)).stdout).toMatch(
      /^serial +VIRT-sm8550-1$/m,
    );

    const targets = ((await farm.json('targets')) as { target: string }[]).map(
      ({ target }) => target,
    );
    expect(targets).toEqual(
      expect.arrayContaining([
        'host/onnxruntime/cpu/int8',
        'host/tflite/cpu/int8',
        'sm8550/tflite/npu/int8',
        'sm8650/onnxruntime/npu/int8',
      ]),
    );
    expect((await farm.run('targets')).stdout.match(/^\S+\/\S+/gm)).toEqual(targets);

    const agents = (await farm.json('agents')) as {
      agentId: string;
      state: string;
      deviceCount: number;
    }[];
    expect(agents.map(({ agentId, state, deviceCount }) => [agentId, state, deviceCount])).toEqual([
      ['local-agent', 'attached', 1],
      ['virtual-agent', 'attached', 2],
    ]);
    expect((await farm.run('agents')).stdout).toMatch(/^virtual-agent +attached +2 /m);
  });

  test('doctor finds nothing broken', async () => {
    const findings = (await farm.json('doctor', '--agent-config', farm.agentConfigPath)) as {
      check: string;
      state: string;
    }[];
    expect(findings).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ check: 'adb', state: 'good' }),
        expect.objectContaining({ check: 'coordinator', state: 'good' }),
      ]),
    );
    expect(findings.filter(({ state }) => state === 'bad')).toEqual([]);
    expect((await farm.run('doctor', '--agent-config', farm.agentConfigPath)).stdout).toMatch(
      /^nats-server +good /m,
    );
  });

  test.each([
    ['cell.onnx', 'onnxruntime', 'samples'],
    ['classifier.tflite', 'tflite', 'aggregate'],
  ])('measures %s on the host and on a phone', async (file, runtime, phoneTimings) => {
    const targets = [`host/${runtime}/cpu/int8`, `sm8550/${runtime}/cpu/int8`];
    const { status, ends, stderr } = await bench(path.join(farm.folder, file), targets);
    expect({ status, details: ends.map(({ detail }) => detail) }).toEqual({
      status: 0,
      details: [null, null],
    });
    expect(stderr.match(/: measured /g)).toHaveLength(2);
    expect(ends.map(({ target, state }) => [target, state]).sort()).toEqual(
      targets.map((target) => [target, 'measured']),
    );
    for (const { outcome, device, target } of ends) {
      if (outcome?.kind !== 'measured') throw new Error(`${target} was not measured`);
      const { measurement } = outcome;
      const expectedTimings = target.startsWith('host') ? 'samples' : phoneTimings;
      expect(measurement.sessions.map(({ timings }) => timings.kind)).toEqual([
        expectedTimings,
        expectedTimings,
      ]);
      if (expectedTimings === 'samples')
        expect(
          measurement.sessions.flatMap(({ timings }) =>
            timings.kind === 'samples' ? timings.samplesMs : [],
          ),
        ).toHaveLength(8);
      expect(measurement.summary.n).toBe(8);
      expect(measurement.summary.minMs).toBeGreaterThan(0);
      expect(measurement.latencyMs).toBeGreaterThanOrEqual(measurement.summary.minMs);
      expect(measurement.conditions).toMatchObject({
        deviceSerial: device,
        threads: 1,
        command: expect.stringMatching(/--runs|--num_runs|-r/) as string,
        boundary: expect.stringMatching(/./) as string,
      });
      expect(measurement.finishedAtMs).toBeGreaterThanOrEqual(measurement.startedAtMs);
    }
  });

  test.each([
    [
      'hard.onnx',
      'sm8550/onnxruntime/npu/int8',
      'is float32 in ONNX',
      'host/onnxruntime/cpu/float32',
    ],
    [
      'hard.onnx',
      'sm8550/onnxruntime/npu/float16',
      'is float32 in ONNX',
      'host/onnxruntime/cpu/float32',
    ],
    [
      'cell.onnx',
      'sm8550/onnxruntime/npu/float16',
      'is int8 in ONNX',
      'sm8550/onnxruntime/npu/int8',
    ],
    ['cell.onnx', 'host/tflite/cpu/int8', 'is int8 in ONNX', 'host/onnxruntime/cpu/int8'],
    ['classifier.tflite', 'host/tflite/cpu/float32', 'is int8 in TFLite', 'host/tflite/cpu/int8'],
  ])(
    '%s on %s is refused in one line, with what it is and where it fits',
    async (name, target, what, fit) => {
      modelFile('hard.onnx', onnxModel('Relu', [1, 8]));
      const file = path.join(farm.folder, name);
      const { status, stderr, ends } = await bench(
        file,
        ['host/onnxruntime/cpu/int8', target].slice(name === 'cell.onnx' ? 0 : 1),
      );
      expect({ status, ends }).toEqual({ status: 2, ends: [] });
      expect(stderr).toMatch(/^farm: .+\n$/);
      for (const said of [`${file}: ${what}`, `${target} takes `, fit])
        expect(stderr).toContain(said);
    },
  );

  test('a model that crashes the tool on every phone of a pool is infeasible there, and harms nobody', async () => {
    // A crash where nothing has run yet would be the tool's.
    expect(await bench('cell.onnx', ['sm8550/onnxruntime/npu/int8'])).toMatchObject({ status: 0 });
    await sleep(justMeasuredMs);
    order(phones[0]!, 'crash 20');
    const before = farm.processes();
    const [crashed, other] = await Promise.all([
      bench('cell.onnx', ['sm8550/onnxruntime/npu/int8']),
      bench('cell.onnx', ['sm8650/onnxruntime/npu/int8']),
    ]);
    expect(other).toMatchObject({ status: 0, ends: [{ state: 'measured' }] });
    expect(crashed.status).toBe(1);
    expect(crashed.ends).toMatchObject([{ outcome: { kind: 'candidate-fault', code: 'crashed' } }]);
    expect(farm.processes()).toEqual(before);
  });

  test('a crash that does not come again is no fault of the model', async () => {
    order(phones[0]!, 'crash 1');
    const { status, ends, stderr } = await bench('cell.onnx', ['sm8550/onnxruntime/npu/int8']);
    expect({ status, ends }).toMatchObject({ status: 0, ends: [{ state: 'measured' }] });
    expect(stderr).toMatch(/queued VIRT-sm8550-1 crashed/);
    await sleep(justMeasuredMs);
  });

  test("a phone that lacks the DSP's libraries is no fault of the model, and measures it when it has them", async () => {
    order(phones[0]!, 'no-dsp-libraries');
    const lacking = await bench('cell.onnx', ['sm8550/onnxruntime/npu/int8']);
    order(phones[0]!, 'tools-mended');
    expect(lacking).toMatchObject({
      status: 1,
      ends: [
        {
          state: 'abandoned',
          outcome: {
            kind: 'farm-fault',
            code: 'tool-missing',
            message: expect.stringContaining('Failed to load skel') as string,
          },
        },
      ],
    });
    expect(await bench('cell.onnx', ['sm8550/onnxruntime/npu/int8'])).toMatchObject({
      status: 0,
      ends: [{ state: 'measured' }],
    });
  });

  test.each([
    ['an operator that the runtime does not know', () => onnxModel('FarmUnknown', [1, 8])],
    ['more memory than there is', () => onnxModel('Relu', [1, 1_000_000, 1_000_000])],
  ])('a model with %s ends with its reason, and the host measures on', async (_, model) => {
    const file = modelFile('hard.onnx', model());
    const { status, stderr, ends } = await bench(file, ['host/onnxruntime/cpu/float32']);
    expect([1, 2]).toContain(status);
    if (status === 1)
      expect(ends).toMatchObject([{ state: 'infeasible', outcome: { kind: 'candidate-fault' } }]);
    else expect(stderr).toMatch(/^farm: .*hard\.onnx: .+\n$/);
    expect(await bench('cell.onnx', ['host/onnxruntime/cpu/int8'])).toMatchObject({
      status: 0,
      ends: [{ state: 'measured' }],
    });
  });

  /** As docs/virtual-phones.md says, through the adb server that the phones are on. */
  function order(serial: string, fault: string): void {
    const server = descendants(farm.processes()[0]!.pid).find(({ command }) =>
      command.startsWith('adb -P'),
    );
    const port = /-P (\d+)/.exec(server?.command ?? '')?.[1] ?? '';
    const adb = (...args: string[]): string =>
      execFileSync('adb', ['-P', port, ...args], { encoding: 'utf8' });
    const phone = adb('devices')
      .split('\n')
      .map((line) => line.split('\t')[0] ?? '')
      .filter((each) => each.includes(':'))
      .find((each) => adb('-s', each, 'shell', 'getprop ro.serialno').trim() === serial);
    if (phone === undefined) throw new Error(`adb does not show ${serial}`);
    adb('-s', phone, 'shell', `echo ${fault} > /data/local/tmp/.virtual/fault`);
  }
});
