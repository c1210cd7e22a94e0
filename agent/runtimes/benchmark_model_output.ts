import type { TimingAggregate } from '../../common/measurement';
import { lastCapture, toolNumber } from './tool_text';

const microsecondsPerMs = 1_000;
const bytesPerMegabyte = 1024 * 1024;

export interface BenchmarkModelTimings {
  readonly aggregate: TimingAggregate;
  readonly initMs: number | null;
  readonly peakMemoryBytes: number | null;
}

/**
 * The measured runs in benchmark_model's output; null unless it is complete. Times are printed in microseconds. The
 * last `count=` line counts only together with the closing line that repeats its mean: output that was cut after the
 * warm-up ends in a `count=` line too.
 */
export function readBenchmarkModelTimings(lines: readonly string[]): BenchmarkModelTimings | null {
  const statistics = lines.findLast((line) => /\bcount=\d/.test(line));
  const closingMeanUs = toolNumber(lastCapture(lines, /^(?:Inference|Average inference) timings in us:.*(?:Inference \(avg\)|no stats): ([0-9.e+]+)/));
  const aggregate = statistics === undefined ? null : readAggregate(statistics);
  if (aggregate === null || closingMeanUs === null || !agree(aggregate.meanMs, closingMeanUs / microsecondsPerMs)) return null;
  const initUs = toolNumber(lastCapture(lines, /timings in us:.*\bInit: ([0-9.e+]+)/));
  const peakMegabytes = toolNumber(lastCapture(lines, /^Overall peak memory footprint \(MB\) via periodic monitoring: ([0-9.e+]+)/));
  return {
    aggregate,
    initMs: initUs === null ? null : initUs / microsecondsPerMs,
    peakMemoryBytes: peakMegabytes === null ? null : Math.round(peakMegabytes * bytesPerMegabyte),
  };
}

/** Both are printed with six significant digits, old versions cut to whole microseconds. */
function agree(meanMs: number, closingMeanMs: number): boolean {
  return Math.abs(meanMs - closingMeanMs) <= 0.001 + 1e-4 * closingMeanMs;
}

function readAggregate(line: string): TimingAggregate | null {
  const fields = new Map([...line.matchAll(/\b(\w+)=([0-9.e+-]+)/g)].map((match) => [match[1], toolNumber(match[2])]));
  const ms = (name: string): number | null => {
    const valueUs = fields.get(name) ?? null;
    return valueUs === null ? null : valueUs / microsecondsPerMs;
  };
  const count = fields.get('count') ?? null;
  const only = count === 1 ? ms('curr') : null;
  const [minMs, maxMs, meanMs, sdMs] = [ms('min') ?? only, ms('max') ?? only, ms('avg') ?? only, ms('std') ?? (only === null ? null : 0)];
  if (count === null || count < 1 || !Number.isInteger(count) || minMs === null || maxMs === null || meanMs === null || sdMs === null) return null;
  if (meanMs <= 0 || minMs > maxMs || meanMs < minMs * 0.999 || meanMs > maxMs * 1.001) return null;
  return { count, minMs, maxMs, meanMs, sdMs, p5Ms: ms('p5'), p50Ms: ms('median'), p95Ms: ms('p95') };
}
