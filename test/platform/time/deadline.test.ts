import { withDeadline } from '../../../platform/time/deadline';
import { createManualClock } from './manual_clock';

const exceeded = {
  ok: false,
  error: { kind: 'deadline-exceeded', what: 'the write', deadlineMs: 100 },
};

describe('a deadline', () => {
  it('gives the value of what is done in time, and lets its timer go', async () => {
    const clock = createManualClock();
    const work = clock.sleep(99).then(() => 'done');
    const waited = withDeadline(work, 100, 'the write', clock);
    await clock.advance(99);
    expect(await waited).toEqual({ ok: true, value: 'done' });
    expect(clock.sleepers()).toBe(0);
  });

  it('says what took too long', async () => {
    const clock = createManualClock();
    const waited = withDeadline(new Promise(() => undefined), 100, 'the write', clock);
    await clock.advance(100);
    expect(await waited).toEqual(exceeded);
  });

  it('passes a rejection on', async () => {
    const clock = createManualClock();
    const waited = withDeadline(Promise.reject(new Error('full')), 100, 'the write', clock);
    await expect(waited).rejects.toThrow('full');
    expect(clock.sleepers()).toBe(0);
  });

  it('swallows a rejection that comes when nobody waits any more', async () => {
    const unhandled = jest.fn();
    process.on('unhandledRejection', unhandled);
    const clock = createManualClock();
    const work = clock.sleep(200).then(() => Promise.reject(new Error('late')));
    const waited = withDeadline(work, 100, 'the write', clock);
    await clock.advance(300);
    expect(await waited).toEqual(exceeded);
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });

  it('takes what is there already, however short the time', async () => {
    expect(await withDeadline(Promise.resolve(7), 0, 'the write')).toEqual({ ok: true, value: 7 });
  });
});
