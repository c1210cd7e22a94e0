import type { Reference } from '../../common/training/reference';

/** The references that are registered, by name. */
export interface ReferenceRecords {
  /** False when another one has the name, which changes nothing; the same again is true. */
  save(reference: Reference): Promise<boolean>;
  find(name: string): Promise<Reference | undefined>;
  /** By name. */
  all(): Promise<readonly Reference[]>;
}
