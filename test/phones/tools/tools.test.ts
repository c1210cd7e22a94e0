import { parsePerfTest } from '../../../agent/runtimes/onnxruntime_perf_test/output';
import { defaultPlan } from '../../../common/job';
import { barePhone, installTools, run } from '../bare_phone';
import { buildOnnxFixture } from '../onnx_fixture';

const perfTest =
  'cd /data/local/tmp; ./onnxruntime_perf_test -e cpu -I -m times -r 15 -x 1 -s m.onnx r.csv';
const onNpu = (options: string): string =>
  `cd /data/local/tmp; ./onnxruntime_perf_test -e qnn -I -m times -r 5 -i '${options}' -C 'session.disable_cpu_ep_fallback|1' m.onnx r.csv`;
const npuPerfTest = onNpu('backend_path|libQnnHtp.so enable_htp_fp16_precision|1');

async function samples(seed: number, script = perfTest): Promise<string> {
  const phone = barePhone(seed);
  installTools(phone);
  return (await run(phone, `${script} >/dev/null; cat r.csv`)).output;
}

test('onnxruntime_perf_test says what the agent reads, and its rows add up', async () => {
  const phone = barePhone();
  installTools(phone);
  const { status, output, errors } = await run(phone, perfTest);
  expect({ status, errors }).toEqual({ status: 0, errors: '' });
  const resultFile = (await run(phone, 'cat /data/local/tmp/r.csv')).output;
  const invocation = {
    offer: { runtime: 'onnxruntime', unit: 'cpu', precision: 'float32' },
    plan: { ...defaultPlan, warmupRuns: 5, runs: 10 },
    workFolder: '/',
    modelPath: 'm.onnx',
    resultPath: 'r.csv',
    cores: [],
  } as const;
  const report = parsePerfTest(
    { exitCode: 0, stdout: output, stderr: errors, resultFile },
    invocation,
  );
  expect(report.ok && report.value.session.timings).toMatchObject({
    kind: 'samples',
    samplesMs: expect.any(Array) as unknown,
  });
  const rows = resultFile.split('\n').filter((line) => line.includes(','));
  expect(rows).toHaveLength(15);
  expect(rows[0]).toMatch(/^tmp,0\.\d+,\d+,12,0$/);
});

test('onnxruntime_perf_test appends statistics after the rows, and sums up on its output only without a file', async () => {
  const phone = barePhone();
  installTools(phone);
  const withFile = await run(phone, `${perfTest}; cat r.csv`);
  expect(withFile.output).toMatch(/,14\n\nMin Latency: \S+ s\n(?:.*\n){5}P999 Latency: \S+ s\n$/);
  expect(withFile.output).not.toContain('Runs:15');
  const without = await run(phone, perfTest.replace(' r.csv', ''));
  expect(without.output).toMatch(
    /\nAvg CPU usage:12\nPeak working set size:\d+\nRuns:15\nMin Latency: /,
  );
});

test('equal seeds give equal samples, other seeds others, and a new session others again', async () => {
  expect(await samples(7)).toBe(await samples(7));
  expect(await samples(8)).not.toBe(await samples(7));
  const [first, second] = [
    await samples(7),
    await samples(7, `${perfTest} >/dev/null; rm r.csv; ${perfTest.slice(20)}`),
  ];
  expect(second).not.toBe(first);
});

test.each([
  [
    './onnxruntime_perf_test -m times -r 1 none.onnx',
    "Load model from none.onnx failed:Load model none.onnx failed. File doesn't exist\n",
  ],
  [
    'echo garbage > g.onnx; ./onnxruntime_perf_test -m times -r 1 g.onnx',
    'Load model from g.onnx failed:This is an invalid model.',
  ],
])('%s fails as the real tool does', async (script, complaint) => {
  const phone = barePhone();
  installTools(phone);
  const { status, errors } = await run(phone, `cd /data/local/tmp; ${script}`);
  expect(status).toBe(255);
  expect(errors).toContain(complaint);
});

test('a model with an operator that the NPU refuses is a fallback, which may be forbidden', async () => {
  const phone = barePhone();
  installTools(phone);
  expect((await run(phone, npuPerfTest)).status).toBe(0);
  phone.system.files.write('/data/local/tmp/m.onnx', buildOnnxFixture(2, 'Erf'));
  const refused = await run(phone, npuPerfTest);
  expect(refused.status).toBe(255);
  expect(refused.errors).toContain('fallback to CPU EP has been explicitly disabled by the user');
});

test('a float model runs on the NPU in half precision only, and only where that is asked for', async () => {
  const phone = barePhone();
  installTools(phone);
  expect((await run(phone, npuPerfTest)).status).toBe(0);
  for (const options of [
    'backend_path|libQnnHtp.so',
    'backend_path|libQnnHtp.so enable_htp_fp16_precision|0',
  ]) {
    const refused = await run(phone, onNpu(options));
    expect(refused.status).toBe(255);
    expect(refused.errors).toContain('fallback to CPU EP has been explicitly disabled by the user');
  }
});

test.each([
  ['-e nonsense -r 3 m.onnx', 255, "See 'onnxruntime_perf_test --help'."],
  ['--nonsense m.onnx', 1, "ERROR: Unknown command line flag 'nonsense'."],
  [
    "--plugin_ep_libs 'Q|/none.so' --plugin_eps Q m.onnx",
    255,
    'Failed to load library /none.so with error: dlopen failed',
  ],
])('the command line %s is refused as the real tool does', async (words, status, complaint) => {
  const phone = barePhone();
  installTools(phone);
  const refused = await run(phone, `cd /data/local/tmp; ./onnxruntime_perf_test ${words}`);
  expect(refused).toMatchObject({ status, errors: expect.stringContaining(complaint) as string });
});

test('tool faults strike as often as ordered, from outside and from the fault file', async () => {
  const phone = barePhone();
  installTools(phone);
  phone.inject({ kind: 'crash', times: 2 });
  for (const expected of [139, 139, 0]) expect((await run(phone, perfTest)).status).toBe(expected);
  await run(phone, 'echo garbage > /data/local/tmp/.virtual/fault');
  expect((await run(phone, perfTest)).output).not.toContain('Session creation');
  await run(phone, 'echo hang > /data/local/tmp/.virtual/fault');
  expect(
    (await run(phone, `cd /data/local/tmp; timeout 60 ${perfTest.slice(20)}; echo $?`)).output,
  ).toBe('124\n');
});

test('a full disk refuses what comes and keeps what is there', async () => {
  const phone = barePhone();
  installTools(phone);
  phone.inject({ kind: 'disk-full' });
  const cut = await run(phone, `${perfTest} >/dev/null; echo $?; cat r.csv`);
  expect({ status: cut.output.split('\n')[0], rows: cut.output.split('\n').length }).toEqual({
    status: '0',
    rows: 2,
  });
  expect((await run(phone, 'echo x > /data/local/tmp/x')).errors).toContain(
    'No space left on device',
  );
  phone.inject({ kind: 'disk-free' });
  expect((await run(phone, perfTest)).status).toBe(0);
});
