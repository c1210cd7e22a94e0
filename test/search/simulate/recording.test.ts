import { loadSpace } from '../../../model/space/load_space';
import { genotypeAt, genotypeCount } from '../../../model/space/genotype';
import { recordingOfChoices, recordingOfSpace } from '../../../search/simulate/recording';
import { createRandom } from '../../../common/random';
import { sampleCsv, tableOf } from './tables';

const networksOf = (recording: ReturnType<typeof recordingOfChoices>): unknown =>
  Object.fromEntries(recording.networks);

describe('a recording of the columns of choices', () => {
  const table = tableOf(`arch,x_depth,x_width,accuracy,cpu_ms,f_macs
    tiny,2,8,60,1,10
    wide,2,16,70,2,30
    deep,10,8,72,3,40`);
  const recording = recordingOfChoices(table);

  it('has an option for each distinct value, numbers by size', () => {
    expect(recording.space.choices).toEqual([2, 2]);
    expect(
      [
        [0, 0],
        [0, 1],
        [1, 0],
        [1, 1],
      ].map((genotype) => recording.space.architectureOf(genotype)),
    ).toEqual(['tiny', 'wide', 'deep', undefined]);
  });

  it('finds the choices of an architecture and its descriptors', () => {
    for (const architecture of ['tiny', 'wide', 'deep'])
      expect(recording.space.architectureOf(recording.space.genotypeOf(architecture))).toBe(
        architecture,
      );
    expect(Array.from(recording.space.featuresOf('deep'))).toEqual([40]);
    expect(networksOf(recording)).toEqual({
      tiny: { errorPercent: 40, latenciesMs: [1] },
      wide: { errorPercent: 30, latenciesMs: [2] },
      deep: { errorPercent: 28, latenciesMs: [3] },
    });
  });

  it('does not depend on the order of rows', () => {
    const reversed = recordingOfChoices({ ...table, rows: [...table.rows].reverse() });
    for (let index = 0; index < genotypeCount(recording.space); index += 1) {
      const genotype = genotypeAt(recording.space, index);
      expect(reversed.space.architectureOf(genotype)).toBe(
        recording.space.architectureOf(genotype),
      );
    }
  });

  it('takes rows of a class as one network that measures their mean', () => {
    const joined = recordingOfChoices(
      tableOf('arch,class,x_0,accuracy,cpu_ms,f_a\na,k,0,60,1,5\nb,k,1,70,3,7\nc,m,2,80,4,9'),
    );
    expect([0, 1, 2].map((choice) => joined.space.architectureOf([choice]))).toEqual([
      'a',
      'a',
      'c',
    ]);
    expect(networksOf(joined)).toEqual({
      a: { errorPercent: 35, latenciesMs: [2] },
      c: { errorPercent: 20, latenciesMs: [4] },
    });
    expect(Array.from(joined.space.featuresOf('a'))).toEqual([6]);
  });

  it('is refused without choices, and for choices that are there twice', () => {
    expect(() => recordingOfChoices(tableOf('arch,accuracy,cpu_ms\na,70,1'))).toThrow(
      'no column x_0',
    );
    expect(() =>
      recordingOfChoices(tableOf('arch,x_0,accuracy,cpu_ms\na,0,70,1\nb,0,71,2')),
    ).toThrow('line 3, column x_0: the same choices as line 2');
  });

  it('draws what is in the table, however large the space is that it was taken from', () => {
    const sample = recordingOfChoices(tableOf(sampleCsv(300)));
    expect(genotypeCount(sample.space)).toBeGreaterThan(1e12);
    const random = createRandom(1);
    const drawn = new Set(
      Array.from({ length: 3_000 }, () => sample.space.architectureOf(sample.space.draw(random))),
    );
    expect([...drawn].sort()).toEqual([...sample.space.names!()].sort());
    expect(drawn.size).toBe(300);
  });
});

describe('a recording of a space', () => {
  const space = loadSpace('nasbench201');
  const [first, second] = [
    '|nor_conv_1x1~0|+|none~0|none~1|+|skip_connect~0|none~1|none~2|',
    '|nor_conv_3x3~0|+|none~0|none~1|+|skip_connect~0|none~1|none~2|',
  ];
  const unconnected = '|none~0|+|none~0|none~1|+|none~0|none~1|none~2|';

  it('names networks as the space does, knows their cost, and leaves out what is no network', () => {
    const recording = recordingOfSpace(
      tableOf(`arch,accuracy,cpu_ms\n333333,70,5\n${unconnected},10,1\n111111,60,2`),
      space,
    );
    expect(recording.leftOut).toBe(1);
    const name = space.architectureOf([3, 3, 3, 3, 3, 3])!;
    expect([...recording.networks.keys()]).toEqual([
      name,
      space.architectureOf([1, 1, 1, 1, 1, 1]),
    ]);
    expect(recording.space.architectureOf([3, 3, 3, 3, 3, 3])).toBe(name);
    expect(recording.space.architectureOf([2, 2, 2, 2, 2, 2])).toBeUndefined();
    expect(recording.space.featuresOf(name)).toEqual(space.featuresOf(name));
  });

  it('joins what the space or a class says is one network', () => {
    // For the space the first two are one network, for the classes the last two.
    const isomorphic = [space.genotypeOf(first), space.genotypeOf(second)].map((genotype) =>
      genotype.join(''),
    );
    const recording = recordingOfSpace(
      tableOf(
        `arch,class,accuracy,cpu_ms\n${first},k,60,1\n${isomorphic[0]!},m,62,2\n${second},m,64,6`,
      ),
      space,
    );
    expect(networksOf(recording)).toEqual({
      [space.architectureOf(space.genotypeOf(first))!]: { errorPercent: 38, latenciesMs: [3] },
    });
  });

  it('describes a network as it was measured: by the mean over its rows', () => {
    // Both compute one 1x1 convolution; in the second a pool is written that nobody reads.
    const spellings = [
      '|none~0|+|none~0|none~1|+|nor_conv_1x1~0|none~1|none~2|',
      '|avg_pool_3x3~0|+|none~0|none~1|+|nor_conv_1x1~0|none~1|none~2|',
    ];
    const recording = recordingOfSpace(
      tableOf(
        [
          'arch,accuracy,cpu_ms',
          ...spellings.map((spelling, index) => `${spelling},60,${String(1 + index)}`),
        ].join('\n'),
      ),
      space,
    );
    const [name = ''] = recording.networks.keys();
    const [plain, written] = spellings.map((spelling) => space.featuresOf(spelling));
    expect(recording.networks.size).toBe(1);
    expect(written).not.toEqual(plain);
    expect(Array.from(recording.space.featuresOf(name))).toEqual(
      Array.from(plain!, (value, index) => (value + written![index]!) / 2),
    );
  });

  it('is refused for what is no architecture of the space, and when none is', () => {
    expect(() =>
      recordingOfSpace(tableOf('arch,accuracy,cpu_ms\n333333,70,5\n999999,70,5'), space),
    ).toThrow('table.csv: line 3, column arch: cell "999999"');
    expect(() =>
      recordingOfSpace(tableOf(`arch,accuracy,cpu_ms\n${unconnected},70,5`), space),
    ).toThrow('none of its architectures is a network');
  });
});
