import fc from 'fast-check';
import { exitFault } from '../../../../agent/runtimes/failure/exit_status';

const of = (exitCode: number, ...lines: string[]): ReturnType<typeof exitFault> =>
  exitFault('benchmark_model', exitCode, lines, 'cpu');

describe('what a status tells of a tool that said nothing of its failure', () => {
  it.each([
    [126, 'farm-fault', 'tool-missing'],
    [127, 'farm-fault', 'tool-missing'],
    [132, 'farm-fault', 'tool-mismatched'],
    [135, 'farm-fault', 'tool-mismatched'],
    [159, 'farm-fault', 'tool-mismatched'],
    [133, 'candidate-fault', 'crashed'],
    [134, 'candidate-fault', 'crashed'],
    [136, 'candidate-fault', 'crashed'],
    [139, 'candidate-fault', 'crashed'],
    [137, 'candidate-fault', 'out-of-memory'],
    [0, 'farm-fault', 'unreadable-output'],
    [1, 'farm-fault', 'tool-failed'],
    [255, 'farm-fault', 'tool-failed'],
  ])('status %i: %s %s', (status, kind, code) => {
    expect(of(status)).toMatchObject({ kind, code });
  });

  it.each([
    ['Killed', 'out-of-memory'],
    ['Segmentation fault (core dumped)', 'crashed'],
    ['Aborted', 'crashed'],
    ['Illegal instruction', 'tool-mismatched'],
    ['Bus error', 'tool-mismatched'],
    ['Bad system call', 'tool-mismatched'],
  ])('the shell said %j, whatever the status: %s', (line, code) => {
    expect(of(1, line)).toMatchObject({ code });
  });

  it('quotes the last error and not the last line, where there is one', () => {
    expect(of(1, 'ERROR: cannot do it', 'bye').message).toContain('ERROR: cannot do it');
    expect(of(1, 'hello', 'bye').message).toContain('bye');
    expect(of(1).message).toContain('it printed nothing');
  });

  it("is the model's only where the tool died of it: any other status is the farm's", () => {
    const deaths = new Set([133, 134, 136, 137, 139]);
    fc.assert(
      fc.property(fc.integer({ min: -1, max: 300 }), (status) => {
        expect(of(status).kind === 'candidate-fault').toBe(deaths.has(status));
      }),
    );
  });
});
