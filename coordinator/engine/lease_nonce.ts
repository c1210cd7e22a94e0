import { createHmac } from 'node:crypto';
import type { NonceOf } from '../../common/job';

/**
 * Nonces from a random secret: as good as drawn for each lease, and still known after a restart, when the result of a lease
 * of an earlier life arrives. The parts are joined as JSON, so that no two claims read alike.
 */
export function createNonceOf(secret: string): NonceOf {
  return ({ agentId, jobId, deviceSerial, epoch }) =>
    createHmac('sha256', secret)
      .update(JSON.stringify([agentId, jobId, deviceSerial, epoch]))
      .digest('base64url');
}
