import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { openHostDevice } from '../../../../agent/device/host/host_device';
import { deviceContract } from '../../../contract/device/device_contract';

deviceContract('the host', async () => {
  const dataDir = await mkdtemp(path.join(os.tmpdir(), 'host-device-'));
  const device = await openHostDevice({ dataDir, cores: [0] });
  return {
    device,
    close: async () => {
      await device.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
});
