import fc from 'fast-check';
import { abandonedJobFiles, drawJobName, fileOwner } from '../../../agent/device/job_files';

const dayMs = 24 * 3_600_000;
const nowMs = 1_800_000_000_000;
const names = (owner: string, atMs: number): string[] => {
  const name = drawJobName(owner, atMs);
  return [`${name}.onnx`, `${name}-0.csv`];
};
const ours = '0123abcd';
const theirs = 'fedc9876';

test('an agent has one name over its starts, and two agents of a machine have two', () => {
  expect(fileOwner('/data/agent')).toBe(fileOwner('/data/../data/agent'));
  expect(fileOwner('/data/agent')).not.toBe(fileOwner('/data/other'));
  expect(fileOwner('/data/agent')).toMatch(/^[0-9a-f]{8}$/);
});

test('no two jobs have one name, even in one second', () => {
  const drawn = Array.from({ length: 1_000 }, () => drawJobName(ours, nowMs));
  expect(new Set(drawn).size).toBe(drawn.length);
});

test('what we left is abandoned, and what another left only after a week', () => {
  const [own, fresh, old] = [
    names(ours, nowMs),
    names(theirs, nowMs - 6 * dayMs),
    names(theirs, nowMs - 8 * dayMs),
  ];
  expect(abandonedJobFiles([...own, ...fresh, ...old], ours, nowMs)).toEqual([...own, ...old]);
});

test('nothing else in the folder is touched', () => {
  const others = ['tools', '.run-0123abcd-12', 'model.onnx', 'job-', 'job-0123abcd-x-0.csv', '..'];
  expect(abandonedJobFiles(others, ours, nowMs)).toEqual([]);
  fc.assert(
    fc.property(fc.array(fc.string()), (any) => {
      const found = abandonedJobFiles(any, ours, nowMs);
      expect(found.every((name) => name.startsWith('job-'))).toBe(true);
    }),
  );
});
