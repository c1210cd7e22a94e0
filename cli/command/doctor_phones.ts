import {
  emulatorAdvice,
  explainUnusable,
  isEmulatorName,
  parseDeviceList,
  wayKey,
  wayNames,
  type ListedPhone,
} from '../../agent/device/adb/device_list';

interface PhoneFinding {
  readonly check: string;
  readonly state: 'good' | 'warning';
  readonly detail: string;
}

/** What is to be said of the phones in the output of `adb devices -l`, by the words of an agent that sees the same. */
export function phoneFindings(listing: string): readonly PhoneFinding[] {
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

function finding(phone: ListedPhone, name: string): PhoneFinding {
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
