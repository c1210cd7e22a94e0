/**
 * What is known beforehand of a tensor's values, to give the batch normalizations the running statistics that training
 * would have left: without them a cell of pools and skips would reach 10^9 in the last stage. Linear paths from one
 * source add up in amplitude, different sources in energy. Averaging keeps a source's constant part and damps the rest.
 */
export interface CellSignal {
  readonly tensor: string;
  readonly channels: number;
  /** By source: the amplitude of its constant and of its varying part. */
  readonly parts: ReadonlyMap<string, Amplitudes>;
}

interface Amplitudes {
  readonly constant: number;
  readonly varying: number;
}

/** Share of a fresh convolution output's energy that does not vary over the image: its inputs are not negative. */
const constantShare = 0.3;
/** A ReLU lets half of a symmetric signal's energy pass. */
const reluShare = 0.5;

/** The output of a layer that mixes its inputs. */
export function sourceSignal(tensor: string, channels: number, energy: number): CellSignal {
  const amplitude = Math.sqrt(energy);
  return {
    tensor,
    channels,
    parts: new Map([[tensor, { constant: amplitude, varying: amplitude }]]),
  };
}

/** Mean square of the values. */
export function energyOf(signal: CellSignal): number {
  let energy = 0;
  for (const { constant, varying } of signal.parts.values())
    energy += constantShare * constant ** 2 + (1 - constantShare) * varying ** 2;
  return energy;
}

/** Mean square after a ReLU. */
export function energyAfterRelu(signal: CellSignal): number {
  return energyOf(signal) * reluShare;
}

/** After an average over pixels that damps variations to `varyingShare` of their amplitude. */
export function averaged(signal: CellSignal, tensor: string, varyingShare: number): CellSignal {
  const parts = new Map(
    [...signal.parts].map(([source, { constant, varying }]) => [
      source,
      { constant, varying: varying * varyingShare },
    ]),
  );
  return { ...signal, tensor, parts };
}

/** The sum, source by source: what comes from one source adds in amplitude, not in energy. */
export function added(first: CellSignal, second: CellSignal, tensor: string): CellSignal {
  const parts = new Map(first.parts);
  for (const [source, { constant, varying }] of second.parts) {
    const known = parts.get(source) ?? { constant: 0, varying: 0 };
    parts.set(source, { constant: known.constant + constant, varying: known.varying + varying });
  }
  return { ...first, tensor, parts };
}
