import type { Reference } from '../../common/training/reference';
import type { FeatureFamily } from './block_features';
import type { LibraryOption } from './library_option';
import type { RankQuality } from './rank_quality';
import type { RidgeModel } from './ridge';

/** A network whose accuracy was measured after brief finetuning. */
export interface MeasuredArchitecture {
  readonly architecture: string;
  /** Of the int8 network, in percent. */
  readonly accuracyPercent: number;
  /** From a probe, where there was one: log of the divergence from the reference's answers. */
  readonly logDivergence?: number;
}

/** How well one stage of prediction orders networks that it was not fitted to. */
export interface StageReport {
  readonly name: 'blocks' | 'probe';
  readonly families: readonly string[];
  readonly heldOut: RankQuality;
  /** By leaving one out of those it was fitted to. */
  readonly leftOut: RankQuality;
  /** It is used only where held-out rank says that it adds something. */
  readonly isKept: boolean;
}

/** A fitted predictor with all that it needs: millions of networks can be asked of it without a library at hand. */
export interface PredictorDocument {
  readonly version: number;
  readonly reference: Reference;
  readonly referenceDigest: string;
  /** The space's name. */
  readonly space: string;
  /** Of each block its options by their text, as in an architecture. */
  readonly blocks: readonly Readonly<Record<string, LibraryOption>>[];
  /** Of stem and head. */
  readonly sharedMacs: number;
  readonly family: FeatureFamily;
  readonly model: RidgeModel;
  readonly stages: readonly StageReport[];
  /** On networks that were finetuned and not used in fitting. */
  readonly heldOut: RankQuality;
  /** Kendall's τ of the accuracy with itself: finetuned with another seed, measured on other images. Null where nothing was measured twice. */
  readonly ceilingTau: number | null;
  readonly baselines: { readonly sumOfNsrTau: number; readonly macsTau: number };
  /** Between the tenth and the ninetieth percentile of the measured accuracies. */
  readonly spreadPercent: number;
  readonly training: readonly MeasuredArchitecture[];
}
