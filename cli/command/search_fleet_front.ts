import type { ListedFleetFront } from '../../proto/codec/front';
import type { Command } from 'commander';
import { ownValue } from '../../common/own_value';
import { shortHash } from '../../model/space/network_space';
import { describeStatement } from '../output/accuracy_statement';
import { formatTable, type TableCell } from '../output/table';
import type { Terminal } from '../output/terminal';
import { withFarm } from './connection';
import { jsonOr } from '../output/json_or';

export function registerFleetFront(search: Command, terminal: Terminal): void {
  search
    .command('fleet-front <id>')
    .description(
      'the non-dominated networks over all targets together (for searches with front: joint, worst or weighted)',
    )
    .option('--json', 'machine-readable output')
    .action(async (searchId: string, options: { readonly json?: boolean }, command: Command) => {
      const front = await withFarm(command, (farm) => farm.fleetFront(searchId));
      terminal.print(jsonOr(options, front, () => formatFleetFront(front)));
    });
}

const headings: Readonly<Record<string, string>> = { worst: 'SLOWEST MS', weighted: 'WEIGHTED MS' };

/** A column for each target, the most accurate network last. */
function formatFleetFront(front: ListedFleetFront): string {
  const { kind, targets, points, virtualTargets } = front;
  if (points.length === 0) return 'nothing measured on all targets yet';
  const milliseconds = (value: number | null): TableCell => ({ value, decimals: 3 });
  const ofAll = ownValue(headings, kind);
  const rows = points.map(
    ({ fleetLatencyMs, latenciesMs, accuracy, hash, architecture }): TableCell[] => [
      ...(ofAll === undefined ? [] : [milliseconds(fleetLatencyMs)]),
      ...latenciesMs.map(milliseconds),
      ...[{ value: accuracy, decimals: 2 }, shortHash(hash), architecture],
    ],
  );
  const ofEach = targets.map((target) =>
    virtualTargets.includes(target) ? `${target} (virtual) MS` : `${target} MS`,
  );
  const columns = [
    ...(ofAll === undefined ? [] : [ofAll]),
    ...ofEach,
    'ACCURACY %',
    'HASH',
    'ARCHITECTURE',
  ];
  return [formatTable(columns, rows), describeStatement(front)].join('\n');
}
