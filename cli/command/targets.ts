import type { Command } from 'commander';
import { formatTable } from '../output/table';
import type { Terminal } from '../output/terminal';
import { withFarm } from './connection';
import { jsonOr } from '../output/json_or';

export function registerTargets(program: Command, terminal: Terminal): void {
  program
    .command('targets')
    .description('what can be measured on: <pool>/<runtime>/<unit>/<precision>')
    .option('--json', 'machine-readable output')
    .action(async (options: { json?: boolean }, command: Command) => {
      const targets = await withFarm(command, (farm) => farm.listTargets());
      terminal.print(
        jsonOr(options, targets, () => {
          const count = (value: number): { value: number; decimals: number } => ({
            value,
            decimals: 0,
          });
          const rows = targets.map((each) => [
            each.target,
            ...[
              each.devicesIdle,
              each.devicesBusy,
              each.devicesUnavailable,
              each.devicesQuarantined,
              each.devicesVirtual,
              each.jobsQueued,
            ].map(count),
          ]);
          const headings = [
            'TARGET',
            'IDLE',
            'BUSY',
            'UNAVAILABLE',
            'QUARANTINED',
            'VIRTUAL',
            'QUEUED',
          ];
          return rows.length === 0
            ? 'no targets yet: no device is attached (see: farm devices)'
            : formatTable(headings, rows);
        }),
      );
    });
}
