import { fail, ok } from '../../../common/result';
import { readBenchmarkModelTimings } from './timings';
import { refusedDelegation, unprovenDelegation } from '../failure/delegation_refusal';
import type { Delegation } from './delegation';
import type { Invocation, RuntimeAdapter, ToolOutput } from '../tool/runtime_adapter';
import { toolFailure } from '../failure/tool_failure';
import { errorLines, toolLines } from '../tool/tool_text';
import { unknownFlags } from './unknown_flags';

/** In what the two benchmark_models differ when they have run. */
interface BenchmarkTool {
  readonly name: string;
  /** Where the model ran, by the tool's own lines; null where nothing is to be proven. */
  readonly delegationIn: (lines: readonly string[]) => Delegation | null;
  /** Flags of which one is enough. */
  readonly alternativeFlags: readonly (readonly string[])[];
}

/** The session that a benchmark_model printed, or why there is none. */
export function readBenchmarkSession(
  output: ToolOutput,
  { offer: { unit } }: Invocation,
  tool: BenchmarkTool,
): ReturnType<RuntimeAdapter['parse']> {
  const text = `${output.stderr}\n${output.stdout}`;
  const said = { lines: toolLines(text), errors: errorLines(text) };
  const delegation = tool.delegationIn(said.lines);
  if (delegation?.kind === 'partial') return fail(refusedDelegation(said, unit, delegation.line));
  const timings = output.exitCode === 0 ? readBenchmarkModelTimings(said.lines) : null;
  if (timings === null) return fail(toolFailure(tool.name, output, unit));
  if (delegation?.kind === 'unproven') return fail(unprovenDelegation(said, unit, tool.name));
  const unknown = unknownFlags(said.lines, tool.alternativeFlags);
  if (!unknown.ok) return unknown;
  const { aggregate, initMs, peakMemoryBytes } = timings;
  return ok({
    session: { timings: { kind: 'aggregate', aggregate }, initMs, peakMemoryBytes },
    toolVersion: null,
    unitShare: 1,
    caveats: unknown.value,
  });
}
