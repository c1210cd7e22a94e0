import fc from 'fast-check';
import { ProcessTable, signalNumbers } from '../../../phones/system/process_table';

describe('processes', () => {
  it("have numbers of their own, and their parents' group", () => {
    const table = new ProcessTable();
    const shell = table.start(undefined, ['sh'])!;
    const tool = table.start(shell, ['tool'])!;
    expect(tool.pid).not.toBe(shell.pid);
    expect(tool).toMatchObject({ parentPid: shell.pid, group: shell.group });
    expect(shell).toMatchObject({ parentPid: 1, group: shell.pid });
    expect(table.list()).toEqual([shell, tool]);
  });

  it('end with their own status, or with 128 and the signal that ended them', () => {
    const table = new ProcessTable();
    const [well, killed] = [table.start(undefined, ['a'])!, table.start(undefined, ['b'])!];
    expect(table.signal(killed.pid, signalNumbers['TERM']!)).toBe(true);
    expect(killed.killed.aborted).toBe(true);
    expect(table.finish(well, 3)).toBe(3);
    expect(table.finish(killed, 0)).toBe(143);
    expect(table.list()).toEqual([]);
  });

  it('keep the first of several signals', () => {
    const table = new ProcessTable();
    const process = table.start(undefined, ['a'])!;
    table.signal(process.pid, signalNumbers['TERM']!);
    table.signal(process.pid, signalNumbers['KILL']!);
    expect(table.finish(process, 0)).toBe(143);
  });

  it('are asked for by signal 0, which ends none', () => {
    const table = new ProcessTable();
    const process = table.start(undefined, ['a'])!;
    expect(table.signal(process.pid, 0)).toBe(true);
    expect(process.killed.aborted).toBe(false);
    table.finish(process, 0);
    expect(table.signal(process.pid, 0)).toBe(false);
  });

  it('are killed by groups, and no others with them', () => {
    const table = new ProcessTable();
    const first = table.start(undefined, ['sh'])!;
    const child = table.start(first, ['tool'])!;
    const other = table.start(undefined, ['sh'])!;
    expect(table.signal(-first.group, signalNumbers['KILL']!)).toBe(true);
    expect([first, child, other].map(({ killed }) => killed.aborted)).toEqual([true, true, false]);
    table.killAll();
    expect(other.killed.aborted).toBe(true);
  });

  it('are bounded, so that a fork bomb ends', () => {
    const table = new ProcessTable();
    let started = 0;
    while (table.start(undefined, ['bomb']) !== undefined) started += 1;
    expect(started).toBe(4096);
    table.finish(table.list()[0]!, 0);
    expect(table.start(undefined, ['again'])).toBeDefined();
  });

  it('never share a number, however many come and go', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(9), { maxLength: 200 }), (choices) => {
        const table = new ProcessTable();
        for (const choice of choices) {
          const alive = table.list();
          const one = alive[choice];
          if (one === undefined) table.start(undefined, ['x']);
          else table.finish(one, 0);
          const pids = table.list().map(({ pid }) => pid);
          expect(new Set(pids).size).toBe(pids.length);
        }
      }),
      { numRuns: 30 },
    );
  });
});
