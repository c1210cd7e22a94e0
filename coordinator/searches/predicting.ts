import { BadInputError } from '../../common/bad_input';
import { referenceDigest } from '../../proto/codec/training/content_digest';
import type { PredictorDocument } from '../../search/prediction/predictor_document';
import type { SearchedPredictor } from '../../search/spec/predictor_field';
import type { Ledger } from '../ledger/ledger';
import type { SpecReader } from './spec_reader';

/**
 * The specification with the newest predictor of the reference that it names: a search keeps what it began with, whatever is fitted later. One without such a name
 * stays as it is. `source` names the specification.
 * @throws BadInputError for a reference without a predictor, or one that is worse than the search accepts
 */
export async function withPredictorOfNow(
  specYaml: string,
  source: string,
  {
    ledger,
    specs,
  }: { readonly ledger: Pick<Ledger, 'references' | 'predictors'>; readonly specs: SpecReader },
): Promise<string> {
  const { accuracy } = await specs.read(specYaml, source);
  if (accuracy?.kind !== 'predictor' || accuracy.document !== undefined) return specYaml;
  const where = `${source}: field accuracy.reference`;
  const reference = await ledger.references.find(accuracy.reference);
  if (reference === undefined)
    throw new BadInputError(
      `${where}: reference "${accuracy.reference}" is not registered (see: farm library build)`,
    );
  const newest = await ledger.predictors.newest(referenceDigest(reference));
  if (newest === undefined)
    throw new BadInputError(
      `${where}: reference ${accuracy.reference} has no predictor; farm predictor build makes one`,
    );
  const document = searched(JSON.parse(newest.json) as PredictorDocument);
  if (document.kendallTau < accuracy.minimumTau)
    throw new BadInputError(
      `${source}: field accuracy: the predictor of ${accuracy.reference} has τ ${document.kendallTau.toFixed(2)} on networks held out, and the search asks for ${accuracy.minimumTau}; set minimumTau to accept it, or build a better one with more architectures`,
    );
  return specs.withFields(specYaml, { accuracy: { ...accuracy, document } });
}

function searched({
  version,
  reference,
  referenceDigest: digest,
  space,
  blocks,
  sharedMacs,
  family,
  model,
  heldOut,
}: PredictorDocument): SearchedPredictor {
  return {
    version,
    referenceDigest: digest,
    referenceModel: reference.model,
    cuts: [...reference.cuts],
    space,
    blocks: blocks.map((options) =>
      Object.fromEntries(
        Object.entries(options).map(([text, { nsr, quantizedNsr, macs, weights }]) => [
          text,
          { nsr, quantizedNsr, macs, weights },
        ]),
      ),
    ),
    sharedMacs,
    family,
    model: {
      ...model,
      means: [...model.means],
      deviations: [...model.deviations],
      coefficients: [...model.coefficients],
      inverse: model.inverse.map((row) => [...row]),
    },
    kendallTau: heldOut.kendallTau,
  };
}
