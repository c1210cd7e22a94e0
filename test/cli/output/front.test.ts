import { formatFronts, frontsToCsv } from '../../../cli/output/front';

const point = {
  ...{ architecture: '|a,b|', accuracy: 91.5, latencyMs: 1.25, latencyMsLow: 1.2, latencyMsHigh: 1.3, sessions: 3, latencyMsP5: 1.2, latencyMsP95: 1.5, sizeBytes: 2048 },
  ...{ deviceSerial: 'X1', jobId: 'j', artifactDigest: 'd', reusedFromJobId: 's.1', caveats: ['hot "phone"'], trust: 'weak', trustReasons: ['hot "phone"', 'reused from s.1'] },
};
const single = { ...point, sessions: 1, latencyMsLow: 0, latencyMsHigh: 0, latencyMsP5: 0, trustReasons: ['one session, so no interval'] };
const header = 'target,architecture,accuracy_percent,latency_ms,latency_ms_ci95_low,latency_ms_ci95_high,sessions,latency_ms_p5,latency_ms_p95,size_bytes,trust,trust_reasons,device,job,artifact_sha256,reused_from_job,caveats\r\n';

describe('fronts as CSV', () => {
  it('have one row per point under one heading, and quote what needs it', () => {
    expect(frontsToCsv([{ target: 't', points: [point] }, { target: 'u', points: [] }])).toBe(
      header + 't,"|a,b|",91.5,1.25,1.2,1.3,3,1.2,1.5,2048,weak,"hot ""phone""; reused from s.1",X1,j,d,s.1,"hot ""phone"""\r\n',
    );
  });

  it('leave empty what is not known', () => {
    expect(frontsToCsv([{ target: 't', points: [single] }]).split('\r\n')[1]).toMatch(/^t,"\|a,b\|",91.5,1.25,,,1,,1.5,2048,weak,/);
  });
});

describe('fronts as tables', () => {
  it('name their target, and say when nothing is on them', () => {
    expect(formatFronts([{ target: 'host/onnxruntime/cpu/int8', points: [] }])).toBe('host/onnxruntime/cpu/int8\n  nothing on the front yet');
  });

  it('give the interval and why a number is not trusted', () => {
    const [, , first = '', second = ''] = formatFronts([{ target: 't', points: [point, single] }]).split('\n');
    expect(first).toMatch(/^ +1\.250 {2}1\.200 to 1\.300 .* X1 +weak: hot "phone" \(and 1 more\)$/);
    expect(second).toMatch(/^ +1\.250 {2}- .* weak: one session, so no interval$/);
  });
});
