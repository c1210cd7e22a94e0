export type TrainingRunState = 'running' | 'done' | 'failed' | 'stopped';

export interface TrainingRunRecord {
  readonly runId: string;
  readonly kind: string;
  /** The reference's name. */
  readonly reference: string;
  readonly requestJson: string;
  readonly state: TrainingRunState;
  readonly outcomeJson: string | null;
  /** Why it failed. */
  readonly detail: string | null;
  readonly createdAtMs: number;
  readonly endedAtMs: number | null;
}

/** The runs that people began. */
export interface TrainingRunRecords {
  /** Replaces what is there under its id. */
  save(run: TrainingRunRecord): Promise<void>;
  find(runId: string): Promise<TrainingRunRecord | undefined>;
  /** The newest first, at most so many; of one state where it is given. */
  list(most: number, state?: TrainingRunState): Promise<readonly TrainingRunRecord[]>;
}
