import type { OperatorCost } from '../../../model/cost/network_cost';
import { fuseActivations } from '../../../phones/cost_model/fusion';

const operator = (kind: string, inputBytes: number, outputBytes: number): OperatorCost =>
  ({ kind, inputBytes, outputBytes, quantized: false }) as unknown as OperatorCost;
const kinds = (operators: readonly OperatorCost[]): string[] => operators.map(({ kind }) => kind);

describe('an activation', () => {
  it.each(['Conv', 'Gemm', 'MatMul', 'Add', 'CONV_2D', 'DEPTHWISE_CONV_2D', 'FULLY_CONNECTED'])(
    'is computed inside %s before it',
    (host) => {
      const fused = fuseActivations([operator(host, 8, 16), operator('Relu', 16, 16)]);
      expect(kinds(fused)).toEqual([host]);
      expect(fused[0]).toMatchObject({ inputBytes: 8, outputBytes: 16, quantized: false });
    },
  );

  it('stands alone at the beginning, and after what has no place for it', () => {
    expect(kinds(fuseActivations([operator('Relu', 4, 4)]))).toEqual(['Relu']);
    expect(kinds(fuseActivations([operator('Concat', 4, 4), operator('Relu', 4, 4)]))).toEqual([
      'Concat',
      'Relu',
    ]);
  });

  it('of another tensor than the one before it stands alone', () => {
    expect(kinds(fuseActivations([operator('Conv', 4, 16), operator('Clip', 8, 8)]))).toEqual([
      'Conv',
      'Clip',
    ]);
  });

  it('that leaves eight bits of a float makes its host an integer one', () => {
    const fused = fuseActivations([operator('Conv', 4, 16), operator('Clip', 16, 4)]);
    expect(fused).toMatchObject([{ kind: 'Conv', outputBytes: 4, quantized: true }]);
  });
});

test('what is no activation is left as it is', () => {
  const network = ['Conv', 'Add', 'Concat', 'Conv'].map((kind) => operator(kind, 4, 4));
  expect(fuseActivations(network)).toEqual(network);
});
