import type { Command } from 'commander';
import { ownValue } from '../../common/own_value';
import type { FleetFrontPoints__Output } from '../../proto/generated/farm/v1/FleetFrontPoints';
import { formatTable } from '../output/table';
import type { Terminal } from '../output/terminal';
import { jsonOr, withFarm } from './connection';

export function registerFleetFront(search: Command, terminal: Terminal): void {
  search
    .command('fleet-front <id>')
    .description('the non-dominated networks over all targets together (for searches with front: joint, worst or weighted)')
    .option('--json', 'machine-readable output')
    .action(async (searchId: string, options: { readonly json?: boolean }, command: Command) => {
      const front = await withFarm(command, (farm) => farm.fleetFront(searchId));
      terminal.print(jsonOr(options, front, () => formatFleetFront(front)));
    });
}

const headings: Readonly<Record<string, string>> = { worst: 'SLOWEST MS', weighted: 'WEIGHTED MS' };

/** A column for each target, the most accurate network last. */
function formatFleetFront({ kind, targets, points }: FleetFrontPoints__Output): string {
  if (points.length === 0) return 'nothing measured on all targets yet';
  const milliseconds = (value: number): { value: number; decimals: number } => ({ value, decimals: 3 });
  const heading = ownValue(headings, kind);
  const rows = points.map((point) => [...(heading === undefined ? [] : [milliseconds(point.fleetLatencyMs)]), ...point.latenciesMs.map(milliseconds), { value: point.accuracy, decimals: 2 }, point.architecture]);
  return formatTable([...(heading === undefined ? [] : [heading]), ...targets.map((target) => `${target} MS`), 'ACCURACY %', 'ARCHITECTURE'], rows);
}
