import type { PredictorDocument } from '../../search/prediction/predictor_document';
import type { RankQuality } from '../../search/prediction/rank_quality';
import { formatTable } from './table';

/** How well a predictor orders networks, beside its ceiling and what costs nothing. */
export function describePredictor(document: PredictorDocument): string {
  const { stages, ceilingTau, baselines, spreadPercent, model, training } = document;
  const row = (name: string, quality: RankQuality, remark: string): string[] => [
    name,
    quality.kendallTau.toFixed(2),
    quality.kendallTauBetterHalf.toFixed(2),
    quality.spearman.toFixed(2),
    Math.sqrt(quality.meanSquaredError).toFixed(2),
    quality.rSquared.toFixed(2),
    remark,
  ];
  const blank = ['', '', '', ''];
  return [
    `predictor ${document.version} of ${document.reference.name} in space ${document.space}: ${document.family}, fitted to ${training.length} networks; ± ${model.residualDeviation.toFixed(2)} points; measured accuracies spread over ${spreadPercent.toFixed(1)} points (10th to 90th percentile)`,
    formatTable(
      ['STAGE', 'TAU', 'BETTER HALF', 'SPEARMAN', 'ERROR', 'R2', ''],
      [
        ...stages.flatMap(({ name, heldOut, leftOut, isKept }) => [
          row(`${name}, held out`, heldOut, isKept ? 'kept' : 'not kept'),
          row(`${name}, left out`, leftOut, ''),
        ]),
        ['sum of NSRs', baselines.sumOfNsrTau.toFixed(2), ...blank, 'baseline'],
        ['MACs', baselines.macsTau.toFixed(2), ...blank, 'baseline'],
        [
          'the accuracy itself',
          ceilingTau === null ? 'unknown' : ceilingTau.toFixed(2),
          ...blank,
          'ceiling: finetuned with another seed, other images',
        ],
      ],
    ),
  ].join('\n\n');
}
