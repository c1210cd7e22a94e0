import { z } from 'zod';
import { planLimits } from '../../../common/job';

const hostReportSchema = z.object({
  /** Version of this line, and its mark among whatever else a runtime prints. */
  farmBench: z.literal(1),
  samplesMs: z.array(z.number().positive()).min(1).max(planLimits.runs.max),
  initMs: z.number().nonnegative(),
  peakMemoryBytes: z.number().int().nonnegative(),
  version: z.string().max(200),
  caveats: z.array(z.string().max(500)).max(20),
});

/** The line that our own benchmark programs print. */
export type HostReport = z.infer<typeof hostReportSchema>;

/** The report among the lines of standard output, or null. */
export function readHostReport(lines: readonly string[]): HostReport | null {
  const line = lines.findLast((candidate) => candidate.startsWith('{"farmBench":'));
  if (line === undefined) return null;
  try {
    return hostReportSchema.safeParse(JSON.parse(line)).data ?? null;
  } catch {
    return null;
  }
}
