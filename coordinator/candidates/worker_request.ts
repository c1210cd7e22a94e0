import type { ArtifactDigest } from '../../common/artifact';
import type { CandidateFaultCode } from '../../common/fault';
import type { PreparedCosts } from './candidate_preparation';
import type { Scheme } from './scheme';
import type { NetworkRequest } from './stage';

/** A model that a stage before has made. */
interface Input {
  readonly digest: ArtifactDigest;
  readonly file: string;
}

/** Paths of the reference's model, and of each block's weights. */
export interface TrainedFiles {
  readonly model: string;
  readonly weights: readonly string[];
}

/** One stage for a worker process to do; the bytes that it makes go into the file `place`. */
export type WorkerRequest =
  | {
      readonly kind: 'float';
      readonly network: NetworkRequest;
      /** Where the blocks of the network are trained. */
      readonly files: TrainedFiles | undefined;
      readonly place: string;
    }
  | {
      readonly kind: 'quantize';
      readonly scheme: Scheme;
      readonly seed: number;
      /** As `weightsStatement` says it. */
      readonly weights: string;
      readonly input: Input;
      readonly place: string;
    }
  | {
      readonly kind: 'tflite';
      readonly weights: string;
      readonly input: Input;
      readonly place: string;
    };

export type WorkerReply =
  | {
      readonly kind: 'made';
      /** Of the file, which is on the disk. */
      readonly digest: ArtifactDigest;
      readonly sizeBytes: number;
      /** Those that this stage can tell. */
      readonly costs: Partial<PreparedCosts>;
    }
  /** The network cannot be what the target runs. */
  | { readonly kind: 'refused'; readonly code: CandidateFaultCode; readonly message: string };
