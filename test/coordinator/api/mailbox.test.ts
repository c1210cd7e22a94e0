import { createMailbox } from '../../../coordinator/api/mailbox';

const never = new AbortController().signal;

describe('mailbox', () => {
  it('hands out values in order, whether they come before or after the question', async () => {
    const mailbox = createMailbox<number>('all');
    mailbox.put(1);
    mailbox.put(2);
    expect([await mailbox.take(never), await mailbox.take(never)]).toEqual([1, 2]);
    const later = mailbox.take(never);
    mailbox.put(3);
    expect(await later).toBe(3);
  });

  it('keeps only the newest where a state is sent', async () => {
    const mailbox = createMailbox<number>('newest');
    for (const value of [1, 2, 3]) mailbox.put(value);
    expect(await mailbox.take(never)).toBe(3);
  });

  it('stops waiting when the client leaves', async () => {
    const leaving = new AbortController();
    const waiting = createMailbox<number>('all').take(leaving.signal);
    leaving.abort();
    expect(await waiting).toBeUndefined();
  });
});
