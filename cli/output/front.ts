import type { Front__Output } from '../../proto/generated/farm/v1/Front';
import type { FrontPoint__Output } from '../../proto/generated/farm/v1/FrontPoint';
import { formatTable } from './table';

/** One table per target, fastest first. */
export function formatFronts(fronts: readonly Front__Output[]): string {
  return fronts.map((front) => `${front.target}\n${formatFront(front)}`).join('\n\n');
}

function formatFront(front: Front__Output): string {
  if (front.points.length === 0) return '  nothing on the front yet';
  const milliseconds = (value: number): { value: number | null; decimals: number } => ({ value: value === 0 ? null : value, decimals: 3 });
  const rows = front.points.map((point) => [
    milliseconds(point.latencyMs),
    interval(point),
    milliseconds(point.latencyMsP5),
    milliseconds(point.latencyMsP95),
    { value: point.accuracy, decimals: 2 },
    { value: point.sizeBytes / 1024, decimals: 0 },
    point.architecture,
    point.deviceSerial,
    [point.trust, ...point.trustReasons.slice(0, 1)].join(': ') + (point.trustReasons.length > 1 ? ` (and ${String(point.trustReasons.length - 1)} more)` : ''),
  ]);
  return formatTable(['LATENCY MS', '95 % INTERVAL', 'P5', 'P95', 'ACCURACY %', 'SIZE KIB', 'ARCHITECTURE', 'DEVICE', 'TRUST'], rows);
}

function interval({ sessions, latencyMsLow, latencyMsHigh }: FrontPoint__Output): string {
  return sessions > 1 ? `${latencyMsLow.toFixed(3)} to ${latencyMsHigh.toFixed(3)}` : '-';
}

const csvColumns = [
  ...['target', 'architecture', 'accuracy_percent', 'latency_ms', 'latency_ms_ci95_low', 'latency_ms_ci95_high', 'sessions', 'latency_ms_p5', 'latency_ms_p95'],
  ...['size_bytes', 'trust', 'trust_reasons', 'device', 'job', 'artifact_sha256', 'reused_from_job', 'caveats'],
] as const;

/** RFC 4180, one row per point of the fronts. What is not known is empty. */
export function frontsToCsv(fronts: readonly Front__Output[]): string {
  const rows = fronts.flatMap(({ target, points }) => points.map((point) => csvRow(target, point)));
  return [csvColumns, ...rows].map((row) => row.map(csvField).join(',')).join('\r\n') + '\r\n';
}

function csvRow(target: string, point: FrontPoint__Output): string[] {
  const known = (value: number): string => (value === 0 ? '' : String(value));
  return [
    target,
    point.architecture,
    String(point.accuracy),
    String(point.latencyMs),
    ...(point.sessions > 1 ? [String(point.latencyMsLow), String(point.latencyMsHigh)] : ['', '']),
    String(point.sessions),
    known(point.latencyMsP5),
    known(point.latencyMsP95),
    String(point.sizeBytes),
    point.trust,
    point.trustReasons.join('; '),
    point.deviceSerial,
    point.jobId,
    point.artifactDigest,
    point.reusedFromJobId,
    point.caveats.join('; '),
  ];
}

function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
