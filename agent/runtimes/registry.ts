import type { Offer, Unit } from '../../common/target';
import type { Hardware } from '../device/device';
import { fetchCommand } from '../tools/phone_bundle';
import { isForOtherHexagon } from './hexagon';
import { hostLitert } from './host_litert';
import { hostOnnxruntime } from './host_onnxruntime';
import { kitChoices, type KitChoice, type KitPart, type PhoneKit } from './phone_kits';
import type { RuntimeAdapter, ToolFile } from './runtime';
import type { KeptTool, ToolChest } from './tool_chest';

export interface RuntimeSelection {
  readonly adapters: readonly RuntimeAdapter[];
  /** Why a runtime that one would expect is not there, one line each. */
  readonly missing: readonly string[];
}

/** What a device can run with the operator's tools. `hostProgramFolder` is only given by tests, which compile the host's programs elsewhere. */
export function runtimesFor(
  hardware: Hardware,
  chest: ToolChest,
  hostProgramFolder?: string,
): RuntimeSelection {
  if (hardware.kind === 'host')
    return {
      adapters: [hostOnnxruntime(hostProgramFolder), hostLitert(hostProgramFolder)],
      missing: [],
    };
  const own = chestFor(hardware.soc, chest);
  const found = kitChoices
    .filter((choice) => choice.fits(hardware.soc))
    .map((choice) => choose(choice, own));
  return {
    adapters: found.flatMap((each) => (typeof each === 'string' ? [] : [each])),
    missing: found.filter((each) => typeof each === 'string'),
  };
}

/** Without the libraries of other Hexagon versions: what a phone gets is one bundle, with a digest of its own. */
function chestFor(soc: string, chest: ToolChest): ToolChest {
  const own = [...chest.toolsByField].map(
    ([field, tools]) =>
      [field, tools.filter(({ fileName }) => !isForOtherHexagon(fileName, soc))] as const,
  );
  return { ...chest, toolsByField: new Map(own) };
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

/** The first kit that is whole, or why none is: the complaint of the kit whose binary is there, else of one that a command brings. */
function choose({ kits }: KitChoice, chest: ToolChest): RuntimeAdapter | string {
  for (const kit of kits) {
    if (lackOf(kit, chest) === null) return open(kit, chest);
  }
  const begun = kits.find((kit) => toolsFor(kit.parts[0], chest).length > 0);
  const nearest = begun ?? kits.find((kit) => kit.parts[0].fetchedWith !== undefined) ?? kits[0];
  return `${nearest.runtime} on ${Object.keys(nearest.precisionsByUnit).join(', ')}: ${lackOf(nearest, chest) ?? 'it lacks nothing'}`;
}

/** What a kit lacks, as a line that names the YAML field; null if it is whole. */
function lackOf(kit: PhoneKit, chest: ToolChest): string | null {
  const lacking = kit.parts.find(
    (part) =>
      chest.problemByField.has(part.field) ||
      (part.optional !== true && toolsFor(part, chest).length === 0),
  );
  if (lacking === undefined) return null;
  const problem = chest.problemByField.get(lacking.field);
  if (problem !== undefined) return problem;
  const others = chest.toolsByField.get(lacking.field) ?? [];
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

function toolsFor(part: KitPart, chest: ToolChest): readonly KeptTool[] {
  return (chest.toolsByField.get(part.field) ?? []).filter((tool) => part.is?.(tool) ?? true);
}

function open(kit: PhoneKit, chest: ToolChest): RuntimeAdapter | string {
  const offers = Object.entries(kit.precisionsByUnit).flatMap(([unit, list]) =>
    list.map((precision): Offer => ({ runtime: kit.runtime, unit: unit as Unit, precision })),
  );
  const [first, ...rest] = kit.parts.flatMap((part) => filesOf(part, kit.folder, chest));
  return first === undefined
    ? `${kit.runtime}: no tool files`
    : kit.build([first, ...rest], offers);
}

function filesOf(part: KitPart, folder: string, chest: ToolChest): ToolFile[] {
  return toolsFor(part, chest).map(({ localPath, fileName, digest }) => ({
    name: `${folder}/${part.fileName ?? fileName}`,
    localPath,
    executable: part.executable === true,
    digest,
  }));
}
