import type { ArtifactDigest } from '../artifact';
import type { BlockSpec } from '../block_spec';
import type { FinetuningRecipe, TrainingRecipe } from './recipe';
import type { Reference } from './reference';

/** One piece of work for a predictor worker. Tasks of equal content are one task: its id is the SHA-256 of that, and what it came to is kept. */
export type TrainingTask = BlockTask | NetworkTask | ProbeTask;

/** Train one block option to make of the reference's features before it those behind it. */
export interface BlockTask {
  readonly kind: 'block';
  readonly reference: Reference;
  /** Counted from 0. */
  readonly block: number;
  readonly spec: BlockSpec;
  readonly recipe: TrainingRecipe;
}

/** A block of an assembled network; without weights as it is drawn, which is how training from scratch begins. */
export interface AssembledBlock {
  readonly spec: BlockSpec;
  readonly weights: ArtifactDigest | null;
}

/** Assemble a network between the reference's stem and head, train it end to end, measure its accuracy, float and int8. */
export interface NetworkTask {
  readonly kind: 'network';
  readonly reference: Reference;
  readonly blocks: readonly AssembledBlock[];
  /** Draw the stem's and the head's weights anew too: training from scratch. */
  readonly fromScratch: boolean;
  readonly recipe: FinetuningRecipe;
  /** Validation images on which the accuracy is measured; the first so many, or, with `evaluationOffset`, those behind them. */
  readonly evaluationImages: number;
  readonly evaluationOffset: number;
  /** Keep the trained network (float ONNX), not its accuracy only. */
  readonly keepsModel: boolean;
}

/** Assemble, estimate the batch normalizations' statistics anew, and compare with the reference's answers. Nothing is trained. */
export interface ProbeTask {
  readonly kind: 'probe';
  readonly reference: Reference;
  readonly blocks: readonly AssembledBlock[];
  readonly images: number;
}

export interface BlockOutcome {
  readonly kind: 'block';
  /** An .npz archive: for each trained tensor its values, under `LAYER.ROLE`. */
  readonly weights: ArtifactDigest;
  /** Noise-to-signal ratio: mean over channels of squared error over the teacher's variance. */
  readonly trainNsr: number;
  readonly validationNsr: number;
  /** Of the int8 block, on the same images as `validationNsr`. */
  readonly quantizedNsr: number;
  readonly macs: number;
  readonly parameters: number;
  readonly seconds: number;
}

/** Accuracies are in percent, by the task's metric. */
export interface NetworkOutcome {
  readonly kind: 'network';
  readonly accuracyPercent: number;
  readonly quantizedAccuracyPercent: number;
  /** Of the reference on the same images, float. */
  readonly referenceAccuracyPercent: number;
  readonly evaluationImages: number;
  /** Before any training. */
  readonly startAccuracyPercent: number;
  /** Trained; fewer than asked for where it stopped early. */
  readonly epochs: number;
  /** Of each epoch in turn. */
  readonly history: readonly {
    readonly loss: number;
    readonly validationAccuracyPercent: number | null;
  }[];
  /** The float network as ONNX; null where it is not kept. */
  readonly model: ArtifactDigest | null;
  /** With `model`: of its activations the ranges that make the int8 network of it, an .npz archive. */
  readonly ranges: ArtifactDigest | null;
  readonly seconds: number;
}

export interface ProbeOutcome {
  readonly kind: 'probe';
  /** Mean Kullback-Leibler divergence of its answers from the reference's, in nats; with statistics estimated anew, and as assembled. */
  readonly divergence: number;
  readonly divergenceAsAssembled: number;
  /** Share of images for which both name the same class first, in percent. */
  readonly agreementPercent: number;
  /** Noise-to-signal ratio at each cut behind a block, blocks chained. */
  readonly chainedNsr: readonly number[];
  readonly seconds: number;
}

export type TrainingOutcome = BlockOutcome | NetworkOutcome | ProbeOutcome;

/** What became of a task. A failure (its loss became NaN, its block fits no memory) is the task's own: trying again would fail again. */
export type TrainingEnd =
  | { readonly kind: 'done'; readonly outcome: TrainingOutcome }
  | { readonly kind: 'failed'; readonly reason: string };
