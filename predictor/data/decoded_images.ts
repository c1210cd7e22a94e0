import { BadInputError } from '../../common/bad_input';
import type { ImageSource } from './image_source';
import { joinedBatch, type ImageBatch, type LabelledImages } from './labelled_images';

interface DecodingOptions {
  /** An image that cannot be read ends the work; else the next one takes its place, and it is told once. */
  readonly strict: boolean;
  readonly note: (line: string) => void;
}

/** Decoding waits for the disk and for sharp's threads; more at once only take memory. */
const decodedAtOnce = 8;
/** As many images in a row that cannot be read are no accident. */
const mostUnreadable = 20;

/** Images as they are decoded, read in any order. The one that takes a damaged one's place is the same on every machine. */
export function decodedImages(
  source: ImageSource,
  form: Pick<LabelledImages, 'classes' | 'size'>,
  { strict, note }: DecodingOptions,
): LabelledImages {
  const unreadable = new Set<number>();
  const load = async (index: number): Promise<ImageBatch> => {
    const most = strict ? 1 : Math.min(mostUnreadable, source.count);
    let [at, reason] = [index, ''];
    for (let tries = 0; tries < most; tries += 1) {
      const loaded = await source.load(at);
      if (loaded.ok) return loaded.value;
      reason = loaded.error;
      if (!strict && !unreadable.has(at)) {
        unreadable.add(at);
        note(`left out: ${reason} (${unreadable.size} so far)`);
      }
      at = (at + 1) % source.count;
    }
    throw new BadInputError(
      strict ? reason : `${reason}; nor can the ${most - 1} images before it`,
    );
  };
  return {
    count: source.count,
    ...form,
    read: async (indices) => {
      const loaded: ImageBatch[] = [];
      for (let from = 0; from < indices.length; from += decodedAtOnce)
        loaded.push(...(await Promise.all(indices.slice(from, from + decodedAtOnce).map(load))));
      return joinedBatch(loaded);
    },
  };
}
