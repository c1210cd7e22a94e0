import {
  decodeWorkerHeartbeat,
  encodeWorkerHeartbeat,
  largestHeartbeatBytes,
  type WorkerHeartbeat,
} from '../../../../proto/codec/training/worker_heartbeat';

const heartbeat: WorkerHeartbeat = {
  worker: 'garage-2',
  engine: 'wasm',
  engineReason: 'native cannot be had',
  processes: 3,
  workingAt: ['block 2 of mobilenetv2, 40 %'],
  atMs: 1_700_000_000_000,
};

test('what a worker says of itself is what the coordinator reads', () => {
  expect(decodeWorkerHeartbeat(encodeWorkerHeartbeat(heartbeat))).toEqual({
    ok: true,
    value: heartbeat,
  });
});

test.each([
  ['an engine of a newer version', { ...heartbeat, engine: 'webgpu' }, /^engine: /],
  ['no name', { ...heartbeat, worker: '' }, /^worker: /],
  ['a negative time', { ...heartbeat, atMs: -1 }, /^atMs: /],
])('%s is refused, and the field named', (_what, wrong, problem) => {
  const read = decodeWorkerHeartbeat(Buffer.from(JSON.stringify({ v: 1, ...wrong })));
  expect(read).toEqual({ ok: false, error: expect.stringMatching(problem) as string });
});

test('more than a heartbeat can be is not parsed', () => {
  const read = decodeWorkerHeartbeat(new Uint8Array(largestHeartbeatBytes + 1));
  expect(read).toMatchObject({ ok: false, error: expect.stringContaining('at most') as string });
});
