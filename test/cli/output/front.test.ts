import { formatFronts, frontToCsv } from '../../../cli/output/front';

const point = { architecture: '|a,b|', accuracy: 91.5, latencyMs: 1.25, latencyMsP5: 1.2, latencyMsP95: 1.5, sizeBytes: 2048, deviceSerial: 'X1', jobId: 'j', artifactDigest: 'd', reusedFromJobId: 's.1', caveats: ['hot "phone"'] };

describe('a front as CSV', () => {
  it('has one row per point, and quotes what needs it', () => {
    expect(frontToCsv({ target: 't', points: [point] })).toBe(
      'target,architecture,accuracy_percent,latency_ms,latency_ms_p5,latency_ms_p95,size_bytes,device,job,artifact_sha256,reused_from_job,caveats\r\n' + 't,"|a,b|",91.5,1.25,1.2,1.5,2048,X1,j,d,s.1,"hot ""phone"""\r\n',
    );
  });
});

describe('fronts as tables', () => {
  it('name their target, and say when nothing was measured', () => {
    expect(formatFronts([{ target: 'host/onnxruntime/cpu/int8', points: [] }])).toBe('host/onnxruntime/cpu/int8\n  nothing measured yet');
  });
});
