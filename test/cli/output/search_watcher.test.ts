import type { SearchStatus } from '../../../proto/codec/search_status';
import { createLoggedWatcher, createRedrawnWatcher } from '../../../cli/output/search_watcher';
import { describeSeconds } from '../../../cli/output/search_progress';

const target = 'sm8550/onnxruntime/npu/int8';

function search(measured: number, state: SearchStatus['state'] = 'running'): SearchStatus {
  return {
    ...{
      searchId: 's-1',
      name: 's',
      state,
      space: 'nasbench201',
      strategy: 'surrogate',
      seed: 7,
      createdAtMs: 0,
      problem: null,
      wallMinutes: 2.5,
      budgetShared: false,
    },
    targets: [
      {
        ...{
          target,
          budget: 40,
          measured,
          spentMeasurements: measured,
          spentPhoneMinutes: 0,
          infeasible: 1,
          abandoned: 0,
          inFlight: 4,
          hypervolume: 0.61234,
          frontHypervolume: 0.61234,
          frontSize: 3,
          reused: 0,
          confirming: 0,
          confirmed: 0,
          confirmMinutes: 0,
          uncertain: 0,
          virtualMeasurements: 0,
        },
        ...{
          phoneMinutes: 1,
          budgetPhoneMinutes: null,
          budgetWallMinutes: null,
          devicesBusy: 2,
          devices: 3,
          secondsLeft: 420,
        },
        picks:
          measured === 0
            ? []
            : [
                {
                  kind: 'fastest',
                  architecture: 'a',
                  latencyMs: 1.2345,
                  accuracy: 88.1,
                  virtual: false,
                },
                {
                  kind: 'most-accurate',
                  architecture: 'b',
                  latencyMs: 4,
                  accuracy: 93.5,
                  virtual: false,
                },
              ],
      },
    ],
  };
}

describe('a search that is redrawn', () => {
  it("shows each target's budget, devices, time left, hypervolume and picks, over what it showed before", () => {
    const written: string[] = [];
    const watcher = createRedrawnWatcher({
      write: (text) => void written.push(text),
      columns: 120,
    });
    watcher.show(search(0));
    watcher.show(search(20));
    expect(written[0]).toContain('nothing on the front yet');
    expect(written[1]).toBe(
      '\u001B[4A\u001B[J' +
        'search s-1  running, 2.5 min, surrogate, seed 7\n' +
        `${target}  ██████████░░░░░░░░░░  20/40\n` +
        '  2 of 3 devices busy, 7 min left, hypervolume 0.6123, front 3, 1 infeasible\n' +
        '  fastest 1.234 ms 88.10 %  most accurate 4.000 ms 93.50 %\n',
    );
  });

  it('never wraps a line', () => {
    const written: string[] = [];
    createRedrawnWatcher({ write: (text) => void written.push(text), columns: 30 }).show(
      search(20),
    );
    for (const line of written.join('').split('\n'))
      expect(Array.from(line).length).toBeLessThan(30);
  });
});

describe('a search in a log', () => {
  function log(
    states: readonly (readonly [atMs: number, measured: number, state?: SearchStatus['state']])[],
  ): string[] {
    const lines: string[] = [];
    let nowMs = 0;
    const watcher = createLoggedWatcher(
      (line) => void lines.push(line),
      () => nowMs,
    );
    for (const [atMs, measured, state] of states) {
      nowMs = atMs;
      watcher.show(search(measured, state));
    }
    watcher.finish();
    return lines.map((line) => line.replace(/^\S+ (\S+) .*$/, '$1'));
  }

  it('has the first state, then what has changed after some seconds, then the last', () => {
    expect(
      log([
        [0, 0],
        [1_000, 1],
        [4_000, 2],
        [5_000, 3],
        [6_000, 3],
        [7_000, 4],
        [8_000, 5, 'finished'],
      ]),
    ).toEqual(['0/40', '3/40', '5/40']);
  });

  it('says nothing when nothing ends', () => {
    expect(
      log([
        [0, 2],
        [60_000, 2],
        [120_000, 2],
      ]),
    ).toEqual(['2/40']);
  });

  it('has all in one line', () => {
    const lines: string[] = [];
    createLoggedWatcher(
      (line) => void lines.push(line),
      () => 0,
    ).show(search(20));
    expect(lines).toEqual([
      `${target} 20/40 2 of 3 devices busy, 7 min left, hypervolume 0.6123, front 3, 1 infeasible; fastest 1.234 ms 88.10 %; most accurate 4.000 ms 93.50 %`,
    ]);
  });
});

describe('the time left', () => {
  it.each([
    [null, '-'],
    [0, '0 s'],
    [12.2, '13 s'],
    [89, '89 s'],
    [90, '2 min'],
    [3_600, '60 min'],
    [7_830, '2 h 11 min'],
    [7_200, '2 h 0 min'],
  ])('%p s is "%s"', (seconds, text) => {
    expect(describeSeconds(seconds)).toBe(text);
  });
});
