import type { PhoneModel } from '../machine/phone_model';
import type { KernelFiles } from './file_system';
import type { PhoneProcess } from './process_table';

interface KernelView {
  readonly model: PhoneModel;
  process(pid: number): PhoneProcess | undefined;
  processes(): readonly PhoneProcess[];
  /** 1 when cool; the clocks sink with it. */
  cpuThrottling(): number;
  celsiusBySensor(): ReadonlyMap<string, number>;
  uptimeS(): number;
}

type KernelSource = (view: KernelView) => string;

/** /proc and /sys of one phone, made up on reading. The table of paths is shared by all phones of a model. */
export function createKernelFiles(view: KernelView): KernelFiles {
  const table = kernelTable(view.model);
  return {
    read: (path) => readProcess(path, view) ?? table.files.get(path)?.(view),
    list: (path) => listProcess(path, view, table.folders.get('/proc')) ?? table.folders.get(path),
  };
}

interface Table {
  readonly files: ReadonlyMap<string, KernelSource>;
  readonly folders: ReadonlyMap<string, readonly string[]>;
}

const tables = new WeakMap<PhoneModel, Table>();

function kernelTable(model: PhoneModel): Table {
  const known = tables.get(model);
  if (known !== undefined) return known;
  const files = new Map<string, KernelSource>([
    ...procFiles(model),
    ...frequencyFiles(model),
    ...thermalFiles(),
  ]);
  const folders = new Map<string, string[]>();
  for (const path of files.keys()) addToFolders(path, folders);
  const table = { files, folders };
  tables.set(model, table);
  return table;
}

function addToFolders(path: string, folders: Map<string, string[]>): void {
  const parts = path.split('/').slice(1);
  for (const [index, name] of parts.entries()) {
    const folder = `/${parts.slice(0, index).join('/')}`;
    const names = folders.get(folder) ?? [];
    if (!names.includes(name)) names.push(name);
    folders.set(folder, names);
  }
}

function procFiles(model: PhoneModel): [string, KernelSource][] {
  const totalKb = Math.floor((model.memoryBytes * 0.96) / 1024);
  const memory = [
    ['MemTotal', totalKb],
    ['MemFree', totalKb * 0.2],
    ['MemAvailable', totalKb * 0.55],
  ] as const;
  return [
    ['/proc/cpuinfo', () => cpuInfo(model)],
    [
      '/proc/meminfo',
      () =>
        memory
          .map(([name, kb]) => `${`${name}:`.padEnd(16)}${String(Math.round(kb)).padStart(8)} kB\n`)
          .join(''),
    ],
    ['/proc/uptime', (view) => `${view.uptimeS().toFixed(2)} ${(view.uptimeS() * 6).toFixed(2)}\n`],
    ['/proc/loadavg', () => '0.10 0.10 0.10 1/600 2000\n'],
    ['/proc/version', () => 'Linux version 6.1.75-android14-virtual\n'],
  ];
}

function cpuInfo(model: PhoneModel): string {
  const cores = model.clusters.flatMap((cluster) =>
    cluster.cores.map((core) => ({ core, cluster })),
  );
  return cores
    .map(({ core, cluster }) =>
      [
        `processor\t: ${core}`,
        'BogoMIPS\t: 38.40',
        'Features\t: fp asimd evtstrm aes pmull sha1 sha2 crc32 atomics fphp asimdhp cpuid asimdrdm lrcpc dcpop asimddp i8mm bf16',
        `CPU implementer\t: ${cluster.implementer}`,
        'CPU architecture: 8',
        'CPU variant\t: 0x1',
        `CPU part\t: ${cluster.part}`,
        'CPU revision\t: 0',
        '\n',
      ].join('\n'),
    )
    .join('');
}

function frequencyFiles(model: PhoneModel): [string, KernelSource][] {
  return model.clusters.flatMap((cluster) => {
    const current: KernelSource = (view) =>
      `${Math.max(cluster.smallestFrequencyKhz, Math.round((cluster.largestFrequencyKhz * view.cpuThrottling()) / 100) * 100)}\n`;
    const files: [string, KernelSource][] = [
      ['scaling_governor', () => 'walt\n'],
      ['scaling_cur_freq', current],
      ['scaling_max_freq', current],
      ['scaling_min_freq', () => `${cluster.smallestFrequencyKhz}\n`],
      ['cpuinfo_max_freq', () => `${cluster.largestFrequencyKhz}\n`],
      ['cpuinfo_min_freq', () => `${cluster.smallestFrequencyKhz}\n`],
      ['related_cpus', () => `${cluster.cores.join(' ')}\n`],
    ];
    const folders = [
      `/sys/devices/system/cpu/cpufreq/policy${cluster.cores[0] ?? 0}`,
      ...cluster.cores.map((core) => `/sys/devices/system/cpu/cpu${core}/cpufreq`),
    ];
    return folders.flatMap((folder) =>
      files.map(([name, source]): [string, KernelSource] => [`${folder}/${name}`, source]),
    );
  });
}

const thermalZones = ['cpu-0-0', 'gpuss-0', 'nsp-0', 'battery', 'skin'] as const;
const zoneSensors: Readonly<Record<(typeof thermalZones)[number], string>> = {
  'cpu-0-0': 'CPU0',
  'gpuss-0': 'GPU0',
  'nsp-0': 'nsp0',
  battery: 'battery',
  skin: 'skin',
};

function thermalFiles(): [string, KernelSource][] {
  return thermalZones.flatMap((zone, index): [string, KernelSource][] => [
    [`/sys/class/thermal/thermal_zone${index}/type`, () => `${zone}\n`],
    [
      `/sys/class/thermal/thermal_zone${index}/temp`,
      (view) => `${Math.round((view.celsiusBySensor().get(zoneSensors[zone]) ?? 30) * 1000)}\n`,
    ],
  ]);
}

function readProcess(path: string, view: KernelView): string | undefined {
  const match = /^\/proc\/(\d{1,5})\/(cmdline|comm|stat|status)$/.exec(path);
  const process = match === null ? undefined : view.process(Number(match[1]));
  if (process === undefined) return undefined;
  const name = process.commandLine[0]?.split('/').at(-1) ?? '';
  switch (match?.[2]) {
    case 'cmdline':
      return process.commandLine.map((word) => `${word}\0`).join('');
    case 'comm':
      return `${name}\n`;
    case 'stat':
      return `${process.pid} (${name}) S ${process.parentPid} ${process.group} ${process.group} 0\n`;
    default:
      return `Name:\t${name}\nState:\tS (sleeping)\nPid:\t${process.pid}\nPPid:\t${process.parentPid}\n`;
  }
}

function listProcess(
  path: string,
  view: KernelView,
  procNames: readonly string[] | undefined,
): readonly string[] | undefined {
  if (path === '/proc')
    return [...(procNames ?? []), ...view.processes().map((process) => String(process.pid))];
  const match = /^\/proc\/(\d{1,5})$/.exec(path);
  return match !== null && view.process(Number(match[1])) !== undefined
    ? ['cmdline', 'comm', 'stat', 'status']
    : undefined;
}
