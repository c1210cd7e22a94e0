import { deviceListFromWire, type DeviceStatusList } from '../../proto/codec/fleet';
import { loadFarmServices } from '../../proto/service';
import { insecure } from './grpc_fixture';

const services = loadFarmServices();

/** What an operator asks of the fleet: one call for each client. */
export function fleet(address: string) {
  const client = new services.FleetService(address, insecure());
  const call = <T>(
    method: (callback: (error: Error | null, value?: T) => void) => unknown,
  ): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      method((error, value) => (error === null ? resolve(value as T) : reject(error)));
    }).finally(() => client.close());
  const list = async (): Promise<DeviceStatusList['devices']> => {
    const read = deviceListFromWire(
      await call<unknown>((callback) => client.listDevices({}, callback)),
    );
    if (!read.ok) throw new Error(read.error);
    return read.value.devices;
  };
  return {
    drain: (serial: string) => call((callback) => client.drain({ serial }, callback)),
    resume: (serial: string) => call((callback) => client.resume({ serial }, callback)),
    remove: (serial: string) => call<unknown>((callback) => client.remove({ serial }, callback)),
    states: async () => (await list()).map(({ description, state }) => [description.serial, state]),
    troubles: async () =>
      (await list()).flatMap(({ description, state, troubles }) =>
        troubles.map((each) => [description.serial, state, each.target, each.state, each.detail]),
      ),
    jobsMeasured: async () =>
      (await list()).map(({ description, jobsMeasured }) => [description.serial, jobsMeasured]),
  };
}
