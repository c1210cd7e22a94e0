import { systemClock } from '../../../common/clock';
import type { FarmFault } from '../../../common/fault';
import { ok, type Result } from '../../../common/result';
import { readPhoneState } from '../android/state';
import type { Device, Hardware } from '../device';
import { executeOnPhone } from './execution';
import { pushToPhone } from './push';
import { quoted, readSections, type PhoneLink } from './shell';

/** Writable and executable for the shell user on every Android; ours alone within it. */
export const phoneWorkFolder = '/data/local/tmp/pareto-farm';

const removeDeadlineMs = 10_000;

/** adb takes commands of 64 KB at most. */
const pathsPerRemoval = 64;

/** The Device port over adb. `gone` ends it: its reason is what `disconnected` settles with. */
export function createAdbDevice(link: PhoneLink, hardware: Hardware, gone: AbortController): Device {
  return {
    hardware,
    workFolder: phoneWorkFolder,
    disconnected: new Promise((resolve) => {
      if (link.gone.aborted) resolve(String(link.gone.reason));
      link.gone.addEventListener('abort', () => resolve(String(link.gone.reason)), { once: true });
    }),
    readState: () => readPhoneState(link, systemClock),
    execute: (command, options) => executeOnPhone(link, phoneWorkFolder, command, options),
    push: (localPath, devicePath, options) => pushToPhone(link, localPath, devicePath, options),
    remove: (devicePaths) => removeFiles(link, devicePaths),
    close: () => {
      gone.abort('closed by the agent');
      return Promise.resolve();
    },
  };
}

async function removeFiles(link: PhoneLink, devicePaths: readonly string[]): Promise<Result<void, FarmFault>> {
  for (let start = 0; start < devicePaths.length; start += pathsPerRemoval) {
    const paths = devicePaths.slice(start, start + pathsPerRemoval).map(quoted).join(' ');
    const removed = await readSections(link, [`rm -f -- ${paths}`], { what: 'removing files', deadlineMs: removeDeadlineMs });
    if (!removed.ok) return removed;
  }
  return ok(undefined);
}
