import type { Logger } from '../../platform/logger';
import type { Lifecycle } from '../../platform/lifecycle/lifecycle';

/** How each part reports, and is closed. */
export interface PartSurroundings {
  readonly lifecycle: Lifecycle;
  readonly logger: Logger;
}
