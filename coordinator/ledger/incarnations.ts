/** What makes leases of one start of the coordinator tell themselves from those of all others. */
export interface Incarnations {
  /** Increments and returns the number of this start; the base of all lease epochs. */
  begin(): Promise<number>;
  /** The secret of this ledger's leases: `fresh` becomes it if there was none. */
  leaseSecret(fresh: string): Promise<string>;
}
