import type { Offer, Unit } from '../../common/target';
import type { Hardware } from '../device/device';
import { fetchCommand } from '../tools/phone_bundle';
import { isForOtherHexagon } from '../device/android/hexagon';
import { hostLitert, hostOnnxruntime } from './host/adapter';
import { toolSetChoices, type ToolSetChoice } from './phone_tool_sets';
import type { RuntimeAdapter } from './tool/runtime_adapter';
import { toolBundle, type ToolFile } from './tool/tool_bundle';
import type { ToolPart, ToolSet } from './tool/tool_set';
import type { LocalTool, LocalTools } from '../tools/local_tools';

export interface RuntimeSelection {
  readonly adapters: readonly RuntimeAdapter[];
  /** Why a runtime that one would expect is not there, one line each. */
  readonly missing: readonly string[];
}

/** What a device can run with the operator's tools. `hostProgramFolder` is only given by tests, which compile the host's programs elsewhere. */
export function runtimesFor(
  hardware: Hardware,
  tools: LocalTools,
  hostProgramFolder?: string,
): RuntimeSelection {
  if (hardware.kind === 'host')
    return {
      adapters: [hostOnnxruntime(hostProgramFolder), hostLitert(hostProgramFolder)],
      missing: [],
    };
  const own = toolsOf(hardware.soc, tools);
  const found = toolSetChoices
    .filter((choice) => choice.fits(hardware.soc))
    .map((choice) => choose(choice, own));
  return {
    adapters: found.flatMap((each) => (typeof each === 'string' ? [] : [each])),
    missing: found.filter((each) => typeof each === 'string'),
  };
}

/** Without the libraries of other Hexagon versions: what a phone gets is one bundle, with a digest of its own. */
function toolsOf(soc: string, tools: LocalTools): LocalTools {
  const own = [...tools.toolsByField].map(
    ([field, tools]) =>
      [field, tools.filter(({ fileName }) => !isForOtherHexagon(fileName, soc))] as const,
  );
  return { ...tools, toolsByField: new Map(own) };
}

/** The adapter that serves an offer, if the device has one. */
export function adapterFor(
  adapters: readonly RuntimeAdapter[],
  offer: Offer,
): RuntimeAdapter | undefined {
  return adapters.find((adapter) =>
    adapter.offers.some(
      (each) =>
        each.runtime === offer.runtime &&
        each.unit === offer.unit &&
        each.precision === offer.precision,
    ),
  );
}

/** The first set that is whole, or why none is: the complaint of the set whose binary is there, else of one that a command brings. */
function choose({ sets }: ToolSetChoice, tools: LocalTools): RuntimeAdapter | string {
  for (const set of sets) {
    if (lackOf(set, tools) === null) return open(set, tools);
  }
  const begun = sets.find((set) => filesFor(set.parts[0], tools).length > 0);
  const nearest = begun ?? sets.find((set) => set.parts[0].fetchedWith !== undefined) ?? sets[0];
  return `${nearest.runtime} on ${Object.keys(nearest.precisionsByUnit).join(', ')}: ${lackOf(nearest, tools) ?? 'it lacks nothing'}`;
}

/** What a set lacks, as a line that names the YAML field; null if it is whole. */
function lackOf(set: ToolSet, tools: LocalTools): string | null {
  const lacking = set.parts.find(
    (part) =>
      tools.problemByField.has(part.field) ||
      (part.optional !== true && filesFor(part, tools).length === 0),
  );
  if (lacking === undefined) return null;
  const problem = tools.problemByField.get(lacking.field);
  if (problem !== undefined) return problem;
  const others = tools.toolsByField.get(lacking.field) ?? [];
  const state =
    others.length === 0
      ? 'is not set'
      : `lists no such binary, but ${others.map(({ localPath }) => localPath).join(', ')}`;
  const remedy =
    lacking.fetchedWith === undefined
      ? 'docs/phones.md says where to get it'
      : `type: ${fetchCommand(lacking.fetchedWith, undefined)}`;
  return `${lacking.field} ${state} (${lacking.what}; ${remedy})`;
}

function filesFor(part: ToolPart, tools: LocalTools): readonly LocalTool[] {
  return (tools.toolsByField.get(part.field) ?? []).filter((tool) => part.is?.(tool) ?? true);
}

function open(set: ToolSet, tools: LocalTools): RuntimeAdapter | string {
  const offers = Object.entries(set.precisionsByUnit).flatMap(([unit, list]) =>
    list.map((precision): Offer => ({ runtime: set.runtime, unit: unit as Unit, precision })),
  );
  const [first, ...rest] = set.parts.flatMap((part) => filesOf(part, tools));
  return first === undefined
    ? `${set.runtime}: no tool files`
    : set.build(toolBundle(set.bundleName, [first, ...rest]), offers);
}

function filesOf(part: ToolPart, tools: LocalTools): ToolFile[] {
  return filesFor(part, tools).map(({ localPath, fileName, digest }) => ({
    name: part.fileName ?? fileName,
    localPath,
    executable: part.executable === true,
    digest,
  }));
}
