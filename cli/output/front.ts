import type { ListedFront, ListedPoint } from '../../proto/codec/front';
import { shortHash } from '../../model/space/network_space';
import { describeStatement } from './accuracy_statement';
import { formatTable, type TableCell } from './table';

interface FrontFormat {
  /** With what the numbers rest on: sessions, runs, threads, temperatures. */
  readonly isWide: boolean;
}

/** One table per target, fastest first, and what its accuracies are. */
export function formatFronts(fronts: readonly ListedFront[], format: FrontFormat): string {
  return fronts
    .map((front) => [heading(front), ...formatFront(front, format)].join('\n'))
    .join('\n\n');
}

function heading({ target, points, uncertain }: ListedFront): string {
  const isVirtual = [...points, ...uncertain].some(({ deviceKind }) => deviceKind === 'virtual');
  return isVirtual ? `${target}  (virtual: simulated by a cost model)` : target;
}

function formatFront(front: ListedFront, { isWide }: FrontFormat): string[] {
  const { points, uncertain } = front;
  const table =
    points.length === 0
      ? '  nothing on the front yet'
      : formatTable(
          headings(isWide),
          points.map((point) => row(point, isWide)),
        );
  const statement = points.length + uncertain.length === 0 ? [] : [describeStatement(front)];
  return [table, ...uncertain.map(describeUncertain), ...statement];
}

function headings(isWide: boolean): string[] {
  return [
    ...['LATENCY MS', '95 % INTERVAL MS', 'P5 MS', 'P95 MS'],
    ...(isWide ? ['SESSIONS', 'RUNS', 'THREADS', 'CELSIUS'] : []),
    ...['ACCURACY %', 'SIZE KIB', 'HASH', 'ARCHITECTURE', 'DEVICE', 'TRUST'],
  ];
}

function row(point: ListedPoint, isWide: boolean): TableCell[] {
  const milliseconds = (value: number | null): TableCell => ({ value, decimals: 3 });
  const count = (value: number): TableCell => ({ value, decimals: 0 });
  const [reason, ...others] = point.trustReasons;
  const trust = [point.trust, ...(reason === undefined ? [] : [reason])].join(': ');
  return [
    ...[
      milliseconds(point.latencyMs),
      interval(point),
      milliseconds(point.latencyMsP5),
      milliseconds(point.latencyMsP95),
    ],
    ...(isWide
      ? [count(point.sessions), count(point.runs), count(point.threads), celsius(point)]
      : []),
    ...[
      { value: point.accuracy, decimals: 2 },
      { value: point.sizeBytes / 1024, decimals: 0 },
    ],
    ...[shortHash(point.hash), point.architecture, point.deviceSerial],
    others.length === 0 ? trust : `${trust} (and ${String(others.length)} more)`,
  ];
}

function interval({ latencyMsLow, latencyMsHigh }: ListedPoint): string {
  return latencyMsLow === null || latencyMsHigh === null
    ? '-'
    : `${latencyMsLow.toFixed(3)} to ${latencyMsHigh.toFixed(3)}`;
}

function celsius({ celsiusLow, celsiusHigh }: ListedPoint): string {
  if (celsiusLow === null || celsiusHigh === null) return '-';
  const [low, high] = [celsiusLow.toFixed(0), celsiusHigh.toFixed(0)];
  return low === high ? low : `${low} to ${high}`;
}

function describeUncertain(point: ListedPoint): string {
  const { latencyMs, accuracy, hash } = point;
  return `not on the front: ${shortHash(hash)}, ${accuracy.toFixed(2)} %, is known to no better than its size (${latencyMs.toFixed(3)} ms, interval ${interval(point)})`;
}

const csvColumns = [
  ...[
    'target',
    'architecture',
    'accuracy_percent',
    'latency_ms',
    'latency_ms_ci95_low',
    'latency_ms_ci95_high',
    'sessions',
    'latency_ms_p5',
    'latency_ms_p95',
  ],
  ...[
    'size_bytes',
    'trust',
    'trust_reasons',
    'device',
    'job',
    'artifact_sha256',
    'reused_from_job',
    'caveats',
  ],
  ...[
    'hash',
    'device_kind',
    'runs',
    'threads',
    'celsius_low',
    'celsius_high',
    'accuracy_source',
    'weights',
  ],
] as const;

/** RFC 4180, one row per point of the fronts. What is not known is empty. */
export function frontsToCsv(fronts: readonly ListedFront[]): string {
  const rows = fronts.flatMap((front) => front.points.map((point) => csvRow(front, point)));
  return [csvColumns, ...rows].map((row) => row.map(csvField).join(',')).join('\r\n') + '\r\n';
}

function csvRow({ target, accuracySource, weights }: ListedFront, point: ListedPoint): string[] {
  const known = (value: number | null): string => (value === null ? '' : String(value));
  return [
    target,
    point.architecture,
    String(point.accuracy),
    String(point.latencyMs),
    ...[known(point.latencyMsLow), known(point.latencyMsHigh)],
    String(point.sessions),
    known(point.latencyMsP5),
    known(point.latencyMsP95),
    String(point.sizeBytes),
    point.trust,
    point.trustReasons.join('; '),
    point.deviceSerial,
    point.jobId,
    point.artifactDigest,
    point.reusedFromJobId ?? '',
    point.caveats.join('; '),
    ...[point.hash, point.deviceKind, String(point.runs), String(point.threads)],
    ...[known(point.celsiusLow), known(point.celsiusHigh), accuracySource, weights],
  ];
}

function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
