import fc from 'fast-check';
import {
  delegationBy,
  delegationOfSubgraphs,
} from '../../../../agent/runtimes/tflite_benchmark/delegation';

const sentence = (delegate: string): string =>
  `Explicitly applied ${delegate} delegate, and the model graph will be completely executed by the delegate.`;
const replacing = (replaced: number, total: number | null, kernel: string): string =>
  `Replacing ${String(replaced)} ${total === null ? '' : `out of ${String(total)} `}node(s) with delegate (${kernel}) node, yielding 1 partitions.`;

describe('the delegate that was asked for', () => {
  it('has the whole graph where the tool says so by its name, and only then', () => {
    expect(delegationBy([sentence('GPU')], 'GPU')).toEqual({ kind: 'full' });
    expect(delegationBy([sentence('NNAPI')], 'GPU')).toEqual({ kind: 'unproven' });
    expect(delegationBy([], 'GPU')).toEqual({ kind: 'unproven' });
  });

  it('has not, whatever it says, where a node is left to the CPU', () => {
    const line = replacing(3, 4, 'TfLiteGpuDelegateV2');
    expect(delegationBy([sentence('GPU'), line], 'GPU')).toEqual({ kind: 'partial', line });
  });

  it('has not where nodes went to the code of the CPU', () => {
    const line = replacing(4, 4, 'TfLiteXNNPackDelegate');
    expect(delegationBy([sentence('GPU'), line], 'GPU')).toEqual({ kind: 'partial', line });
  });

  it('is as whole as the tool counts', () => {
    fc.assert(
      fc.property(fc.nat(500), fc.nat(500), (delegated, more) => {
        const total = delegated + more;
        const line = `${String(delegated)} nodes delegated out of ${String(total)} nodes`;
        expect(delegationBy([sentence('EXTERNAL'), line], 'EXTERNAL').kind).toBe(
          more === 0 ? 'full' : 'partial',
        );
      }),
    );
  });
});

describe('the kernels that took the subgraphs', () => {
  const npu = /dispatch|npu|qnn|htp/i;

  it('prove the unit by their name', () => {
    expect(delegationOfSubgraphs([replacing(1, 1, 'DispatchDelegate')], npu)).toEqual({
      kind: 'full',
    });
    expect(delegationOfSubgraphs(['hello'], npu)).toEqual({ kind: 'unproven' });
  });

  it('of another unit are no proof but a refusal', () => {
    const line = replacing(1, 1, 'LITERT_CL');
    expect(delegationOfSubgraphs([replacing(1, 1, 'DispatchDelegate'), line], npu)).toEqual({
      kind: 'partial',
      line,
    });
  });

  it('that took nothing say nothing', () => {
    expect(delegationOfSubgraphs([replacing(0, 5, 'TfLiteXNNPackDelegate')], npu)).toEqual({
      kind: 'unproven',
    });
  });

  it('of versions that print no total count as whole', () => {
    expect(delegationOfSubgraphs([replacing(7, null, 'DispatchDelegate')], npu)).toEqual({
      kind: 'full',
    });
  });

  it('need a partitioning that selected every operator', () => {
    fc.assert(
      fc.property(fc.nat(300), fc.nat(300), (selected, left) => {
        const line = `Partitioned subgraph<0>, selected ${String(selected)} ops, from a total of ${String(selected + left)} ops.`;
        expect(delegationOfSubgraphs([line, replacing(1, 1, 'DispatchDelegate')], npu).kind).toBe(
          left === 0 ? 'full' : 'partial',
        );
      }),
    );
  });

  it('are judged for any text', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (lines) => {
        expect(['full', 'partial', 'unproven']).toContain(delegationOfSubgraphs(lines, npu).kind);
        expect(['full', 'partial', 'unproven']).toContain(delegationBy(lines, 'GPU').kind);
      }),
    );
  });
});
