import { loadSpace } from '../../../../model/space/load_space';
import type { Restriction } from '../../../../model/space/network_space';
import type { CostBounds } from '../../../../model/space/space';
import type { SearchCatalog } from '../../../../coordinator/searches/search_catalog';
import {
  boundsAtLeastAsAccurate,
  mostAccurate,
  type AccurateNetwork,
} from '../../../../search/accuracy/accuracy_limits';
import type { AdditiveAccuracy } from '../../../../search/accuracy/additive_accuracy';
import { parseSearchSpec, type SearchSpec } from '../../../../search/spec/search_spec';

/** Later options add more, and each position adds in another measure. */
export function accuracyFor(space: string): AdditiveAccuracy & { readonly kind: 'additive' } {
  const options = loadSpace(space).positions.map(({ name, values }, position) => [
    name,
    Object.fromEntries(
      values.map((value, index) => [
        String(value),
        (0.05 * index * (1 + (position % 3))) / values.length,
      ]),
    ),
  ]);
  return {
    kind: 'additive',
    base: 70,
    options: Object.fromEntries(options) as AdditiveAccuracy['options'],
  };
}

export function specOf(
  space: string,
  fields: object = {},
  target = 'sm8550/onnxruntime/npu/int8',
): SearchSpec {
  return parseSearchSpec(
    JSON.stringify({
      name: 'blocks',
      space,
      targets: [target],
      budget: { measurements: 9 },
      accuracy: accuracyFor(space),
      ...fields,
    }),
    'spec.yaml',
  );
}

const gains = new Map<string, ReadonlyMap<string, number>>([
  [
    'kernel',
    new Map([
      ['5', 0.4],
      ['7', 0.55],
    ]),
  ],
  [
    'expansion',
    new Map([
      ['3', 0.5],
      ['4', 0.8],
      ['6', 1.2],
    ]),
  ],
  [
    'depth',
    new Map([
      ['2', 0.7],
      ['3', 1.1],
      ['4', 1.4],
    ]),
  ],
]);

/** Of `mobilenetv2`: what larger choices gain grows from block to block. The best that its rules leave has 81.775 %. */
export const mobilenetAccuracy: AdditiveAccuracy & { readonly kind: 'additive' } = {
  kind: 'additive',
  base: 62,
  options: Object.fromEntries(
    loadSpace('mobilenetv2').positions.map(({ name, values }) => {
      const [block = '', dimension = ''] = name.split('.');
      const scale = 0.6 + 0.1 * Number(block.slice('block'.length));
      return [
        name,
        Object.fromEntries(
          values.map((value) => [
            String(value),
            Number((scale * (gains.get(dimension)?.get(String(value)) ?? 0)).toFixed(4)),
          ]),
        ),
      ];
    }),
  ),
};

/** What a catalog tells of one specification. */
export function toldOf(spec: SearchSpec, catalog: SearchCatalog) {
  const space = catalog.space(spec);
  const accuracy = catalog.accuracy(spec);
  return {
    percentOf: (architecture: string): number => accuracy.accuracyOf(architecture).percent,
    mostAccurate: (restriction: Restriction): AccurateNetwork | undefined =>
      mostAccurate(space.within(restriction), accuracy),
    bounds: (restriction: Restriction, accuracyPercentMin?: number): CostBounds =>
      accuracyPercentMin === undefined
        ? space.within(restriction).costBounds()
        : boundsAtLeastAsAccurate(space.within(restriction), accuracy, accuracyPercentMin),
  };
}
