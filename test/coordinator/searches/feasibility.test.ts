/** @jest-environment ./test/model/onnxruntime_environment.ts */
import { genotypeAt, genotypeCount } from '../../../model/space/genotype';
import { parseSearchSpec, type SearchSpec } from '../../../search/spec/search_spec';
import { admittedSpace, requirePossible } from '../../../coordinator/searches/feasibility';
import { loadSearchCatalog } from '../../../coordinator/searches/search_catalog';
import { toldOf } from './space/samples';
import { buildCandidate } from '../../../model/build';

const catalog = loadSearchCatalog();
const spec = (constraints: string): SearchSpec =>
  parseSearchSpec(
    `name: cells\nspace: nasbench201\ntargets: [host/onnxruntime/cpu/int8]\nbudget: { measurements: 1 }\nconstraints: ${constraints}\nmodel: { cellsPerStage: 1 }\n`,
    'spec.yaml',
  );

describe('limits that no network can keep', () => {
  it.each([
    [
      '{ accuracyPercentMin: 99 }',
      /^spec\.yaml: constraints for host\/onnxruntime\/cpu\/int8: accuracyPercentMin is 99, and the best that is allowed has 8\d\.\d{3}; lower it$/,
    ],
    [
      '{ macsMax: 1000 }',
      /macsMax is 1000, and no network of nasbench201 has less than \d+; raise it$/,
    ],
    [
      '{ parametersMax: 1000 }',
      /parametersMax is 1000, and no network of nasbench201 has less than \d+; raise it$/,
    ],
    [
      '{ modelBytesMax: 1000 }',
      /modelBytesMax is 1000, and no network of nasbench201 has less than \d+; raise it$/,
    ],
    [
      '{ peakActivationBytesMax: 1000 }',
      /peakActivationBytesMax is 1000, and no network of nasbench201 has less than \d+; raise it$/,
    ],
    [
      '{ forbidden: [conv9] }',
      /forbidden names conv9, which nasbench201 has not; its options are none, skip_connect, nor_conv_1x1, nor_conv_3x3, avg_pool_3x3$/,
    ],
    [
      '{ forbidden: [skip_connect, nor_conv_1x1, nor_conv_3x3, avg_pool_3x3] }',
      /forbidden leaves no network of nasbench201; allow more options$/,
    ],
    [
      '{ accuracyPercentMin: 80, forbidden: [nor_conv_1x1, nor_conv_3x3] }',
      /accuracyPercentMin is 80, and the best that is allowed has \d\d\.\d{3}; lower it$/,
    ],
  ])('are refused with the nearest that is possible: %s', (constraints, message) => {
    expect(() => requirePossible(spec(constraints), catalog, 'spec.yaml')).toThrow(message);
  });

  it.each([
    '{}',
    '{ latencyMsMax: 0.001 }',
    '{ accuracyPercentMin: 80, macsMax: 100000000, forbidden: [avg_pool_3x3] }',
  ])('are not seen where there are none: %s', (constraints) => {
    expect(() => requirePossible(spec(constraints), catalog, 'spec.yaml')).not.toThrow();
  });

  it('are told from bounds that the smallest int8 model keeps and nearly meets', async () => {
    const least = catalog.space(spec('{}')).costBounds();
    const smallest = await buildCandidate({
      ...{
        space: 'nasbench201',
        architecture: '|none~0|+|none~0|none~1|+|skip_connect~0|none~1|none~2|',
        seed: 1,
        cellsPerStage: 1,
      },
      calibration: { kind: 'generated', seed: 1, samples: 1 },
    });
    expect(smallest.summary.cost.macs).toBe(least.macs);
    expect(smallest.parameters).toBe(least.parameters);
    expect(smallest.int8.length).toBeGreaterThanOrEqual(least.modelBytes);
    expect(smallest.int8.length).toBeLessThan(2 * least.modelBytes);
    expect(smallest.summary.cost.peakActivationBytes).toBeGreaterThanOrEqual(
      least.peakActivationBytes,
    );
  });
});

describe('forbidden options', () => {
  it('are in no network that the search may propose, and nothing else is missing', () => {
    const limited = spec('{ forbidden: [avg_pool_3x3] }');
    const space = admittedSpace(
      limited,
      { targets: [limited.targets[0]!.target], constraints: limited.targets[0]!.constraints },
      catalog,
    );
    const all = catalog.space(limited);
    for (let index = 0; index < genotypeCount(all); index += 7) {
      const architecture = all.architectureOf(genotypeAt(all, index));
      const admitted = space.architectureOf(genotypeAt(all, index));
      expect(admitted).toBe(
        architecture !== undefined && all.optionsOf(architecture).includes('avg_pool_3x3')
          ? undefined
          : architecture,
      );
    }
  });
});

describe('of cells that are accurate enough', () => {
  const admitted = { targets: [], forbidden: ['nor_conv_3x3'] };
  const told = toldOf(spec('{}'), catalog);

  it('the most accurate is known by listing', () => {
    const percentOf = told.percentOf;
    const all = catalog.space(spec('{}'));
    const names = Array.from({ length: genotypeCount(all) }, (_, index) =>
      all.architectureOf(genotypeAt(all, index)),
    ).filter((name) => name !== undefined);
    const allowed = names.filter((name) => !all.optionsOf(name).includes('nor_conv_3x3'));
    expect(told.mostAccurate(admitted)?.accuracyPercent).toBe(Math.max(...allowed.map(percentOf)));
  });

  it('none is smaller than the bound, and one meets it', () => {
    const bound = told.bounds(admitted, 79);
    expect(bound.macs).toBeGreaterThan(catalog.space(spec('{}')).costBounds().macs);
    const limits = (macsMax: number): SearchSpec =>
      spec(`{ forbidden: [nor_conv_3x3], accuracyPercentMin: 79, macsMax: ${macsMax} }`);
    expect(() => requirePossible(limits(bound.macs), catalog, 'spec.yaml')).not.toThrow();
    expect(() => requirePossible(limits(bound.macs - 1), catalog, 'spec.yaml')).toThrow(
      `macsMax is ${bound.macs - 1}, and no network with the accuracyPercentMin of 79 has less than ${bound.macs}; raise the one or lower the other`,
    );
  });
});
