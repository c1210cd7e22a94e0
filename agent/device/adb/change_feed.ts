import HostTrackDevicesCommand from '@devicefarmer/adbkit/dist/src/adb/command/host/trackdevices';
import type Tracker from '@devicefarmer/adbkit/dist/src/adb/tracker';
import type { FarmFault } from '../../../common/fault';
import { fail, ok, type Result } from '../../../common/result';
import { withinLimits, type CallLimits } from '../call_scope';
import { adbFault } from './adb_fault';
import {
  closeConnection,
  connectToServer,
  openHostService,
  readMessage,
  type AdbAddress,
} from './connection';
import { parseDeviceList, type ListedPhone } from './device_list';

/** A busy adb server answers in milliseconds even with 500 phones. */
const listDeadlineMs = 5_000;

/** What adb lists at this moment. */
export async function listPhones(
  address: AdbAddress,
  gone: AbortSignal,
): Promise<Result<readonly ListedPhone[], FarmFault>> {
  return await withinLimits(
    { what: 'listing phones', deadlineMs: listDeadlineMs, gone },
    async (signal) => {
      const opened = await openHostService(address, 'host:devices-l', signal);
      if (!opened.ok) return opened;
      try {
        return ok(parseDeviceList(await readMessage(opened.value)));
      } catch (error) {
        return fail(adbFault(error));
      } finally {
        closeConnection(opened.value);
      }
    },
  );
}

/**
 * Calls `changed` whenever adb's list of phones changes, until the adb server ends (then `ended`) or `gone` aborts.
 * adbkit's tracker does not reconnect and knows no transports, so it only says when to look.
 */
export async function followChanges(
  address: AdbAddress,
  gone: AbortSignal,
  on: { readonly changed: () => void; readonly ended: () => void },
): Promise<boolean> {
  const limits: CallLimits = { what: 'following phones', deadlineMs: listDeadlineMs, gone };
  const connected = await withinLimits(limits, (signal) => connectToServer(address, signal));
  if (!connected.ok) return false;
  const connection = connected.value;
  const started = await withinLimits(limits, async () => {
    try {
      return ok((await new HostTrackDevicesCommand(connection).execute()) as Tracker);
    } catch (error) {
      return fail(adbFault(error));
    }
  });
  if (!started.ok) {
    closeConnection(connection);
    return false;
  }
  const tracker = started.value;
  const end = (): void => {
    gone.removeEventListener('abort', close);
    closeConnection(connection);
    on.ended();
  };
  const close = (): void => void connection.socket.destroy(new Error('closed'));
  gone.addEventListener('abort', close, { once: true });
  tracker.on('changeSet', on.changed);
  // It reports the end of the server as an error and then, not always, as an end.
  tracker.once('error', end);
  tracker.on('error', ignore);
  return true;
}

function ignore(): void {
  // Whatever else the tracker says after its end.
}
