import { systemClock } from '../../../platform/time/clock';
import { endJobOnPhone, readPhoneState } from '../android/state';
import type { Device, Hardware } from '../device';
import { executeOnPhone } from '../adb/execution';
import { pushToPhone } from '../adb/push';
import type { PhoneLink } from '../adb/shell';
import { SyncConnections } from '../adb/sync_connections';

/** Writable and executable for the shell user on every Android; ours alone within it. */
export const phoneWorkFolder = '/data/local/tmp/pareto-farm';

/** The Device port over adb. `gone` ends it: its reason is what `disconnected` settles with. */
export function createAdbDevice(
  link: PhoneLink,
  { hardware, owner }: { readonly hardware: Hardware; readonly owner: string },
  gone: AbortController,
): Device {
  const connections = new SyncConnections(link);
  const place = { workFolder: phoneWorkFolder, owner };
  return {
    hardware,
    owner,
    workFolder: phoneWorkFolder,
    disconnected: new Promise((resolve) => {
      if (link.gone.aborted) resolve(String(link.gone.reason));
      link.gone.addEventListener('abort', () => resolve(String(link.gone.reason)), { once: true });
    }),
    readState: () => readPhoneState(link, systemClock),
    endJob: (files) => endJobOnPhone(link, systemClock, files),
    execute: (command, options) => executeOnPhone(link, place, command, options),
    push: (localPath, devicePath, options) =>
      pushToPhone(link, connections, { localPath, devicePath }, options),
    close: () => {
      gone.abort('closed by the agent');
      return Promise.resolve();
    },
  };
}
