import fc from 'fast-check';
import { ProposalOrder } from '../../../search/nsga2/proposal_order';

describe('the order of proposal', () => {
  it('holds a result back until all earlier ones are there', () => {
    const order = new ProposalOrder<string>(5);
    expect(order.arrive(1, 'b')).toEqual([]);
    expect(order.arrive(2, 'c')).toEqual([]);
    expect(order.arrive(0, 'a')).toEqual(['a', 'b', 'c']);
  });

  it('does not wait for what will not come', () => {
    const order = new ProposalOrder<string>(5);
    expect(order.skip(0)).toEqual([]);
    expect(order.arrive(2, 'c')).toEqual([]);
    expect(order.skip(1)).toEqual(['c']);
  });

  it('gives a straggler up when too many wait for it, and takes it when it comes', () => {
    const order = new ProposalOrder<string>(2);
    expect([order.arrive(2, 'c'), order.arrive(3, 'd')].flat()).toEqual([]);
    expect(order.arrive(5, 'f')).toEqual(['c', 'd']);
    expect(order.arrive(0, 'a')).toEqual(['a']);
    expect(order.arrive(4, 'e')).toEqual(['e', 'f']);
  });

  it('hands every result on exactly once, and in order where nothing was given up', () => {
    const arrivals = fc.integer({ min: 0, max: 30 }).chain((count) =>
      fc.shuffledSubarray(
        Array.from({ length: count }, (_, index) => index),
        { minLength: count },
      ),
    );
    fc.assert(
      fc.property(arrivals, fc.nat({ max: 10 }), (sequences, largestLag) => {
        const order = new ProposalOrder<number>(largestLag);
        const handed = sequences.flatMap((sequence) => [...order.arrive(sequence, sequence)]);
        const sorted = sequences.toSorted((a, b) => a - b);
        expect(handed.toSorted((a, b) => a - b)).toEqual(sorted);
        const patient = new ProposalOrder<number>(Infinity);
        expect(sequences.flatMap((sequence) => [...patient.arrive(sequence, sequence)])).toEqual(
          sorted,
        );
      }),
    );
  });
});
