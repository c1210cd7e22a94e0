import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { pythonWithGrpc } from '../python';
import { farmUp, type FarmUp } from './farm_up';

jest.setTimeout(120_000);

const python = pythonWithGrpc();
const target = 'sm8650/onnxruntime/npu/int8';
const measurements = 9;
const exampleDeadlineMs = 90_000;

// Skipped where Python has no grpcio-tools; CI installs them.
(python === undefined ? describe.skip : describe)('docs/examples/outside_search.py', () => {
  let farm: FarmUp;
  beforeAll(async () => {
    farm = await farmUp(1);
  });
  afterAll(() => farm.remove());

  test('drives a search to its end, as docs/search.md says', async () => {
    const spec = {
      name: 'python',
      space: 'nasbench201',
      strategy: { kind: 'external' },
      targets: [target],
      budget: { measurements },
      confirm: { rounds: 0 },
      model: { cellsPerStage: 1 },
      plan: { sessions: 1, runs: 3, warmupRuns: 1 },
    };
    writeFileSync(path.join(farm.folder, 'python.yaml'), JSON.stringify(spec));
    const { searchId } = (await farm.json('search', 'create', 'python.yaml')) as {
      searchId: string;
    };
    const example = path.resolve('docs/examples/outside_search.py');
    const address = `127.0.0.1:${String(farm.ports.grpc)}`;
    const { status, stdout, stderr } = spawnSync(python!, [example, searchId, target, address], {
      cwd: farm.folder,
      encoding: 'utf8',
      timeout: exampleDeadlineMs,
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const ends = stdout.trim().split('\n');
    // Two cells may be built to the same bytes: the second costs no measurement.
    for (const end of ends)
      expect(end).toMatch(/^\d+ (?:measured|reused) \d+\.\d{3} ms, \d+\.\d{2} % \S+$/);
    expect(ends.filter((end) => / measured /.test(end))).toHaveLength(measurements);
    expect(await farm.json('search', 'show', searchId)).toMatchObject({
      state: 'finished',
      targets: [{ measured: measurements }],
    });
  });
});
