/**
 * What a sample is to a network: one value that calibration, training, evaluation and the phone's own runs share. A wrong order of channels or a second
 * normalization is the commonest way to a useless int8 model.
 */
export interface SampleForm {
  /** Height and width that the network reads. */
  readonly size: readonly [number, number];
  /** Of the whole image's shorter side, what is kept when its middle is cropped: 224/256 for most ImageNet networks, 1 for small images. */
  readonly cropShare: number;
  readonly channelOrder: 'rgb' | 'bgr';
  /** The scale of values before normalization: 0 to 1, or 0 to 255. */
  readonly scale: 'unit' | 'byte';
  /** On that scale, of red, green, blue, whatever the order of channels. */
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}
