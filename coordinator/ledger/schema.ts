import type { JobRecordState } from './job_records';
import type { TrainingEnd, TrainingTask } from '../../common/training/training_task';
import type { TrainingRunState } from './training_run_records';
import type { SearchState } from '../../search/study/request';

/**
 * The tables as Kysely sees them. Only what SQLite and PostgreSQL both have is used: whole numbers, reals and text,
 * no booleans, no rowid, JSON documents as text.
 */
export interface Schema {
  readonly incarnations: { readonly number: number };
  readonly lease_secret: { readonly id: number; readonly secret: string };
  readonly searches: SearchTable;
  readonly search_extensions: SearchExtensionTable;
  readonly search_summaries: SummaryTable;
  readonly candidates: CandidateTable;
  readonly proposals: ProposalTable;
  readonly confirmations: ConfirmationTable;
  readonly jobs: JobTable;
  readonly attempts: AttemptTable;
  readonly measurements: MeasurementTable;
  readonly artifacts: ArtifactTable;
  readonly devices: DeviceTable;
  readonly training_references: TrainingReferenceTable;
  readonly training_tasks: TrainingTaskTable;
  readonly training_runs: TrainingRunTable;
  readonly predictors: PredictorTable;
}

export interface SearchTable {
  readonly search_id: string;
  readonly name: string;
  readonly state: SearchState;
  readonly spec_yaml: string;
  readonly created_at_ms: number;
  readonly ran_ms: number;
  readonly running_since_ms: number | null;
}

export interface SearchExtensionTable {
  readonly search_id: string;
  readonly extension_id: string;
  readonly measurements: number;
  readonly phone_minutes: number;
  readonly wall_minutes: number;
}

/** What is shown of a search that has ended, as JSON. */
interface SummaryTable {
  readonly search_id: string;
  readonly version: number;
  readonly document: string;
  readonly last_end: number | null;
}

export interface CandidateTable {
  readonly search_id: string;
  readonly target: string;
  readonly sequence: number;
  readonly architecture: string;
  readonly job_id: string;
}

/** What an outside searcher proposed. A candidate follows, with the same sequence, once it is built. */
export interface ProposalTable {
  readonly search_id: string;
  readonly target: string;
  readonly sequence: number;
  readonly architecture: string;
  /** When it could not be built, in one order with the ends of jobs; otherwise null. */
  readonly ended_sequence: number | null;
}

/** A member of a front that is measured again, once in each round. */
export interface ConfirmationTable {
  readonly job_id: string;
  readonly search_id: string;
  readonly target: string;
  readonly sequence: number;
  readonly architecture: string;
  readonly round: number;
}

export interface JobTable {
  readonly job_id: string;
  readonly owner_id: string;
  readonly target: string;
  readonly artifact_digest: string;
  readonly artifact_size_bytes: number;
  readonly artifact_format: string;
  readonly plan: string;
  readonly priority: number;
  readonly weight: number;
  /** A job that reused a measurement is `measured`, by no device; an excluded one is `infeasible`, by a violation. */
  readonly state: Exclude<JobRecordState['kind'], 'reused'>;
  readonly measured_device_serial: string | null;
  readonly measured_epoch: number | null;
  /** The job whose measurement counts for this one. */
  readonly reused_job_id: string | null;
  readonly fault_code: string | null;
  readonly fault_message: string | null;
  /** The facts of a candidate fault as JSON; null in rows of before they were kept. */
  readonly fault_refusal: string | null;
  readonly violation: number | null;
  readonly ended_sequence: number | null;
  readonly ended_at_ms: number | null;
}

/** Every outcome that counted, faults too. */
export interface AttemptTable {
  readonly job_id: string;
  readonly epoch: number;
  readonly device_serial: string;
  readonly agent_id: string;
  readonly artifact_digest: string;
  readonly outcome: string;
  readonly fault_code: string | null;
  readonly fault_message: string | null;
  /** The facts of a candidate fault as JSON; null in rows of before they were kept. */
  readonly fault_refusal: string | null;
  readonly at_ms: number;
}

/** The one measurement that counts for a job: the headline as columns, everything in `document`. */
export interface MeasurementTable {
  readonly job_id: string;
  readonly epoch: number;
  readonly device_serial: string;
  readonly soc: string;
  readonly latency_ms: number;
  readonly p5_ms: number | null;
  readonly p50_ms: number | null;
  readonly p95_ms: number | null;
  readonly mean_ms: number;
  readonly sd_ms: number;
  readonly sample_count: number;
  readonly started_at_ms: number;
  readonly finished_at_ms: number;
  readonly document: string;
}

export interface ArtifactTable {
  readonly digest: string;
  readonly size_bytes: number;
  readonly format: string;
  readonly created_at_ms: number;
}

export interface DeviceTable {
  readonly serial: string;
  readonly agent_id: string;
  readonly last_seen_at_ms: number;
  /** 1 or 0: SQLite has no boolean. */
  readonly drained: number;
  readonly description: string;
}

interface TrainingReferenceTable {
  readonly name: string;
  readonly digest: string;
  /** A `Reference`, as JSON. */
  readonly document: string;
}

/** A task of equal content is there once, whatever runs asked for it. */
interface TrainingTaskTable {
  readonly task_id: string;
  readonly kind: TrainingTask['kind'];
  readonly reference_digest: string;
  readonly document: string;
  readonly state: 'queued' | TrainingEnd['kind'];
  /** A `TrainingEnd`, as JSON; null as long as it is queued. */
  readonly end_document: string | null;
  readonly queued_at_ms: number;
  readonly ended_at_ms: number | null;
}

export interface TrainingRunTable {
  readonly run_id: string;
  readonly kind: string;
  readonly reference: string;
  readonly request: string;
  readonly state: TrainingRunState;
  readonly outcome: string | null;
  readonly detail: string | null;
  readonly created_at_ms: number;
  readonly ended_at_ms: number | null;
}

interface PredictorTable {
  readonly reference_digest: string;
  readonly version: number;
  readonly document: string;
}
