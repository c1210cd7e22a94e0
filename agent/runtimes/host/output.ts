import { fail, ok } from '../../../common/result';
import { toolFailure } from '../failure/tool_failure';
import type { RuntimeAdapter, ToolOutput } from '../tool/runtime_adapter';
import { toolLines } from '../tool/tool_text';
import { readHostReport } from './report';

interface HostOutput {
  readonly name: string;
  /** A line that makes a run worthless even though the program ended well. */
  readonly disqualifying: RegExp | null;
}

/** The session that one of our own programs reported; total over any text. */
export function parseHostOutput(
  tool: HostOutput,
  output: ToolOutput,
): ReturnType<RuntimeAdapter['parse']> {
  const disqualified =
    tool.disqualifying !== null &&
    toolLines(output.stderr).some((line) => tool.disqualifying?.test(line));
  const report =
    output.exitCode === 0 && !disqualified ? readHostReport(output.stdout.split('\n')) : null;
  if (report === null) return fail(toolFailure(tool.name, output, 'cpu'));
  const { samplesMs, initMs, peakMemoryBytes, version, caveats } = report;
  return ok({
    session: { timings: { kind: 'samples', samplesMs }, initMs, peakMemoryBytes },
    toolVersion: version,
    unitShare: 1,
    caveats,
  });
}
