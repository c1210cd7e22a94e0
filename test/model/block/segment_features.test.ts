import { sampleArchitecture } from '../../../model/space/genotype';
import { createRandom } from '../../../common/random';
import { segmentInput, type Layer } from '../../../model/block/layer';
import { featuresOfSegment } from '../../../model/block/segment_features';
import { createBlockSpace } from '../../../model/space/block_space';
import { shippedSpaceNames } from '../../../model/space/load_space';
import { blockDocument } from '../space/block_document';

/** The first ten features of a network are those of SegmentFeatures. */
const [depthIndex, blockStart] = [9, 11];

describe('features of a network', () => {
  it.each(shippedSpaceNames().filter((name) => name !== 'nasbench201'))(
    'add up to the cost of the network: %s',
    (name) => {
      const space = createBlockSpace(blockDocument(name), name);
      const blocks = blockDocument(name).blocks.length;
      const random = createRandom(3);
      for (let draw = 0; draw < 20; draw += 1) {
        const architecture = sampleArchitecture(space, random);
        const cost = space.costOf(architecture);
        const features = Array.from(space.featuresOf(architecture));
        const sum = (from: number, until: number): number =>
          features.slice(from, until).reduce((total, value) => total + value, 0);
        expect(features).toHaveLength(blockStart + 3 * blocks);
        expect(sum(0, 3)).toBe(cost.macs);
        expect(sum(5, 9)).toBe(cost.operators);
        expect(features[10]).toBe(cost.peakActivationBytes);
        expect(features[depthIndex]).toBeLessThanOrEqual(cost.operators);
        const blockMacs = Array.from(
          { length: blocks },
          (_, block) => features[blockStart + 3 * block]!,
        ).reduce((total, value) => total + value, 0);
        expect(blockMacs).toBeLessThan(cost.macs);
      }
    },
  );

  it('tell apart what phones do at different speeds', () => {
    const conv = {
      kind: 'conv',
      channels: 8,
      kernel: 3,
      stride: 1,
      padding: 1,
      groups: 8,
      bias: true,
      gain: 1,
    } as const;
    const layers: readonly Layer[] = [
      { ...conv, name: 'depthwise', input: segmentInput },
      { ...conv, name: 'dense', input: 'depthwise', kernel: 1, padding: 0, groups: 1 },
      { kind: 'add', name: 'sum', inputs: ['dense', segmentInput] },
    ];
    expect(featuresOfSegment({ layers, output: 'sum' }, [1, 8, 4, 4])).toEqual({
      denseMacs: 16 * 8 * 8,
      groupedMacs: 16 * 8 * 9,
      matrixMacs: 0,
      weightElements: 8 * 9 + 8 + 8 * 8 + 8,
      movedElements: (2 + 2 + 3) * 128,
      denseConvolutions: 1,
      groupedConvolutions: 1,
      matrixProducts: 0,
      otherOperators: 1,
      depth: 3,
    });
  });
});
