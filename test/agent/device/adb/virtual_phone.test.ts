import { connectFleet } from '../../../../phones/server_link';
import { startVirtualFleet } from '../../../../phones/fleet';
import { fleetSchema } from '../../../../phones/fleet_file';
import { deviceContract } from '../../../contract/device/device_contract';
import { startAdbServer, type TestAdbServer } from '../../../servers/adb_server';
import { watchPhones } from './adb_fixture';

const fleetFile = fleetSchema.parse({
  timeScale: 1,
  phones: [{ soc: 'sm8550', serialPrefix: 'CONTRACT', storageMb: 64 }],
});

describe('the adb adapter on a virtual phone', () => {
  let server: TestAdbServer;
  beforeAll(async () => {
    server = await startAdbServer();
  });
  afterAll(async () => {
    await server.stop();
  });

  deviceContract('a virtual phone', async () => {
    const fleet = await startVirtualFleet(fleetFile);
    const phone = fleet.phones[0]!;
    const link = connectFleet(fleet.phones, { adbHost: '127.0.0.1', adbPort: server.port });
    const watch = watchPhones(server.port);
    const device = await watch.attached(phone.serial);
    return {
      device,
      unplug: () => phone.unplug(),
      leaveRoom: () => phone.inject({ kind: 'disk-full' }),
      close: async () => {
        await link.close();
        await watch.tracker.close();
        fleet.stop();
      },
    };
  });
});
