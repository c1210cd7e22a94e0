import type { Candidate } from './candidate';

/** How much less a network says of another for each position in which they differ. */
const reach = 1.5;
/** Networks that are taken to have run, before any has. */
const prior = 1;

/** Whether networks run on the target, as judged from those that did and did not and how many choices they share. */
export class Feasibility {
  readonly #ran: readonly Candidate[];
  readonly #failed: readonly Candidate[];

  constructor(ran: readonly Candidate[], failed: readonly Candidate[]) {
    this.#ran = ran;
    this.#failed = failed;
  }

  chance(candidate: Candidate): number {
    if (this.#failed.length === 0) return 1;
    const good = prior * Math.exp(-reach) + nearness(candidate, this.#ran);
    return good / (good + nearness(candidate, this.#failed));
  }
}

function nearness(candidate: Candidate, others: readonly Candidate[]): number {
  let sum = 0;
  for (const other of others) {
    let distance = 0;
    for (let index = 0; index < candidate.choices.length; index += 1)
      if (candidate.choices[index] !== other.choices[index]) distance += 1;
    sum += Math.exp(-reach * distance);
  }
  return sum;
}
