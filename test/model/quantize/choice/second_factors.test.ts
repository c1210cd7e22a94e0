import {
  createGraphBuilder,
  int,
  ints,
  type GraphBuilder,
} from '../../../../model/onnx/graph_builder';
import type { Range } from '../../../../model/quantize/encoding/encoding';
import { secondFactors } from '../../../../model/quantize/choice/second_factors';

const both: Range = { min: -1, max: 1 };
const positive: Range = { min: 0, max: 1 };

/** What becomes of `second`, which a product multiplies by, beside what `more` adds to the network. */
function factorsOf(
  more: (builder: GraphBuilder) => readonly string[],
  { range = both, isFixed = false, of = (tensor: string) => tensor } = {},
) {
  const builder = createGraphBuilder('product');
  const [first, second] = [builder.input('first', [4, 4]), builder.input('second', [4, 4])];
  builder.node('product', 'MatMul', [first, second]);
  const outputs = ['product', ...more(builder)];
  const graph = builder.finish(
    outputs.map((name) => ({ name, elementType: 'float32', shape: null })),
  );
  const { symmetric, converted } = secondFactors(graph, new Set(['second']), {
    of,
    hull: () => range,
    isFixed: () => isFixed,
  });
  return { symmetric: [...symmetric], converted: [...converted] };
}

const becomesSymmetric = { symmetric: ['second'], converted: [] };
const isConverted = { symmetric: [], converted: [['product', 'second']] };

describe('what a product multiplies by', () => {
  test('becomes symmetric where nobody else reads it, at whatever cost', () => {
    expect(factorsOf(() => [])).toEqual(becomesSymmetric);
    expect(factorsOf(() => [], { range: positive })).toEqual(becomesSymmetric);
  });

  test('becomes symmetric for other readers too where that costs them nothing', () => {
    expect(factorsOf((b) => [b.node('other', 'Relu', ['second'])])).toEqual(becomesSymmetric);
  });

  test('is converted where others read it and half of the integers would be lost to them', () => {
    expect(factorsOf((b) => [b.node('other', 'Relu', ['second'])], { range: positive })).toEqual(
      isConverted,
    );
  });

  test('is converted where its operator fixes an encoding that is not symmetric', () => {
    expect(factorsOf(() => [], { range: positive, isFixed: true })).toEqual(isConverted);
    expect(factorsOf(() => [], { isFixed: true })).toEqual(becomesSymmetric);
  });

  test('has a reader in the network that is given the tensor itself', () => {
    expect(factorsOf(() => ['second'], { range: positive })).toEqual(isConverted);
  });

  test.each([
    [
      'a second product by it is none',
      (b: GraphBuilder) => [b.node('again', 'MatMul', ['first', 'second'])],
      true,
    ],
    [
      'a product of it is one',
      (b: GraphBuilder) => [b.node('again', 'MatMul', ['second', 'first'])],
      false,
    ],
  ] as const)('other readers: %s', (_, more, isSymmetric) => {
    expect(factorsOf(more, { range: positive }).symmetric).toEqual(isSymmetric ? ['second'] : []);
  });

  test('is handed on by moves within its set, which are no readers', () => {
    const of = (tensor: string): string => (tensor === 'moved' ? 'second' : tensor);
    const moved = factorsOf(
      (b) => [
        b.node('use', 'MatMul', [
          'first',
          b.node('moved', 'Transpose', ['second'], { perm: ints(1, 0) }),
        ]),
      ],
      { range: positive, of },
    );
    expect(moved.converted).toEqual([['product', 'second']]);
    const joined = factorsOf(
      (b) => [b.node('joined', 'Concat', ['second', 'first'], { axis: int(0) })],
      { range: positive },
    );
    expect(joined).toEqual(isConverted);
  });
});

test('a network without such products is left alone', () => {
  const builder = createGraphBuilder('none');
  const y = builder.node('y', 'Relu', [builder.input('x', [4, 4])]);
  const graph = builder.finish([{ name: y, elementType: 'float32', shape: [4, 4] }]);
  const never = (): never => {
    throw new Error('not asked for');
  };
  expect(secondFactors(graph, new Set(), { of: never, hull: never, isFixed: never })).toEqual({
    symmetric: new Set(),
    converted: new Map(),
  });
});
