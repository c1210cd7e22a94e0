/** How weights are trained. */
export interface TrainingRecipe {
  /** Passes over the training images; a fraction is part of one. */
  readonly epochs: number;
  readonly batch: number;
  readonly optimizer: 'adam' | 'adamw' | 'sgd';
  readonly learningRate: number;
  readonly weightDecay: number;
  /** What becomes of the learning rate after the warm-up: it falls to zero along a cosine, or stays. */
  readonly schedule: 'cosine' | 'constant';
  /** Of all steps, those in which the learning rate rises from zero. */
  readonly warmupShare: number;
  /** Gradients are scaled down to this norm; null for no bound. */
  readonly clipNorm: number | null;
  /** `standard`: flip, shifted crop, colour. Teacher features of augmented images cannot be kept, so a library is trained without. */
  readonly augmentation: 'none' | 'standard';
  readonly seed: number;
}

/** How an assembled network is trained end to end, towards labels and towards what the reference answers. */
export interface FinetuningRecipe extends TrainingRecipe {
  /** Of the loss, the share of distillation; the rest is cross-entropy with the labels. */
  readonly distillationShare: number;
  readonly temperature: number;
  readonly trainStem: boolean;
  readonly trainHead: boolean;
  /** Ends after so many epochs without a better validation; null for never. */
  readonly patienceEpochs: number | null;
  /** With quantized weights and activations in the forward pass, and a gradient that goes straight through. */
  readonly quantizationAware: boolean;
}
