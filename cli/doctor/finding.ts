/** What one check says of one thing. `bad` is what is broken; a warning names what to do all the same. */
export interface HealthFinding {
  readonly check: string;
  readonly state: 'good' | 'warning' | 'bad';
  readonly detail: string;
}
