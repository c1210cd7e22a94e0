import type { ListedFront, ListedPoint } from '../../../proto/codec/front';
import { formatFronts, frontsToCsv } from '../../../cli/output/front';

const hash = 'ab'.repeat(32);
const point: ListedPoint = {
  ...{
    architecture: '|a,b|',
    accuracy: 91.5,
    latencyMs: 1.25,
    latencyMsLow: 1.2,
    latencyMsHigh: 1.3,
    sessions: 3,
  },
  ...{
    latencyMsP5: 1.2,
    latencyMsP95: 1.5,
    sizeBytes: 2048,
    deviceSerial: 'X1',
    jobId: 'j',
    artifactDigest: 'd',
  },
  ...{
    reusedFromJobId: 's.1',
    caveats: ['hot "phone"'],
    trust: 'weak',
    trustReasons: ['hot "phone"', 'reused from s.1'],
  },
  ...{ hash, deviceKind: 'phone', runs: 150, threads: 2, celsiusLow: 31, celsiusHigh: 35.4 },
};
const unknown = {
  sessions: 1,
  latencyMsLow: null,
  latencyMsHigh: null,
  latencyMsP5: null,
  celsiusLow: null,
  celsiusHigh: null,
};
const single: ListedPoint = {
  ...point,
  ...unknown,
  trustReasons: ['one session, so no interval'],
};
const virtual: ListedPoint = {
  ...point,
  deviceKind: 'virtual',
  trust: 'virtual',
  trustReasons: ['simulated by a cost model'],
};
const header =
  'target,architecture,accuracy_percent,latency_ms,latency_ms_ci95_low,latency_ms_ci95_high,sessions,latency_ms_p5,latency_ms_p95,' +
  'size_bytes,trust,trust_reasons,device,job,artifact_sha256,reused_from_job,caveats,' +
  'hash,device_kind,runs,threads,celsius_low,celsius_high,accuracy_source,weights\r\n';

function front(target: string, points: ListedPoint[], uncertain: ListedPoint[] = []): ListedFront {
  return {
    target,
    points,
    uncertain,
    hypervolume: 0.5,
    accuracySource: 'table t, test split, float',
    weights: 'drawn, seed 1',
  };
}

describe('fronts as CSV', () => {
  it('have one row per point under one heading, and quote what needs it', () => {
    const row =
      't,"|a,b|",91.5,1.25,1.2,1.3,3,1.2,1.5,2048,weak,"hot ""phone""; reused from s.1",X1,j,d,s.1,"hot ""phone""",' +
      `${hash},phone,150,2,31,35.4,"table t, test split, float","drawn, seed 1"\r\n`;
    expect(frontsToCsv([front('t', [point], [point]), front('u', [])])).toBe(header + row);
  });

  it('leave empty what is not known', () => {
    const [, row] = frontsToCsv([front('t', [single])]).split('\r\n');
    expect(row).toMatch(/^t,"\|a,b\|",91.5,1.25,,,1,,1.5,2048,weak,.*,phone,150,2,,,"table/);
  });

  it('say of what is simulated that it is', () => {
    expect(frontsToCsv([front('t', [virtual])]).split('\r\n')[1]).toMatch(
      /,virtual,simulated by a cost model,.*,virtual,150,/,
    );
  });
});

describe('fronts as tables', () => {
  const narrow = { isWide: false };

  it('name their target, and say when nothing is on them', () => {
    const nothing = 'host/onnxruntime/cpu/int8\n  nothing on the front yet';
    expect(formatFronts([front('host/onnxruntime/cpu/int8', [])], narrow)).toBe(nothing);
  });

  it('give units, the interval and why a number is not trusted', () => {
    const [, headings = '', first = '', second = ''] = formatFronts(
      [front('t', [point, single])],
      narrow,
    ).split('\n');
    expect(headings).toMatch(
      /^LATENCY MS {2}95 % INTERVAL MS +P5 MS +P95 MS +ACCURACY % +SIZE KIB +HASH +ARCHITECTURE/,
    );
    expect(first).toMatch(
      /^ +1\.250 {2}1\.200 to 1\.300 .* abababababab +\|a,b\| .* X1 +weak: hot "phone" \(and 1 more\)$/,
    );
    expect(second).toMatch(/^ +1\.250 {2}- .* weak: one session, so no interval$/);
  });

  it('say under each table what its accuracies are, and that the weights were drawn', () => {
    const statement =
      'accuracy: table t, test split, float; weights of these files are drawn, seed 1';
    expect(
      formatFronts([front('t', [point])], narrow)
        .split('\n')
        .at(-1),
    ).toBe(statement);
  });

  it('have what the numbers rest on where there is room', () => {
    const [, headings = '', row = ''] = formatFronts([front('t', [point])], { isWide: true }).split(
      '\n',
    );
    expect(headings).toMatch(/SESSIONS {2}RUNS {2}THREADS {2}CELSIUS/);
    expect(row).toMatch(/ 3 +150 +2 +31 to 35 /);
  });

  it('mark what is simulated, and never call it firm', () => {
    const lines = formatFronts([front('t', [virtual])], narrow).split('\n');
    expect(lines[0]).toBe('t  (virtual: simulated by a cost model)');
    expect(lines[2]).toMatch(/ virtual: simulated by a cost model$/);
  });

  it('name apart what is too uncertain to be on them', () => {
    const uncertain = { ...point, latencyMs: 1, latencyMsLow: 0.2, latencyMsHigh: 1.9 };
    const said =
      'not on the front: abababababab, 91.50 %, is known to no better than its size (1.000 ms, interval 0.200 to 1.900)';
    expect(formatFronts([front('t', [], [uncertain])], narrow)).toContain(said);
  });
});
