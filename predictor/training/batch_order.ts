import { createRandom } from '../../common/random';

/** Which samples a step trains on: every epoch all of them in a new order, drawn from the seed. The same step has the same samples, in whatever process. */
interface BatchOrder {
  at(step: number): readonly number[];
}

export function createBatchOrder(count: number, batch: number, seed: number): BatchOrder {
  const each = Math.min(batch, count);
  // What is left over at an epoch's end waits for another order.
  const perEpoch = Math.max(1, Math.floor(count / each));
  let known: { readonly epoch: number; readonly order: Uint32Array } | undefined;
  return {
    at: (step) => {
      const epoch = Math.floor(step / perEpoch);
      if (known?.epoch !== epoch)
        known = { epoch, order: shuffled(count, `${seed}/epoch ${epoch}`) };
      const from = (step % perEpoch) * each;
      return Array.from(known.order.subarray(from, from + each));
    },
  };
}

/** Fisher and Yates. */
function shuffled(count: number, seed: string): Uint32Array {
  const random = createRandom(seed);
  const order = Uint32Array.from({ length: count }, (_, index) => index);
  for (let index = count - 1; index > 0; index -= 1) {
    const other = random.below(index + 1);
    [order[index], order[other]] = [order[other] ?? 0, order[index] ?? 0];
  }
  return order;
}
