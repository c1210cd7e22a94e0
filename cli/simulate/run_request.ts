import type { OwnStrategySpec } from '../../search/strategies/create_strategy';
import type { SimulatedRun, SimulationConditions } from '../../search/simulate/run';
import type { RecordedTable } from '../../search/simulate/table';

/** What a worker thread is given once. */
export interface WorkerTable {
  readonly table: RecordedTable;
  /** As `--space` names it. */
  readonly space: string | undefined;
}

export interface RunRequest {
  readonly strategy: OwnStrategySpec;
  /** Place in the table's targets. */
  readonly target: number;
  readonly conditions: SimulationConditions;
}

export type RunReply = SimulatedRun;
