import { execFileSync } from 'node:child_process';
import os from 'node:os';
import { pinnedCommand } from '../../../../agent/runtimes/tool/pinned_command';
import { libraryEnvironment } from '../../../../agent/runtimes/tool/library_paths';

test.each([
  [[0], '1'],
  [[4, 5, 6, 7], 'f0'],
  [[0, 31, 32], '180000001'],
  [[63], '8000000000000000'],
  [[100], `1${'0'.repeat(25)}`],
])('cores %j are the mask %s', (cores, mask) => {
  expect(pinnedCommand(cores, ['tool', '-x'])).toEqual(['taskset', mask, 'tool', '-x']);
});

test('without cores the command is as it was', () => {
  expect(pinnedCommand([], ['tool'])).toEqual(['tool']);
});

test('the real taskset reads the mask as it is meant', () => {
  const core = os.cpus().length - 1;
  const [program = '', ...args] = pinnedCommand([core], ['sh', '-c', 'taskset -cp $$']);
  expect(execFileSync(program, args, { encoding: 'utf8' })).toMatch(
    new RegExp(`: ${String(core)}\n$`),
  );
});

test("the tool's folder comes before the phone's own, for the linker and for the DSP's loader", () => {
  expect(libraryEnvironment('/farm/tools/x')).toEqual({
    LD_LIBRARY_PATH: '/farm/tools/x',
    ADSP_LIBRARY_PATH:
      '/farm/tools/x;/vendor/dsp/cdsp;/vendor/lib/rfsa/adsp;/system/lib/rfsa/adsp;/dsp',
  });
});
