import { deviceContract } from '../../../contract/device/device_contract';
import { startAdbServer, type TestAdbServer } from '../../../servers/adb_server';
import { startShellPhone } from '../../../servers/shell_phone';
import { watchPhones } from './adb_fixture';

const properties = {
  'ro.serialno': 'SHELL0001',
  'sys.boot_completed': '1',
  'ro.soc.model': 'SM8550',
};

describe('the adb adapter on a real shell', () => {
  let server: TestAdbServer;
  beforeAll(async () => {
    server = await startAdbServer();
  });
  afterAll(async () => {
    await server.stop();
  });

  deviceContract('a phone with /bin/sh', async () => {
    const phone = await startShellPhone({ properties });
    const watch = watchPhones(server.port);
    await server.connect(phone.port);
    const device = await watch.attached('SHELL0001');
    return {
      device,
      unplug: () => phone.unplug(),
      close: async () => {
        await watch.tracker.close();
        await phone.close();
      },
    };
  });
});
