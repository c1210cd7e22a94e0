import type { TimingAggregate } from '../../../common/measurement';
import { lastCapture, toolNumber } from '../tool/tool_text';

const microsecondsPerMs = 1_000;
const bytesPerMegabyte = 1024 * 1024;

interface BenchmarkModelTimings {
  readonly aggregate: TimingAggregate;
  readonly initMs: number | null;
  readonly peakMemoryBytes: number | null;
}

/**
 * The measured runs in the output of either benchmark_model; null unless it is complete. The last `count=` line, in
 * microseconds, counts only together with the closing line that repeats its mean: output that was cut after the
 * warm-up ends in a `count=` line too.
 */
export function readBenchmarkModelTimings(lines: readonly string[]): BenchmarkModelTimings | null {
  const statistics = lines.findLast((line) => /\bcount=\d/.test(line));
  const aggregate = statistics === undefined ? null : readAggregate(statistics);
  const closing = closingOf(lines);
  if (aggregate === null || closing === null || !agree(aggregate.meanMs, closing)) return null;
  return { aggregate, initMs: initMsOf(lines), peakMemoryBytes: peakMemoryBytesOf(lines) };
}

interface Closing {
  readonly meanMs: number;
  /** Half of the last digit that was printed, where it is more than a hundredth of a percent. */
  readonly toleranceMs: number;
}

/** TFLite closes in microseconds with six significant digits (old versions whole ones), LiteRT in hundredths of a millisecond. */
function closingOf(lines: readonly string[]): Closing | null {
  const us = toolNumber(
    lastCapture(
      lines,
      /^(?:Inference|Average inference) timings in us:.*(?:Inference \(avg\)|no stats|\bInference): ([0-9.e+]+)/,
    ),
  );
  if (us !== null) return { meanMs: us / microsecondsPerMs, toleranceMs: 0.001 };
  const ms = toolNumber(lastCapture(lines, /^Inference \(avg\): +([0-9.e+]+) ms\b/));
  return ms === null ? null : { meanMs: ms, toleranceMs: 0.006 };
}

function initMsOf(lines: readonly string[]): number | null {
  const us = toolNumber(lastCapture(lines, /timings in us:.*\bInit: ([0-9.e+]+)/));
  return us === null
    ? toolNumber(lastCapture(lines, /^Model initialization: +([0-9.e+]+) ms\b/))
    : us / microsecondsPerMs;
}

function peakMemoryBytesOf(lines: readonly string[]): number | null {
  const megabytes = toolNumber(
    lastCapture(
      lines,
      /^(?:Overall peak memory footprint \(MB\) via periodic monitoring|Peak memory): +([0-9.e+]+)/,
    ),
  );
  return megabytes === null ? null : Math.round(megabytes * bytesPerMegabyte);
}

function agree(meanMs: number, closing: Closing): boolean {
  return Math.abs(meanMs - closing.meanMs) <= closing.toleranceMs + 1e-4 * closing.meanMs;
}

function readAggregate(line: string): TimingAggregate | null {
  const fields = new Map(
    [...line.matchAll(/\b(\w+)=([0-9.e+-]+)/g)].map((match) => [match[1], toolNumber(match[2])]),
  );
  const ms = (name: string): number | null => {
    const valueUs = fields.get(name) ?? null;
    return valueUs === null ? null : valueUs / microsecondsPerMs;
  };
  const count = fields.get('count') ?? null;
  // One run, or many that took the same time: then it prints `curr` alone.
  const only = count === 1 || line.includes('(all same)') ? ms('curr') : null;
  const [minMs, maxMs, meanMs, sdMs] = [
    ms('min') ?? only,
    ms('max') ?? only,
    ms('avg') ?? only,
    ms('std') ?? (only === null ? null : 0),
  ];
  if (
    count === null ||
    count < 1 ||
    !Number.isInteger(count) ||
    minMs === null ||
    maxMs === null ||
    meanMs === null ||
    sdMs === null
  )
    return null;
  if (meanMs <= 0 || minMs > maxMs || meanMs < minMs * 0.999 || meanMs > maxMs * 1.001) return null;
  return {
    count,
    minMs,
    maxMs,
    meanMs,
    sdMs,
    p5Ms: ms('p5'),
    p50Ms: ms('median'),
    p95Ms: ms('p95'),
  };
}
