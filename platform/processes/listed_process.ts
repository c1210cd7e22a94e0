import { residentBytesOf } from './resident_bytes';

/** One worker process, for an operator to see. */
export interface ListedProcess {
  /** What it works for. */
  readonly name: string;
  readonly pid: number;
  readonly isBusy: boolean;
  /** Undefined where the system does not tell. */
  readonly residentBytes: number | undefined;
  /** What its heap may grow to; buffers come on top. */
  readonly largestHeapBytes: number;
}

/** The process as it is now; none where there is no process. */
export function listed(
  pid: number | undefined,
  {
    largestHeapMb,
    ...known
  }: Pick<ListedProcess, 'name' | 'isBusy'> & { readonly largestHeapMb: number },
): readonly ListedProcess[] {
  if (pid === undefined) return [];
  return [
    {
      ...known,
      pid,
      residentBytes: residentBytesOf(pid),
      largestHeapBytes: largestHeapMb * 2 ** 20,
    },
  ];
}
