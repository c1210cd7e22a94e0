import { BadInputError } from '../../common/bad_input';

/** Of the pixels that belong to no class; neither taught nor counted. */
const unlabelled = -1;
/** What masks say of such pixels, as those of Pascal VOC and Cityscapes do. */
const unlabelledInMask = 255;

/** The classes that a mask's values are. @throws BadInputError for a value that the head does not have */
export function labelsOfMask(mask: ArrayLike<number>, classes: number, whose: string): Int32Array {
  return Int32Array.from(mask, (value) => {
    if (value >= 0 && value < classes) return value;
    if (value === unlabelledInMask) return unlabelled;
    throw new BadInputError(
      `${whose}: has a pixel of class ${value}; the head has ${classes}, counted from 0 (${unlabelledInMask} is for pixels of no class)`,
    );
  });
}
