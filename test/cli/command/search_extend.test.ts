import { Command } from 'commander';
import { registerExtend } from '../../../cli/command/search_extend';

describe('farm search extend', () => {
  const run = async (...options: string[]): Promise<void> => {
    const program = new Command()
      .option('--coordinator <address>', '', '127.0.0.1:1')
      .exitOverride();
    registerExtend(program, {
      print: () => undefined,
      note: () => undefined,
      interactive: false,
      columns: 0,
    });
    await program.parseAsync(['node', 'farm', 'extend', 'cells-1', ...options]);
  };

  it.each([
    [
      [],
      'nothing to extend; give at least one of --measurements N, --phone-minutes M, --wall-minutes W',
    ],
    [['--measurements', '0'], '--measurements 0: expected a whole number above 0, at most 1000000'],
    [
      ['--measurements', '1.5'],
      '--measurements 1.5: expected a whole number above 0, at most 1000000',
    ],
    [
      ['--measurements', '1e9'],
      '--measurements 1e9: expected a whole number above 0, at most 1000000',
    ],
    [['--phone-minutes=-3'], '--phone-minutes -3: expected a number above 0, at most 1000000'],
    [['--wall-minutes', ''], '--wall-minutes : expected a number above 0, at most 1000000'],
    [
      ['--measurements', '5', '--wall-minutes', 'ten'],
      '--wall-minutes ten: expected a number above 0, at most 1000000',
    ],
  ])('answers a mistake with one line, and asks no coordinator: %#', async (options, message) => {
    await expect(run(...options)).rejects.toThrow(message);
  });

  it('asks the coordinator otherwise', async () => {
    await expect(run('--phone-minutes', '0.5')).rejects.toThrow(
      'no coordinator answers at 127.0.0.1:1',
    );
  });
});
