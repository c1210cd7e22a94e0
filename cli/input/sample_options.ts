import { InvalidArgumentError, Option, type Command } from 'commander';
import { decimalOf } from '../../common/decimal';
import { imageNetPreparation, type ImagePreparation } from '../../model/calibration/images';
import { numberFrom } from './number_option';

/** The options' values, under the names that commander gives them. */
export type SampleOptions = ImagePreparation;

/** How images become what a network reads; unless told otherwise as torchvision's networks have it. */
export function addSampleOptions(command: Command): Command {
  return command
    .addOption(
      threeOption(
        '--mean <r,g,b>',
        'of images, on the scale that --scale says',
        imageNetPreparation.mean,
      ),
    )
    .addOption(
      threeOption(
        '--std <r,g,b>',
        'of images, on the scale that --scale says',
        imageNetPreparation.std,
      ),
    )
    .addOption(
      new Option('--scale <scale>', 'of the values before --mean and --std: 0 to 1, or 0 to 255')
        .choices(['unit', 'byte'])
        .default(imageNetPreparation.scale),
    )
    .addOption(
      new Option('--channel-order <order>', 'in which the network reads colours')
        .choices(['rgb', 'bgr'])
        .default(imageNetPreparation.channelOrder),
    )
    .addOption(
      new Option(
        '--crop-share <share>',
        "what is kept of an image's shorter side when its middle is cropped",
      )
        .argParser(numberFrom({ min: 0.1, max: 1 }))
        .default(imageNetPreparation.cropShare),
    );
}

export function preparationOf({
  mean,
  std,
  scale,
  channelOrder,
  cropShare,
}: SampleOptions): ImagePreparation {
  return { mean, std, scale, channelOrder, cropShare };
}

function threeOption(
  flags: string,
  description: string,
  standard: ImagePreparation['mean'],
): Option {
  return new Option(flags, description).default(standard, standard.join(',')).argParser((text) => {
    const [first = NaN, second = NaN, third = NaN, ...rest] = text.split(',').map(decimalOf);
    if (
      rest.length > 0 ||
      ![first, second, third].every((value) => Number.isFinite(value) && Math.abs(value) <= 1e6)
    )
      throw new InvalidArgumentError('expected three numbers, for example 0.485,0.456,0.406');
    if (flags.startsWith('--std') && Math.min(first, second, third) <= 0)
      throw new InvalidArgumentError('expected three numbers above zero');
    return [first, second, third] as const;
  });
}
