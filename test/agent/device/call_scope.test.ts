import { withinLimits } from '../../../agent/device/call_scope';
import { farmFault } from '../../../common/fault';
import { fail, ok } from '../../../common/result';

const never = (): Promise<never> => new Promise(() => undefined);
const present = new AbortController().signal;
const limits = { what: 'push of m.onnx', deadlineMs: 5_000, gone: present };

describe('a call to a device', () => {
  it('answers what its work answers, a fault too', async () => {
    expect(await withinLimits(limits, () => Promise.resolve(ok(7)))).toEqual(ok(7));
    const fault = fail(farmFault('storage-full', 'full'));
    expect(await withinLimits(limits, () => Promise.resolve(fault))).toEqual(fault);
  });

  it('ends at its deadline, and says which call it was', async () => {
    expect(await withinLimits({ ...limits, deadlineMs: 5 }, never)).toMatchObject({
      error: { code: 'timeout', message: 'push of m.onnx took longer than 5 ms' },
    });
  });

  it('ends when it is stopped', async () => {
    const stop = new AbortController();
    const running = withinLimits({ ...limits, signal: stop.signal }, never);
    stop.abort();
    expect(await running).toMatchObject({ error: { code: 'stopped' } });
  });

  it('ends with the reason when the device goes', async () => {
    const gone = new AbortController();
    const running = withinLimits({ ...limits, gone: gone.signal }, never);
    gone.abort('unplugged');
    expect(await running).toMatchObject({ error: { code: 'disconnected', message: 'unplugged' } });
  });

  it('is not begun on a device that is gone, nor when it is already stopped', async () => {
    const work = jest.fn(never);
    const gone = AbortSignal.abort('unplugged');
    expect(await withinLimits({ ...limits, gone }, work)).toMatchObject({
      error: { code: 'disconnected' },
    });
    expect(await withinLimits({ ...limits, signal: AbortSignal.abort() }, work)).toMatchObject({
      error: { code: 'stopped' },
    });
    expect(work).not.toHaveBeenCalled();
  });

  it('tells its work why it ends, so that the work can free what it holds', async () => {
    const reasons: unknown[] = [];
    await withinLimits({ ...limits, deadlineMs: 5 }, (signal) => {
      signal.addEventListener('abort', () => reasons.push(signal.reason));
      return never();
    });
    expect(reasons).toMatchObject([{ kind: 'farm-fault', code: 'timeout' }]);
  });

  it('is decided by what came first, and later ends change nothing', async () => {
    const gone = new AbortController();
    const stop = new AbortController();
    const running = withinLimits({ ...limits, gone: gone.signal, signal: stop.signal }, never);
    stop.abort();
    gone.abort('unplugged');
    expect(await running).toMatchObject({ error: { code: 'stopped' } });
  });

  it('passes on what its work throws: that is a broken invariant', async () => {
    await expect(withinLimits(limits, () => Promise.reject(new Error('bug')))).rejects.toThrow(
      'bug',
    );
  });
});
