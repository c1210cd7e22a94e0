import type { Offer, Precision, Runtime, Unit } from '../../common/target';
import type { Hardware } from '../device/device';
import { benchmarkModel, benchmarkModelFolder } from './benchmark_model';
import { npuSupport } from './hexagon';
import { hostLitert } from './host_litert';
import { hostOnnxruntime } from './host_onnxruntime';
import { onnxruntimePerfTest, perfTestFolder } from './onnxruntime_perf_test';
import type { RuntimeAdapter, ToolFile } from './runtime';
import type { ToolChest } from './tool_chest';

export interface RuntimeSelection {
  readonly adapters: readonly RuntimeAdapter[];
  /** Why a runtime that one would expect is not there, one line each. */
  readonly missing: readonly string[];
}

/** What a device can run with the operator's tools. `hostProgramFolder` is only given by tests, which compile the host's programs elsewhere. */
export function runtimesFor(hardware: Hardware, chest: ToolChest, hostProgramFolder?: string): RuntimeSelection {
  if (hardware.kind === 'host') return { adapters: [hostOnnxruntime(hostProgramFolder), hostLitert(hostProgramFolder)], missing: [] };
  const expected = phoneKits.filter((kit) => kit.fits(hardware.soc));
  const found = expected.map((kit) => openKit(kit, chest));
  return {
    adapters: found.flatMap((each) => (typeof each === 'string' ? [] : [each])),
    missing: found.filter((each) => typeof each === 'string'),
  };
}

/** The adapter that serves an offer, if the device has one. */
export function adapterFor(adapters: readonly RuntimeAdapter[], offer: Offer): RuntimeAdapter | undefined {
  return adapters.find((adapter) => adapter.offers.some((each) => each.runtime === offer.runtime && each.unit === offer.unit && each.precision === offer.precision));
}

/** A tool with what it needs for some units: separate, so that a phone that only runs on its CPU gets no NPU libraries. */
interface PhoneKit {
  readonly runtime: Runtime;
  readonly precisionsByUnit: Partial<Record<Unit, readonly Precision[]>>;
  readonly parts: readonly [KitPart, ...KitPart[]];
  fits(soc: string): boolean;
  build(files: readonly [ToolFile, ...ToolFile[]], offers: readonly Offer[]): RuntimeAdapter;
}

interface KitPart {
  readonly field: string;
  /** What it is, for the line that says that it is missing. */
  readonly what: string;
  /** The name it gets on the phone; without one it keeps its own. */
  readonly fileName?: string;
  readonly executable?: true;
  readonly optional?: true;
}

const benchmarkModelPart: KitPart = { field: 'tools.tflite.benchmarkModel', what: 'benchmark_model', fileName: 'benchmark_model', executable: true };
const perfTestPart: KitPart = { field: 'tools.onnxruntime.perfTest', what: 'onnxruntime_perf_test', fileName: 'onnxruntime_perf_test', executable: true };
const perfTestLibraries: KitPart = { field: 'tools.onnxruntime.libraries', what: 'libonnxruntime.so', optional: true };

const hasHtp = (soc: string): boolean => ['htp', 'unknown'].includes(npuSupport(soc));
const hasDsp = (soc: string): boolean => ['dsp', 'unknown'].includes(npuSupport(soc));
const anySoc = (): boolean => true;

const phoneKits: readonly PhoneKit[] = [
  {
    runtime: 'tflite',
    precisionsByUnit: { cpu: ['int8', 'w8a16', 'float32'], gpu: ['float16', 'float32', 'int8'] },
    parts: [benchmarkModelPart],
    fits: anySoc,
    build: benchmarkModel,
  },
  {
    runtime: 'tflite',
    precisionsByUnit: { nnapi: ['int8', 'float16', 'float32'] },
    parts: [benchmarkModelPart],
    // The accelerator is asked for by Qualcomm's name, so that NNAPI's own CPU code cannot answer.
    fits: (soc) => npuSupport(soc) !== 'none',
    build: benchmarkModel,
  },
  {
    runtime: 'tflite',
    precisionsByUnit: { dsp: ['int8'] },
    parts: [benchmarkModelPart, { field: 'tools.tflite.hexagonLibraries', what: "libhexagon_interface.so and libhexagon_nn_skel*.so" }],
    fits: hasDsp,
    build: benchmarkModel,
  },
  {
    runtime: 'tflite',
    precisionsByUnit: { npu: ['int8', 'w8a16', 'float16'] },
    parts: [
      benchmarkModelPart,
      { field: 'tools.tflite.qnnDelegate', what: 'libQnnTFLiteDelegate.so', fileName: 'libQnnTFLiteDelegate.so' },
      { field: 'tools.tflite.qnnLibraries', what: "libQnnHtp.so and the libraries it loads, from Qualcomm's SDK" },
    ],
    fits: hasHtp,
    build: benchmarkModel,
  },
  {
    runtime: 'onnxruntime',
    precisionsByUnit: { cpu: ['int8', 'w8a16', 'float32'], 'cpu-xnnpack': ['int8', 'float32'] },
    parts: [perfTestPart, perfTestLibraries],
    fits: anySoc,
    build: onnxruntimePerfTest,
  },
  {
    runtime: 'onnxruntime',
    precisionsByUnit: { npu: ['int8', 'w8a16', 'float16'] },
    parts: [perfTestPart, perfTestLibraries, { field: 'tools.onnxruntime.qnnLibraries', what: "libQnnHtp.so and the libraries it loads, from Qualcomm's SDK" }],
    fits: hasHtp,
    build: onnxruntimePerfTest,
  },
];

function openKit(kit: PhoneKit, chest: ToolChest): RuntimeAdapter | string {
  const folder = kit.runtime === 'tflite' ? benchmarkModelFolder : perfTestFolder;
  const offers = Object.entries(kit.precisionsByUnit).flatMap(([unit, list]) => list.map((precision): Offer => ({ runtime: kit.runtime, unit: unit as Unit, precision })));
  const lacking = kit.parts.find((part) => chest.problemByField.has(part.field) || (part.optional !== true && !chest.toolsByField.has(part.field)));
  if (lacking !== undefined) {
    const problem = chest.problemByField.get(lacking.field) ?? `${lacking.field} is not set (${lacking.what}; docs/phones.md says where to get it)`;
    return `${kit.runtime} on ${Object.keys(kit.precisionsByUnit).join(', ')}: ${problem}`;
  }
  const [first, ...rest] = kit.parts.flatMap((part) => partFiles(part, folder, chest));
  return first === undefined ? `${kit.runtime}: no tool files` : kit.build([first, ...rest], offers);
}

function partFiles(part: KitPart, folder: string, chest: ToolChest): ToolFile[] {
  const tools = chest.toolsByField.get(part.field) ?? [];
  return tools.map(({ localPath, fileName, digest }) => ({ name: `${folder}/${part.fileName ?? fileName}`, localPath, executable: part.executable === true, digest }));
}
