import { createHash } from 'node:crypto';
import { ownValue } from '../../../common/own_value';
import { createRandom } from '../../../common/random';
import type { Reference } from '../../../common/training/reference';
import { loadSpace } from '../../../model/space/load_space';
import { referenceDigest } from '../../../proto/codec/training/content_digest';
import { fitPredictor } from '../../../search/prediction/fit_predictor';
import type { LibraryOption } from '../../../search/prediction/library_option';
import type { PredictorDocument } from '../../../search/prediction/predictor_document';
import { spreadSample } from '../../../search/prediction/spread_sample';

/** A made-up library of all blocks of a space: larger blocks come nearer to their teachers. */
function sampleLibrary(space: string): readonly Readonly<Record<string, LibraryOption>>[] {
  const random = createRandom(`library of ${space}`);
  return (loadSpace(space).blockChoices?.() ?? []).map((choices, block) =>
    Object.fromEntries(
      choices.map(({ text, spec, cost }): readonly [string, LibraryOption] => {
        const { macs, parameters } = cost();
        const nsr = (0.3 + 0.2 * random.next()) / Math.log10(10 + macs);
        return [
          text,
          {
            ...{ nsr, quantizedNsr: 1.1 * nsr, macs, parameters, spec },
            weights: createHash('sha256').update(`${block} ${text}`).digest('hex'),
          },
        ];
      }),
    ),
  );
}

/** Fitted to accuracies that follow from the library, with a little noise. */
export function samplePredictor(
  space: string,
  reference: Reference,
  { noise = 0.05 }: { readonly noise?: number } = {},
): PredictorDocument {
  const blocks = sampleLibrary(space);
  const random = createRandom('measured');
  const texts = blocks.map((options) => Object.keys(options));
  const measured = spreadSample(
    texts.map(({ length }) => length),
    40,
    createRandom(1),
  ).map((places) => {
    const chosen = places.map((place, block) => texts[block]?.[place] ?? '');
    const loss = chosen.reduce(
      (sum, text, block) => sum + (ownValue(blocks[block] ?? {}, text)?.nsr ?? 0),
      0,
    );
    return {
      architecture: chosen.join('+'),
      accuracyPercent: 90 - 20 * loss + noise * random.normal(),
    };
  });
  return fitPredictor({
    ...{ reference, space, blocks, version: 1, sharedMacs: 1e6, retests: [] },
    referenceDigest: referenceDigest(reference),
    training: measured.slice(0, 25),
    heldOut: measured.slice(25),
    textsOf: (architecture) => architecture.split('+'),
  });
}
