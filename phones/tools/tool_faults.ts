import type { ToolRun } from '../system/phone_system';
import type { Machine } from '../machine/machine';

/** Plays a fault that was ordered for this start. @returns the exit status, or undefined to go on. */
export async function sufferFault(run: ToolRun, machine: Machine): Promise<number | undefined> {
  switch (machine.takeFault()) {
    case 'hang':
      await new Promise<void>((resolve) =>
        run.killed.addEventListener('abort', () => resolve(), { once: true }),
      );
      return 137;
    case 'crash':
      run.printError('Segmentation fault \n');
      return 139;
    case 'garbage':
      run.print(
        '\u0000\ufffd\u001b[31m count=NaN first=-1 \u0007 Average inference time cost total: nan ms\n'.repeat(
          3,
        ),
      );
      return 0;
    case undefined:
      return undefined;
  }
}
