import { createServer, type AddressInfo, type Server } from 'node:net';
import type { Random } from '../common/random';
import { AdbConnection } from './adb/connection';
import { serveShell } from './adb/shell_service';
import type { AdbStream } from './adb/stream';
import { SyncService } from './adb/sync_service';
import { parseFault, type PhoneFault, type ToolDefect, type ToolFault } from './machine/faults';
import type { LatencySource } from './machine/latency_source';
import type { PhoneModel } from './machine/phone_model';
import { Heat } from './physics/heat';
import { phoneFactor } from './physics/noise';
import { AndroidServices } from './system/android_services';
import type { ContentStore } from './system/content_store';
import { thermalSensors } from './system/dumpsys';
import { FileSystem } from './system/file_system';
import { createKernelFiles } from './system/kernel_files';
import type { PhoneSystem } from './system/phone_system';
import { ProcessTable } from './system/process_table';
import { phoneProperties } from './system/properties';
import { VirtualClock } from './system/virtual_clock';
import { PhoneMachine } from './phone_machine';
import { phoneTools } from './tools/phone_tools';

interface PhoneSettings {
  /** Unlike any other's in the fleet. */
  readonly serial: string;
  /** What the phone says that its number is. */
  readonly serialNumber: string;
  readonly batteryFrozen: boolean;
  readonly model: PhoneModel;
  readonly random: Random;
  readonly timeScale: number;
  readonly storageBytes: number;
  readonly contents: ContentStore;
  readonly latencies: LatencySource;
}

/** How long a reboot takes where nobody says; short, since a real minute would only be waited for. */
const defaultDownMs = 3000;

/** One phone: its state, and the TCP port behind which the adb server finds it. */
export class VirtualPhone {
  readonly serial: string;
  readonly model: PhoneModel;
  readonly system: PhoneSystem;
  readonly #clock: VirtualClock;
  readonly #files: FileSystem;
  readonly #processes = new ProcessTable();
  readonly #connections = new Set<AdbConnection>();
  readonly #storageBytes: number;
  readonly #banner: string;
  #link:
    | { readonly kind: 'plugged'; readonly server: Server }
    | { readonly kind: 'unplugged'; readonly replugTimer: NodeJS.Timeout | undefined }
    | { readonly kind: 'stopped' } = { kind: 'unplugged', replugTimer: undefined };
  #port = 0;
  #frameDelayMs = 0;
  #toolDefect: ToolDefect | undefined;
  #toolFault: { readonly kind: ToolFault; readonly times: number } | undefined;

