import { BadInputError } from '../../common/bad_input';
import type { DataSource, Task } from '../../common/training/reference';
import type { SampleForm } from '../../common/training/sample_form';
import { generatedClasses, generatedImages } from './generated_images';
import type { LabelledData } from './labelled_images';
import { rememberedImages } from './remembered_images';

/** @throws BadInputError for data that is not there, has changed, or does not fit the task */
export function openData(
  source: DataSource,
  task: Task,
  { size }: SampleForm,
): Promise<LabelledData> {
  if (source.kind !== 'generated')
    throw new BadInputError(`field data: ${source.kind} cannot be read yet; give generated`);
  const classes = generatedClasses(task);
  if (task.classes !== classes)
    throw new BadInputError(
      `field task.classes: ${task.classes}; generated images have ${classes} for ${task.kind}`,
    );
  if (size[0] !== size[1])
    throw new BadInputError(`field sample.size: ${size.join('x')}; generated images are square`);
  const { seed } = source;
  const set = (name: 'train' | 'validation') =>
    rememberedImages(generatedImages({ name, seed, count: source[name], side: size[0], task }));
  return Promise.resolve({ train: set('train'), validation: set('validation') });
}
