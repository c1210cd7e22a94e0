import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseSearchSpec } from '../../../../search/spec/search_spec';
import type {
  Strategist,
  StrategistTask,
} from '../../../../coordinator/searches/strategist/strategist';
import { StrategistProcess } from '../../../../coordinator/searches/strategist/strategist_process';

const update = { kind: 'withdraw', architecture: 'a' } as const;

describe('the strategist process', () => {
  let folder: string;
  let strategists: StrategistProcess;

  function open(deadlineMs = 5_000): Strategist {
    strategists = new StrategistProcess({
      name: 'strategist',
      workerFile: join(__dirname, 'scripted_worker.js'),
      deadlineMs,
      largestHeapMb: 256,
    });
    return strategists.open(taskNamed(join(folder, 'marker')));
  }

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'strategist-'));
  });
  afterEach(async () => {
    await strategists.close();
    rmSync(folder, { recursive: true });
  });

  it('answers knowing all that was said before, of each search by itself', async () => {
    const strategist = open();
    const other = strategists.open(taskNamed('other'));
    strategist.update('t', update);
    strategist.update('t', update);
    const answers = await Promise.all([strategist.ask('t'), other.ask('u')]);
    expect(answers).toEqual([
      { sequence: 2, architecture: 't' },
      { sequence: 0, architecture: 'u' },
    ]);
    strategist.update('t', update);
    expect(await strategist.ask('t')).toEqual({ sequence: 3, architecture: 't' });
  });

  it.each(['exit', 'crash', 'hang'])(
    'puts a question again after a %s, to a process that was told everything',
    async (fault) => {
      const strategist = open(fault === 'hang' ? 2_000 : 10_000);
      strategist.update('t', update);
      await strategist.ask('t');
      strategist.update('t', update);
      // Two updates, and the proposal of the first strategists.
      expect(await strategist.ask(`${fault} once`)).toEqual({
        sequence: 3,
        architecture: `${fault} once`,
      });
    },
  );

  it.each([
    ['exit', /^the strategist ended: .*choosing a network for exit: status 3$/],
    ['crash', /^the strategist ended: .*: status 1, Error: broken$/],
    ['hang', /^the strategist ended: choosing a network for hang took longer than 2000 ms$/],
    ['fail', /^no such network$/],
  ])('rejects what ends in a %s again and again, and goes on', async (fault, message) => {
    const strategist = open(fault === 'hang' ? 2_000 : 10_000);
    await expect(strategist.ask(fault)).rejects.toThrow(message);
    expect(await strategist.ask('t')).toEqual({ sequence: 0, architecture: 't' });
  });

  it('rejects what is being asked when the search or the process is closed', async () => {
    const strategist = open();
    const other = strategists.open(taskNamed('other'));
    const asked = expect(strategist.ask('hang')).rejects.toThrow('the session is closed');
    strategist.close();
    await asked;
    const last = expect(other.ask('hang')).rejects.toThrow('the program is ending');
    await strategists.close();
    await last;
  });
});

/** A task with a name that no user could give, which tells the scripted worker a file. */
function taskNamed(name: string): StrategistTask {
  return {
    past: [],
    spec: {
      ...parseSearchSpec(
        '{ name: s, space: nasbench201, targets: [host/onnxruntime/cpu/int8], budget: { measurements: 9 } }',
        'spec',
      ),
      name,
    },
  };
}
