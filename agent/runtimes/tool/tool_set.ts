import type { Offer, Precision, Runtime, Unit } from '../../../common/target';
import type { LocalTool } from '../../tools/local_tools';
import type { FetchedTool } from '../../tools/tool_source';
import type { RuntimeAdapter } from './runtime_adapter';
import type { ToolBundle } from './tool_bundle';

/** A tool with what it needs for some units: separate, so that a phone that only runs on its CPU gets no NPU libraries. */
export interface ToolSet {
  readonly runtime: Runtime;
  readonly precisionsByUnit: Partial<Record<Unit, readonly Precision[]>>;
  readonly bundleName: string;
  /** The binary first. */
  readonly parts: readonly [ToolPart, ...ToolPart[]];
  build(bundle: ToolBundle, offers: readonly Offer[]): RuntimeAdapter;
}

/** The files of one field of `tools:` in the agent's YAML. */
export interface ToolPart {
  readonly field: string;
  /** What it is, for the line that says that it is missing. */
  readonly what: string;
  /** The name it gets on the phone; without one it keeps its own. */
  readonly fileName?: string;
  readonly executable?: true;
  readonly optional?: true;
  /** What `farm tools fetch` brings it with. */
  readonly fetchedWith?: FetchedTool;
  /** Which of the field's files it is, where they are of different kinds. */
  readonly is?: (tool: LocalTool) => boolean;
}
