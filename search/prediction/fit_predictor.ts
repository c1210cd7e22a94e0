import { assert } from '../../common/assert';
import { blockFeatures, featureFamilies, type FeatureFamily } from './block_features';
import { libraryOptions } from './predict_accuracy';
import type { MeasuredArchitecture, PredictorDocument, StageReport } from './predictor_document';
import { kendallTau, rankQuality } from './rank_quality';
import { fitRidge, predictRidge, type RidgeFit } from './ridge';

/** What a predictor is fitted to and judged by. */
export interface FittingData extends Pick<
  PredictorDocument,
  'reference' | 'referenceDigest' | 'space' | 'blocks' | 'sharedMacs' | 'version'
> {
  readonly training: readonly MeasuredArchitecture[];
  /** Measured alike, and not used in fitting. */
  readonly heldOut: readonly MeasuredArchitecture[];
  /** Accuracies of the same networks by two independent finetunings. */
  readonly retests: readonly (readonly [number, number])[];
  readonly textsOf: (architecture: string) => readonly string[];
}

/** The predictor of blocks, the family of features chosen by leaving one out, with an honest report. */
export function fitPredictor(data: FittingData): PredictorDocument {
  const rowsOf = rowMaker(data);
  const fits = featureFamilies.map((family) => ({
    family,
    fit: fitRidge(rowsOf(family, data.training), accuraciesOf(data.training)),
  }));
  const { family, fit } = fits.reduce((best, each) =>
    each.fit.model.residualDeviation < best.fit.model.residualDeviation ? each : best,
  );
  const blocks = stageReport('blocks', [family], { data, fit, rows: rowsOf(family, data.heldOut) });
  const probe = probeStage(data, rowsOf, family);
  const measured = accuraciesOf(data.heldOut);
  const heldOutOptions = data.heldOut.map(({ architecture }) =>
    libraryOptions(data.blocks, data.textsOf(architecture)),
  );
  const sumOf = (pick: 'nsr' | 'macs'): readonly number[] =>
    heldOutOptions.map((options) => options.reduce((sum, option) => sum + option[pick], 0));
  return {
    version: data.version,
    reference: data.reference,
    referenceDigest: data.referenceDigest,
    space: data.space,
    blocks: data.blocks,
    sharedMacs: data.sharedMacs,
    family,
    // Leaving one out chose family and penalty, and so flatters them: what was held out knows better.
    model: {
      ...fit.model,
      residualDeviation: Math.max(
        fit.model.residualDeviation,
        Math.sqrt(blocks.heldOut.meanSquaredError),
      ),
    },
    stages:
      probe === undefined
        ? [blocks]
        : [blocks, { ...probe, isKept: probe.heldOut.kendallTau > blocks.heldOut.kendallTau }],
    heldOut: blocks.heldOut,
    ceilingTau:
      data.retests.length < 3
        ? null
        : kendallTau(
            data.retests.map(([one]) => one),
            data.retests.map(([, other]) => other),
          ),
    baselines: {
      sumOfNsrTau: kendallTau(
        sumOf('nsr').map((sum) => -sum),
        measured,
      ),
      macsTau: kendallTau(sumOf('macs'), measured),
    },
    spreadPercent: spreadOf([...accuraciesOf(data.training), ...measured]),
    training: data.training,
  };
}

/** Fitted anew with networks that were measured since; its report stays that of the networks held out before. */
export function refitPredictor(
  document: PredictorDocument,
  measured: readonly MeasuredArchitecture[],
  textsOf: FittingData['textsOf'],
): PredictorDocument {
  const known = new Map(
    [...document.training, ...measured].map((each) => [each.architecture, each]),
  );
  const training = [...known.values()];
  const rowsOf = (networks: readonly MeasuredArchitecture[]): readonly (readonly number[])[] =>
    rowMaker({ ...document, textsOf })(document.family, networks);
  const { model } = fitRidge(rowsOf(training), accuraciesOf(training));
  const before = fitRidge(rowsOf(document.training), accuraciesOf(document.training));
  // What was held out showed by how much leaving one out flatters this family; that still holds.
  const flattery =
    document.model.residualDeviation / Math.max(1e-9, before.model.residualDeviation);
  return {
    ...document,
    version: document.version + 1,
    model: { ...model, residualDeviation: model.residualDeviation * Math.max(1, flattery) },
    training,
  };
}

type RowMaker = (
  family: FeatureFamily,
  measured: readonly MeasuredArchitecture[],
) => readonly (readonly number[])[];

function rowMaker({
  blocks,
  sharedMacs,
  textsOf,
}: Pick<FittingData, 'blocks' | 'sharedMacs' | 'textsOf'>): RowMaker {
  return (family, measured) =>
    measured.map(({ architecture }) =>
      blockFeatures(family, libraryOptions(blocks, textsOf(architecture)), sharedMacs),
    );
}

function accuraciesOf(measured: readonly MeasuredArchitecture[]): readonly number[] {
  return measured.map(({ accuracyPercent }) => accuracyPercent);
}

function stageReport(
  name: StageReport['name'],
  families: readonly string[],
  {
    data,
    fit,
    rows,
  }: {
    readonly data: FittingData;
    readonly fit: RidgeFit;
    readonly rows: readonly (readonly number[])[];
  },
): StageReport {
  return {
    name,
    families,
    heldOut: rankQuality(
      rows.map((row) => predictRidge(fit.model, row).value),
      accuraciesOf(data.heldOut),
    ),
    leftOut: rankQuality(fit.leftOut, accuraciesOf(data.training)),
    isKept: true,
  };
}

/** The same features and how far the assembled network's answers are from the reference's. Undefined where not all were probed. */
function probeStage(
  data: FittingData,
  rowsOf: RowMaker,
  family: FeatureFamily,
): StageReport | undefined {
  if ([...data.training, ...data.heldOut].some(({ logDivergence }) => logDivergence === undefined))
    return undefined;
  const withProbe = (measured: readonly MeasuredArchitecture[]): readonly (readonly number[])[] =>
    rowsOf(family, measured).map((row, index) => {
      const divergence = measured[index]?.logDivergence;
      assert(divergence !== undefined, 'all were probed');
      return [...row, divergence];
    });
  const fit = fitRidge(withProbe(data.training), accuraciesOf(data.training));
  return stageReport('probe', [family, 'log divergence'], {
    data,
    fit,
    rows: withProbe(data.heldOut),
  });
}

function spreadOf(accuracies: readonly number[]): number {
  const sorted = accuracies.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] ?? 0;
  return at(0.9) - at(0.1);
}
