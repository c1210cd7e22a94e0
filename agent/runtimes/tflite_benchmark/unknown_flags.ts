import type { FarmFault } from '../../../common/fault';
import { fail, ok, type Result } from '../../../common/result';
import { toolFault } from '../failure/tool_fault';

/** Without these a number is still what was asked for: they report, or bound a run that is bounded elsewhere too. */
const dispensable: ReadonlySet<string> = new Set([
  'report_peak_memory_footprint',
  'enable_op_profiling',
  'require_full_delegation',
  'run_delay',
]);

/**
 * What a benchmark_model that measured did not know of the command line, by its line `Unconsumed cmdline flags: …`:
 * caveats, or a fault where the measurement is not the one that was asked for. Of each group of `alternatives`, one
 * known flag is enough.
 */
export function unknownFlags(
  lines: readonly string[],
  alternatives: readonly (readonly string[])[] = [],
): Result<readonly string[], FarmFault> {
  const line = lines.find((each) => /Unconsumed cmdline flags:/.test(each));
  if (line === undefined) return ok([]);
  const names = new Set(
    [...line.matchAll(/--?([A-Za-z][\w-]{0,60})/g)].map((match) => match[1] ?? ''),
  );
  const covered = (name: string): boolean =>
    alternatives.some((group) => group.includes(name) && group.some((each) => !names.has(each)));
  const counting = [...names].filter((name) => !dispensable.has(name) && !covered(name));
  const decisive = counting.filter((name) => name !== 'use_xnnpack');
  if (decisive.length > 0) return fail(toolFault('flag-unknown', line));
  return ok(
    counting.length === 0 ? [] : ['the binary does not know --use_xnnpack: the CPU ran without it'],
  );
}
