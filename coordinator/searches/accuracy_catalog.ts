import { loadCellAccuracies } from '../../model/nasbench201/accuracy';
import { parseCell } from '../../model/nasbench201/cell';
import { cellPositions } from '../../model/space/cell_positions';
import { lazy } from '../../model/space/lazy';
import type { NetworkSpace } from '../../model/space/network_space';
import { assert } from '../../common/assert';
import { createBlockAccuracy, predictorProblem } from '../../search/accuracy/block_accuracy';
import type { AccuracySource } from '../../search/accuracy/accuracy_source';
import { additiveProblem, createAdditiveAccuracy } from '../../search/accuracy/additive_accuracy';
import {
  coefficientProblem,
  createCoefficientAccuracy,
} from '../../search/accuracy/coefficient_accuracy';
import {
  createTableAccuracy,
  notInTable,
  type AccuracyTable,
} from '../../search/accuracy/table_accuracy';
import type { SearchSpec } from '../../search/spec/search_spec';

type AccuracySpec = NonNullable<SearchSpec['accuracy']>;
type TableSpec = Extract<AccuracySpec, { readonly kind: 'table' }>;

/** Of a specification without accuracies, if the space is one that the table speaks of. */
const shippedTable: TableSpec = {
  kind: 'table',
  table: 'nasbench201-cifar10-12epoch',
  split: 'validation',
};

/** Makes what a specification says of accuracies into a source for its space. */
interface AccuracyCatalog {
  /** What keeps the specification's source from telling the accuracy of each network of the space: the field, and the remedy. */
  problemOf(spec: SearchSpec, space: NetworkSpace): string | undefined;
  /** Of a specification without problem. */
  open(spec: SearchSpec, space: NetworkSpace): AccuracySource;
}

export function createAccuracyCatalog(): AccuracyCatalog {
  const cells = lazy(loadCellAccuracies);
  const opened = new WeakMap<SearchSpec, AccuracySource>();
  const tableOf = ({ table, split }: TableSpec): AccuracyTable => ({
    statement: `table ${table}, ${split} split, float`,
    positions: cellPositions,
    percentOf: (architecture) =>
      split === 'test'
        ? cells().testAccuracyPercent(parseCell(architecture))
        : cells().accuracyPercent(parseCell(architecture)),
  });
  const openAnew = (
    { accuracy = shippedTable }: SearchSpec,
    space: NetworkSpace,
  ): AccuracySource => {
    if (accuracy.kind === 'table') return createTableAccuracy(tableOf(accuracy));
    if (accuracy.kind === 'predictor') {
      assert(accuracy.document !== undefined, 'a search has the predictor that it began with');
      return createBlockAccuracy(accuracy.document, accuracy, space);
    }
    return accuracy.kind === 'additive'
      ? createAdditiveAccuracy(accuracy, space)
      : createCoefficientAccuracy(accuracy, space);
  };
  return {
    problemOf: ({ accuracy }, space) => {
      const { name, positions } = space;
      const template = `farm space show ${name} --accuracy-template`;
      if (accuracy?.kind === 'additive') return additiveProblem(accuracy, positions);
      if (accuracy?.kind === 'coefficients') return coefficientProblem(accuracy, positions);
      if (accuracy?.kind === 'predictor') return predictorProblem(accuracy.document, space);
      const stranger = notInTable(tableOf(accuracy ?? shippedTable), positions);
      if (stranger === undefined) return undefined;
      return accuracy === undefined
        ? `field accuracy: ${name} comes with no accuracies; give { kind: additive, base, options }, for which ${template} prints a start`
        : `field accuracy: the table ${accuracy.table} does not know ${stranger} of ${name}; give { kind: additive, base, options } (see: ${template})`;
    },
    open: (spec, space) => {
      const source = opened.get(spec) ?? openAnew(spec, space);
      opened.set(spec, source);
      return source;
    },
  };
}
