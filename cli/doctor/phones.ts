import type { AgentConfig } from '../../agent/config';
import {
  emulatorAdvice,
  explainUnusable,
  isEmulatorName,
  parseDeviceList,
  wayKey,
  wayNames,
  type ListedPhone,
} from '../../agent/device/adb/device_list';
import { isLoopback } from '../../platform/http/loopback';
import type { HealthFinding } from './finding';
import { runTool } from './run_tool';

/** What adb sees, farm or no farm: most trouble with phones starts here. */
export async function checkPhones({
  enabled,
  binary,
  host,
  port,
}: AgentConfig['adb']): Promise<readonly HealthFinding[]> {
  if (!enabled) return [];
  // With -H adb takes the server for a remote one and starts none.
  const server = [...(isLoopback(host) ? [] : ['-H', host]), '-P', String(port)];
  const listed = await runTool(binary, [...server, 'devices', '-l']).catch(() => undefined);
  if (listed === undefined)
    return [
      {
        check: 'phones',
        state: 'warning',
        detail: `the adb server at ${host}:${String(port)} does not answer; try there: ${binary} -P ${String(port)} start-server`,
      },
    ];
  return phoneFindings(listed.stdout);
}

/** What is to be said of the phones in the output of `adb devices -l`, by the words of an agent that sees the same. */
export function phoneFindings(listing: string): readonly HealthFinding[] {
  const phones = parseDeviceList(listing);
  if (phones.length === 0)
    return [
      {
        check: 'phones',
        state: 'warning',
        detail: 'adb sees no phone; docs/phones.md starts with a phone in its box',
      },
    ];
  const names = wayNames(phones);
  return phones.map((phone) => finding(phone, names.get(wayKey(phone)) ?? phone.adbSerial));
}

function finding(phone: ListedPhone, name: string): HealthFinding {
  const check = `phone ${name}`;
  if (phone.state !== 'device') {
    const { reason, remedy } = explainUnusable(phone, name);
    return { check, state: 'warning', detail: `${reason}; ${remedy}` };
  }
  if (isEmulatorName(phone.adbSerial))
    return {
      check,
      state: 'warning',
      detail: `${emulatorAdvice.reason}; ${emulatorAdvice.remedy}`,
    };
  return {
    check,
    state: 'good',
    detail:
      name === phone.adbSerial
        ? 'ready'
        : 'ready; adb gives several phones this name, so it is known by its place: leave it in this port',
  };
}
