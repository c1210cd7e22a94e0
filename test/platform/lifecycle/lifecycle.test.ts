import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { Lifecycle } from '../../../platform/lifecycle/lifecycle';

let closed: string[];
let warnings: string[];
let lifecycle: Lifecycle;
beforeEach(() => {
  closed = [];
  warnings = [];
  lifecycle = new Lifecycle({
    warn: (about: object, message?: string) =>
      void warnings.push(`${(about as { part: string }).part} ${message ?? ''}`),
  });
});

function open(name: string, close: () => unknown = () => undefined): void {
  lifecycle.onStop(name, () => {
    closed.push(name);
    return close();
  });
}

const never = new Promise<void>(() => undefined);

describe('an orderly end', () => {
  it('closes in reverse order of opening, one after the other', async () => {
    open('first', () => closed.push('first again'));
    open('second', async () => {
      await sleep(20);
      closed.push('second is done');
    });
    expect(await lifecycle.stop()).toEqual([]);
    expect(closed).toEqual(['second', 'second is done', 'first', 'first again']);
    await lifecycle.done;
  });

  it('happens once, whoever asks how often', async () => {
    open('part');
    await Promise.all([lifecycle.stop(), lifecycle.stop()]);
    await lifecycle.stop();
    expect(closed).toEqual(['part']);
  });

  it('hands a part through that it is to close', async () => {
    const part = { name: 'file', close: () => closed.push('file') };
    expect(lifecycle.add('file', part)).toBe(part);
    await lifecycle.stop();
    expect(closed).toEqual(['file']);
  });

  it('closes what is opened while it goes on, and after it', async () => {
    open('early', () => open('late'));
    await lifecycle.stop();
    open('too late');
    await lifecycle.stop();
    expect(closed).toEqual(['early', 'late', 'too late']);
  });

  it('names what did not close in peace, and closes the rest', async () => {
    open('first');
    open('thrower', () => {
      throw new Error('broken');
    });
    open('rejecter', () => Promise.reject(new Error('broken')));
    expect(await lifecycle.stop()).toEqual(['rejecter', 'thrower']);
    expect(closed).toEqual(['rejecter', 'thrower', 'first']);
    expect(warnings).toEqual(['rejecter did not close in peace', 'thrower did not close in peace']);
  });

  it('leaves what does not close within its deadline', async () => {
    open('first');
    open('stuck', () => never);
    const startMs = performance.now();
    expect(await lifecycle.stop()).toEqual(['stuck']);
    expect(performance.now() - startMs).toBeGreaterThan(4_900);
    expect(closed).toEqual(['stuck', 'first']);
    expect(warnings).toEqual(['stuck did not close in time']);
  });

  it('waits for a part as long as was said of it', async () => {
    lifecycle.onStop('stuck', () => never, 100);
    const startMs = performance.now();
    expect(await lifecycle.stop()).toEqual(['stuck']);
    expect(performance.now() - startMs).toBeLessThan(3_000);
  });

  it('gives each part a moment when it is to hurry, the one that it waits for too', async () => {
    open('quick');
    for (const name of ['stuck', 'stuck too', 'stuck as well']) open(name, () => never);
    const startMs = performance.now();
    const stopped = lifecycle.stop();
    await sleep(50);
    lifecycle.hurry();
    expect(await stopped).toEqual(['stuck as well', 'stuck too', 'stuck']);
    expect(performance.now() - startMs).toBeLessThan(3_000);
    expect(closed).toEqual(['stuck as well', 'stuck too', 'stuck', 'quick']);
  });

  it('whatever the parts do, each is closed once and in order', async () => {
    const behaviours = {
      return: () => undefined,
      resolve: () => sleep(1),
      throw: () => {
        throw new Error('broken');
      },
      reject: () => Promise.reject(new Error('broken')),
    };
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(...Object.keys(behaviours)), { maxLength: 12 }),
        async (parts) => {
          closed = [];
          lifecycle = new Lifecycle({ warn: () => undefined });
          const names = parts.map((behaviour, index) => `${behaviour} ${String(index)}`);
          for (const [index, behaviour] of parts.entries())
            open(names[index]!, behaviours[behaviour as keyof typeof behaviours]);
          const faulty = names.filter((name) => /throw|reject/.test(name));
          expect(await lifecycle.stop()).toEqual(faulty.reverse());
          expect(closed).toEqual(names.reverse());
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe('a failure', () => {
  it('ends the program with the first error, and closes nothing by itself', async () => {
    open('part');
    lifecycle.fail(new Error('first'));
    lifecycle.fail(new Error('second'));
    await expect(lifecycle.done).rejects.toThrow('first');
    expect(closed).toEqual([]);
    await lifecycle.stop();
    expect(closed).toEqual(['part']);
  });

  it('after the end was asked for is none', async () => {
    open('part', () => lifecycle.fail(new Error('late')));
    await lifecycle.stop();
    await expect(lifecycle.done).resolves.toBeUndefined();
  });
});