  constructor(settings: PhoneSettings) {
    const { serial, model } = settings;
    this.serial = serial;
    this.model = model;
    this.#storageBytes = settings.storageBytes;
    this.#clock = new VirtualClock(settings.timeScale, Date.now);
    const heat = new Heat(this.#clock.nowMs());
    const bootedAtMs = this.#clock.nowMs();
    const coolDown = (): Heat => {
      heat.advance(this.#clock.nowMs());
      return heat;
    };
    const kernel = createKernelFiles({
      model,
      process: (pid) => this.#processes.get(pid),
      processes: () => this.#processes.list(),
      cpuThrottling: () => coolDown().throttlingFactor,
      celsiusBySensor: () =>
        new Map(
          thermalSensors(coolDown(), 'qualcomm').map((sensor) => [sensor.name, sensor.celsius]),
        ),
      uptimeS: () => (this.#clock.nowMs() - bootedAtMs) / 1000,
    });
    this.#files = new FileSystem(
      settings.storageBytes,
      kernel,
      () => this.#clock.nowMs(),
      (text) => this.#injectText(text),
    );
    const properties = phoneProperties(model, settings.serialNumber);
    const services = new AndroidServices({
      levelPercent: 70 + settings.random.derive('battery').below(30),
      batteryFrozen: settings.batteryFrozen,
      naming: model.manufacturer === 'samsung' ? 'samsung' : 'qualcomm',
      heat: coolDown,
    });
    const machine = new PhoneMachine({
      files: this.#files,
      clock: this.#clock,
      heat,
      random: settings.random,
      speedFactor: phoneFactor(settings.random.derive('speed')),
      soc: model.soc,
      latencies: settings.latencies,
      contents: settings.contents,
      takeFault: () => this.#takeToolFault(),
      defect: () => this.#toolDefect,
    });
    this.system = {
      clock: this.#clock,
      files: this.#files,
      contents: settings.contents,
      processes: this.#processes,
      properties,
      settings: new Map(),
      services,
      reboot: () => this.inject({ kind: 'reboot' }),
      tools: phoneTools(machine),
    };
    this.#banner = `device::${['ro.product.name', 'ro.product.model', 'ro.product.device'].map((name) => `${name}=${properties.get(name) ?? ''};`).join('')}features=cmd,shell_v2`;
  }

  get port(): number {
    return this.#port;
  }

  /** Listens on loopback. @param port 0 for a free one; a replugged phone keeps its port. @throws the listen error */
  async plug(port: number): Promise<void> {
    const server = createServer((socket) => {
      const connection = new AdbConnection(socket, {
        banner: this.#banner,
        open: (name, stream) => this.#open(name, stream),
      });
      this.#connections.add(connection);
      socket.on('close', () => this.#connections.delete(connection));
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', resolve);
    });
    this.#port = (server.address() as AddressInfo).port;
    this.#link = { kind: 'plugged', server };
  }

  inject(fault: PhoneFault): void {
    switch (fault.kind) {
      case 'unplug':
        this.#unplug(fault.replugAfterMs);
        return;
      case 'replug':
        this.#replug();
        return;
      case 'reboot':
        this.#processes.killAll();
        this.#files.clearVolatile();
        this.#unplug(fault.downMs ?? defaultDownMs);
        return;
      case 'slow-push':
        this.#frameDelayMs = fault.frameDelayMs;
        return;
      case 'disk-full':
        this.#files.resize(0);
        return;
      case 'disk-free':
        this.#files.resize(this.#storageBytes);
        return;
      case 'tools-mended':
        this.#toolDefect = undefined;
        return;
      case 'no-dsp-libraries':
      case 'mixed-libraries':
      case 'no-accelerator':
      case 'dsp-fails':
      case 'old-tools':
        this.#toolDefect = fault.kind;
        return;
      case 'hang':
      case 'crash':
      case 'garbage':
        this.#toolFault = { kind: fault.kind, times: fault.times ?? 1 };
        return;
    }
  }

  /** Ends the phone for good: processes, connections, port. */
  stop(): void {
    this.#unplug(undefined);
    this.#link = { kind: 'stopped' };
    this.#processes.killAll();
    this.#clock.stop();
  }

  #injectText(text: string): void {
    const fault = parseFault(text);
    if (fault !== undefined) this.inject(fault);
  }

  #takeToolFault(): ToolFault | undefined {
    const fault = this.#toolFault;
    if (fault === undefined) return undefined;
    this.#toolFault = fault.times > 1 ? { ...fault, times: fault.times - 1 } : undefined;
    return fault.kind;
  }

  #open(name: string, stream: AdbStream): boolean {
    if (name.startsWith('shell') || name.startsWith('exec:'))
      return serveShell(name, stream, this.system);
    if (name.startsWith('reboot:')) {
      stream.end();
      this.inject({ kind: 'reboot' });
      return true;
    }
    if (name !== 'sync:') return false;
    new SyncService(stream, this.system, {
      beforeData: () =>
        this.#frameDelayMs === 0
          ? undefined
          : new Promise((resolve) => setTimeout(resolve, this.#frameDelayMs)),
    }).start();
    return true;
  }

  #unplug(replugAfterMs: number | undefined): void {
    if (this.#link.kind === 'stopped') return;
    if (this.#link.kind === 'plugged') this.#link.server.close();
    else clearTimeout(this.#link.replugTimer);
    for (const connection of [...this.#connections]) connection.destroy();
    this.#connections.clear();
    this.#link = {
      kind: 'unplugged',
      replugTimer:
        replugAfterMs === undefined ? undefined : setTimeout(() => this.#replug(), replugAfterMs),
    };
  }

  #replug(): void {
    if (this.#link.kind !== 'unplugged') return;
    clearTimeout(this.#link.replugTimer);
    // Should someone else have taken the port meanwhile, the phone stays away and another replug may bring it back.
    this.plug(this.#port).catch(() => undefined);
  }
}
