import { join } from 'node:path';
import { fail, ok } from '../../common/result';
import type { Precision, Runtime } from '../../common/target';
import type { ModelFormat } from '../../common/artifact';
import { pinnedCommand } from './core_mask';
import { readHostReport } from './host_report';
import type { Invocation, RuntimeAdapter, ToolOutput } from './runtime';
import { toolFailure } from './tool_failure';
import { toolLines } from './tool_text';

/** Where the compiled benchmark programs are, beside this file. */
export const hostProgramFolder = join(__dirname, 'host');

interface HostTool {
  readonly name: string;
  readonly program: string;
  readonly runtime: Runtime;
  readonly format: ModelFormat;
  readonly precisions: readonly Precision[];
  readonly boundary: string;
  /** A line that makes a run worthless even though the program ended well. */
  readonly disqualifying: RegExp | null;
}

/** An adapter whose tool is one of our own programs under host/, run by this Node. */
export function hostAdapter(tool: HostTool, programFolder: string): RuntimeAdapter {
  return {
    name: tool.name,
    formats: [tool.format],
    offers: tool.precisions.map((precision) => ({ runtime: tool.runtime, unit: 'cpu', precision })),
    boundary: tool.boundary,
    toolDigest: null,
    toolFiles: [],
    command: (invocation) => ({
      command: pinnedCommand(invocation.cores, [
        process.execPath,
        join(programFolder, tool.program),
        ...programArguments(invocation),
      ]),
      environment: {},
      readsResultFile: false,
    }),
    parse: (output) => parseHostTool(tool, output),
  };
}

function programArguments({ modelPath, plan }: Invocation): string[] {
  return [
    '--model',
    modelPath,
    '--runs',
    String(plan.runs),
    '--warmup-runs',
    String(plan.warmupRuns),
    '--threads',
    String(plan.threads),
  ];
}

function parseHostTool(tool: HostTool, output: ToolOutput): ReturnType<RuntimeAdapter['parse']> {
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
