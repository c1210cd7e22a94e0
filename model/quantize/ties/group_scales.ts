import { assert } from '../../../common/assert';
import type { Encoding, QuantizationParameters } from '../encoding/encoding';
import type { OperatorRounding, Rounding } from '../placement/rounding';
import { convertibleScale, receivingScale, withFewBits } from './conversion';
import { candidateStep } from './first_scale';
import { averageScale, oddFraction, tieFreeScale } from './operator_scale';
import { sumScales, type SumComponent } from './sum_scales';

/** What may change. Tensors of one group have one scale. */
export interface TieFreeScope {
  readonly groupOf: (tensor: string) => string;
  readonly isFixed: (tensor: string) => boolean;
}

/** The scales of groups while they are settled: each once, by the first rule that needs it. */
export class GroupScales {
  private readonly scales = new Map<string, number>();
  private readonly settled = new Set<string>();
  /** By how much a scale that sums settled may still grow and be as good to them. */
  private readonly stepsOfSums = new Map<string, number>();
  private readonly groupOf: TieFreeScope['groupOf'];

  constructor(
    private readonly encodings: ReadonlyMap<string, Encoding>,
    { groupOf, isFixed }: TieFreeScope,
  ) {
    this.groupOf = groupOf;
    for (const [tensor, { scale }] of encodings) {
      this.scales.set(groupOf(tensor), scale);
      if (isFixed(tensor)) this.settled.add(groupOf(tensor));
    }
  }

  of(tensor: string): number {
    const scale = this.scales.get(this.groupOf(tensor));
    assert(scale !== undefined, `tensor ${tensor} has an encoding`);
    return scale;
  }

  isSettled(group: string): boolean {
    return this.settled.has(group);
  }

  settleSums(component: SumComponent): void {
    const found = sumScales(
      component,
      new Map([...component.groups].map((group) => [group, this.scales.get(group) ?? 1])),
      this.settled,
    );
    for (const [group, scale] of found?.scales ?? []) this.scales.set(group, scale);
    for (const group of component.groups) {
      if (this.settled.has(group) || (found !== undefined && !found.scales.has(group))) continue;
      this.stepsOfSums.set(
        group,
        found === undefined
          ? (this.scales.get(group) ?? 1) * candidateStep
          : found.unit * (component.outputs.has(group) ? 2 : 1),
      );
      this.settled.add(group);
    }
  }

  /** Where the output has its scale already, a factor's makes it an odd multiple. */
  settleFactor({ inputs, output }: Extract<Rounding, { kind: 'product' }>): void {
    if (!this.isTensorSettled(output)) return;
    const [moved, other] = this.isTensorSettled(inputs[0]) ? [inputs[1], inputs[0]] : inputs;
    if (this.isTensorSettled(moved) || this.groupOf(moved) === this.groupOf(other)) return;
    this.scales.set(
      this.groupOf(moved),
      oddFraction(this.of(moved), this.of(output) / this.of(other)),
    );
    for (const tensor of inputs) this.settled.add(this.groupOf(tensor));
  }

  settle(rounding: OperatorRounding): void {
    // A sigmoid's output, hard or not, has the scale that its operator fixes.
    const moved = this.groupOf(
      rounding.kind === 'sigmoid' || rounding.kind === 'hard-sigmoid'
        ? rounding.inputs[0]
        : rounding.output,
    );
    const isFree = !this.settled.has(moved);
    const step = this.stepsOfSums.get(moved);
    for (const tensor of [...rounding.inputs, rounding.output])
      this.settled.add(this.groupOf(tensor));
    const numbersOf = (tensor: string): QuantizationParameters => this.numbersOf(tensor);
    if (isFree) this.scales.set(moved, tieFreeScale(rounding, numbersOf));
    else if (rounding.kind === 'average' && step !== undefined)
      this.scales.set(moved, averageScale(rounding, numbersOf, step));
  }

  /** Where only the operand has its scale already, that of what it is joined to suits its conversion. */
  receive(operand: string, joined: string): void {
    const [from, to] = [this.groupOf(operand), this.groupOf(joined)];
    if (from === to || !this.settled.has(from) || this.settled.has(to)) return;
    this.scales.set(to, receivingScale(this.numbersOf(operand), this.of(joined)));
    this.settled.add(to);
  }

  /** An operand's scale, if it may still change, suits its conversion to what it is joined to. */
  convert(operand: string, joined: string): void {
    const [from, to] = [this.groupOf(operand), this.groupOf(joined)];
    if (from === to || this.settled.has(from)) return;
    if (!this.settled.has(to)) this.scales.set(to, withFewBits(this.of(joined)));
    this.scales.set(from, convertibleScale(this.numbersOf(operand), this.of(joined)));
    this.settled.add(from).add(to);
  }

  private isTensorSettled(tensor: string): boolean {
    return this.settled.has(this.groupOf(tensor));
  }

  private numbersOf(tensor: string): QuantizationParameters {
    return { scale: this.of(tensor), zeroPoint: this.encodings.get(tensor)?.zeroPoint ?? 0 };
  }
}
