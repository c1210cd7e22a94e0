import { deviceUnderTest, type OpenedDevice } from './device_under_test';
import { executeContract } from './execute_contract';
import { filesContract } from './files_contract';
import { leavingContract } from './leaving_contract';

/** What every adapter of the Device port must do, whatever is behind it. */
export function deviceContract(name: string, openDevice: () => Promise<OpenedDevice>): void {
  describe(`${name} as a device`, () => {
    const subject = deviceUnderTest(openDevice);
    executeContract(subject);
    filesContract(subject);
    leavingContract(subject);
  });
}
