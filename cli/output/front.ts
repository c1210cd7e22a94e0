import type { Front__Output } from '../../proto/generated/farm/v1/Front';
import { formatTable } from './table';

/** One table per target, fastest first. */
export function formatFronts(fronts: readonly Front__Output[]): string {
  return fronts.map((front) => `${front.target}\n${formatFront(front)}`).join('\n\n');
}

function formatFront(front: Front__Output): string {
  if (front.points.length === 0) return '  nothing measured yet';
  const milliseconds = (value: number): { value: number | null; decimals: number } => ({ value: value === 0 ? null : value, decimals: 3 });
  const rows = front.points.map((point) => [
    milliseconds(point.latencyMs),
    milliseconds(point.latencyMsP5),
    milliseconds(point.latencyMsP95),
    { value: point.accuracy, decimals: 2 },
    { value: point.sizeBytes / 1024, decimals: 0 },
    point.architecture,
    point.deviceSerial,
    [...(point.reusedFromJobId === '' ? [] : [`reused from ${point.reusedFromJobId}`]), ...point.caveats].join('; '),
  ]);
  return formatTable(['LATENCY MS', 'P5', 'P95', 'ACCURACY %', 'SIZE KIB', 'ARCHITECTURE', 'DEVICE', 'CAVEATS'], rows);
}

const csvColumns = ['target', 'architecture', 'accuracy_percent', 'latency_ms', 'latency_ms_p5', 'latency_ms_p95', 'size_bytes', 'device', 'job', 'artifact_sha256', 'reused_from_job', 'caveats'] as const;

/** RFC 4180, one row per point of the front. */
export function frontToCsv(front: Front__Output): string {
  const rows = front.points.map((point) => [
    front.target,
    point.architecture,
    String(point.accuracy),
    String(point.latencyMs),
    String(point.latencyMsP5),
    String(point.latencyMsP95),
    String(point.sizeBytes),
    point.deviceSerial,
    point.jobId,
    point.artifactDigest,
    point.reusedFromJobId,
    point.caveats.join('; '),
  ]);
  return [csvColumns, ...rows].map((row) => row.map(csvField).join(',')).join('\r\n') + '\r\n';
}

function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
