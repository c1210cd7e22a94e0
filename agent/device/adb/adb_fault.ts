import { farmFault, type FarmFault } from '../../../common/fault';

const storageFull = /no space left|ENOSPC|disk quota exceeded|EDQUOT/i;

/** The one place where errors of adbkit, of the socket and of the adb server become faults. */
export function adbFault(error: unknown): FarmFault {
  const message =
    typeof error === 'object' && error !== null && 'message' in error
      ? String(error.message)
      : String(error);
  if (isStorageFull(message)) return farmFault('storage-full', message);
  return farmFault('disconnected', `adb: ${message}`);
}

export function isStorageFull(message: string): boolean {
  return storageFull.test(message);
}
