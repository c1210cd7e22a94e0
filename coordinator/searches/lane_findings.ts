import type { Finding } from './finding';

/** What was measured of each network on one target: the search's own measurement, then those that confirmed it. */
export class LaneFindings {
  readonly #findings = new Map<string, Finding[]>();
  #virtual = 0;

  add(architecture: string, finding: Finding): void {
    const known = this.#findings.get(architecture);
    if (known === undefined) this.#findings.set(architecture, [finding]);
    else known.push(finding);
    if (finding.deviceKind === 'virtual') this.#virtual += 1;
  }

  of(architecture: string): readonly Finding[] {
    return this.#findings.get(architecture) ?? [];
  }

  /** How many of all measurements are of virtual phones. */
  get virtual(): number {
    return this.#virtual;
  }
}
