import type { DeviceDescription } from '../../common/device';

export interface DeviceRecord {
  readonly description: DeviceDescription;
  readonly agentId: string;
  readonly lastSeenAtMs: number;
  readonly drained: boolean;
}

/** The devices that were ever attached and not removed. */
export interface DeviceRecords {
  save(device: DeviceRecord): Promise<void>;
  /** By serial number. */
  all(): Promise<readonly DeviceRecord[]>;
  remove(serial: string): Promise<void>;
}
