import { BadInputError } from '../../common/bad_input';
import type { SampleForm } from '../../common/training/sample_form';
import { decodeImage } from './decoded_image';
import { normalizerOf } from './normalizer';
import type { InputForm, SampleSource } from './sample_source';

/** What is done to an image before the network sees it; the network's input says the size. */
export type ImagePreparation = Omit<SampleForm, 'size'>;

/** As torchvision's pretrained networks: the shorter side to 256 where 224 are cropped; ImageNet's mean and deviation. */
export const imageNetPreparation: ImagePreparation = {
  cropShare: 224 / 256,
  channelOrder: 'rgb',
  scale: 'unit',
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
};

/** Images for an input of 1x3xHxW. They are decoded one by one. @throws BadInputError for other inputs */
export function openImages(
  paths: readonly string[],
  input: InputForm,
  preparation: ImagePreparation,
): SampleSource {
  const [batch, channels, height = 0, width = 0] = input.shape;
  if (input.shape.length !== 4 || batch !== 1 || channels !== 3)
    throw new BadInputError(
      `calibration with images needs an input of shape 1x3xHxW; '${input.name}' has ${input.shape.join('x')}; give .npy files`,
    );
  const normalize = normalizerOf(preparation, 'nchw');
  async function* samples(): AsyncGenerator<Float32Array> {
    for (const path of paths)
      yield normalize(
        await decodeImage(path, { size: [height, width], cropShare: preparation.cropShare }),
      );
  }
  return { count: paths.length, samples };
}
