import { deviceSchema } from '../../../proto/codec/device';
import type { DeviceRecord, DeviceRecords } from '../device_records';
import type { DeviceTable } from '../schema';
import type { Database } from './database';
import { readDocument } from './document';

export function createDeviceRecords({ db, writes }: Database): DeviceRecords {
  return {
    async save(device) {
      const { serial, ...columns } = toRow(device);
      await writes.run((transaction) =>
        transaction
          .insertInto('devices')
          .values({ serial, ...columns })
          .onConflict((conflict) => conflict.column('serial').doUpdateSet(columns))
          .execute(),
      );
    },
    async all() {
      const found = await db.selectFrom('devices').selectAll().orderBy('serial').execute();
      return found.map(fromRow);
    },
    async remove(serial) {
      await writes.run((transaction) =>
        transaction.deleteFrom('devices').where('serial', '=', serial).execute(),
      );
    },
  };
}

function toRow(device: DeviceRecord): DeviceTable {
  return {
    serial: device.description.serial,
    agent_id: device.agentId,
    last_seen_at_ms: device.lastSeenAtMs,
    drained: device.drained ? 1 : 0,
    description: JSON.stringify(device.description),
  };
}

function fromRow(row: DeviceTable): DeviceRecord {
  return {
    description: readDocument(deviceSchema, row.description, `device ${row.serial}`),
    agentId: row.agent_id,
    lastSeenAtMs: row.last_seen_at_ms,
    drained: row.drained === 1,
  };
}
