import { hottestCelsius } from '../../common/device';
import type { Measurement } from '../../common/measurement';
import {
  isUncertain,
  latencyInterval,
  sessionMediansMs,
} from '../../search/study/latency_interval';
import { formatTable, type TableCell } from './table';

export interface MeasuredTarget {
  readonly target: string;
  readonly measurement: Measurement;
}

interface MeasuredFormat {
  /** With what the numbers rest on: sessions, runs, threads, temperatures. */
  readonly isWide: boolean;
}

/** One row for each measurement. */
export function formatMeasured(
  measured: readonly MeasuredTarget[],
  { isWide }: MeasuredFormat,
): string {
  const columns = [
    ...[
      'TARGET',
      'LATENCY MS',
      '95 % INTERVAL MS',
      'MIN MS',
      'P5 MS',
      'P50 MS',
      'P90 MS',
      'P95 MS',
      'MEAN MS',
      'SD MS',
      'CV %',
    ],
    ...(isWide ? ['SESSIONS', 'RUNS', 'THREADS', 'CELSIUS'] : ['RUNS']),
    ...['DEVICE', 'TOOL', 'CAVEATS'],
  ];
  return formatTable(
    columns,
    measured.map((each) => row(each, isWide)),
  );
}

function row({ target, measurement }: MeasuredTarget, isWide: boolean): TableCell[] {
  const { latencyMs, summary, conditions, sessions, betweenSessionsCv } = measurement;
  const { minMs, p5Ms, p50Ms, p90Ms, p95Ms, meanMs, sdMs, n } = summary;
  const milliseconds = (value: number | null): TableCell => ({ value, decimals: 3 });
  const count = (value: number): TableCell => ({ value, decimals: 0 });
  return [
    ...[
      target,
      milliseconds(latencyMs),
      interval(measurement),
      ...[minMs, p5Ms, p50Ms, p90Ms, p95Ms, meanMs, sdMs].map(milliseconds),
    ],
    { value: betweenSessionsCv === null ? null : 100 * betweenSessionsCv, decimals: 1 },
    ...(isWide
      ? [count(sessions.length), count(n), count(conditions.threads), celsius(measurement)]
      : [count(n)]),
    conditions.deviceKind === 'virtual'
      ? `${conditions.deviceSerial} (virtual)`
      : conditions.deviceSerial,
    `${conditions.tool} ${conditions.toolVersion ?? ''}`.trim(),
    caveatsOf(measurement).join('; '),
  ];
}

/** What speaks against a number: where it comes from, how well it is known, and what its conditions were. */
function caveatsOf(measurement: Measurement): readonly string[] {
  const { latencyMs, conditions } = measurement;
  const isTooWide = isUncertain(latencyInterval(sessionMediansMs(measurement)), latencyMs);
  return [
    ...(conditions.deviceKind === 'virtual' ? ['virtual: simulated by a cost model'] : []),
    ...(isTooWide
      ? ['known to no better than its size: the interval is wider than the latency']
      : []),
    ...conditions.caveats,
  ];
}

function interval(measurement: Measurement): string {
  const found = latencyInterval(sessionMediansMs(measurement));
  return found.kind === 'interval'
    ? `${found.lowMs.toFixed(3)} to ${found.highMs.toFixed(3)}`
    : '-';
}

function celsius({ conditions: { before, after } }: Measurement): string {
  const [first, last] = [before, after]
    .map(hottestCelsius)
    .map((each) => (each === null ? '-' : each.toFixed(0)));
  return first === last ? String(first) : `${String(first)} to ${String(last)}`;
}
