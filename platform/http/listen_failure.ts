import { BadInputError } from '../../common/bad_input';
import type { ListenAddress } from './loopback';

/** The one line for an address that cannot be listened on; `setting` names the configuration field to change. */
export function listenFailure(
  address: ListenAddress,
  setting: string,
  reason: string,
): BadInputError {
  const place = `${address.host}:${String(address.port)}`;
  if (reason.includes('EADDRINUSE'))
    return new BadInputError(
      `${setting}: port ${String(address.port)} on ${address.host} is in use; stop the program that holds it or set another port (0 = any free one)`,
    );
  return new BadInputError(
    `${setting}: cannot listen on ${place} (${reason}); expected an address of this machine and a port that this user may open`,
  );
}
