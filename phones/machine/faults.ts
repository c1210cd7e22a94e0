/** What can go wrong on demand. Those of the cable and of power act at once; those of a tool meet its next start. */
export const toolFaults = ['hang', 'crash', 'garbage'] as const;
export type ToolFault = (typeof toolFaults)[number];

/**
 * What can be wrong with a phone's tools, for as long as nobody mends them: libraries of the DSP that are not there,
 * libraries of several releases, a phone without the accelerator, a DSP that takes every model and fails in running it,
 * binaries that are too old for the flags they get.
 */
export const toolDefects = [
  'no-dsp-libraries',
  'mixed-libraries',
  'no-accelerator',
  'dsp-fails',
  'old-tools',
] as const;
export type ToolDefect = (typeof toolDefects)[number];

export type PhoneFault =
  /** The cable is out; with `replugAfterMs` (of real time) it comes back. */
  | { readonly kind: 'unplug'; readonly replugAfterMs?: number | undefined }
  | { readonly kind: 'replug' }
  /** Gone for `downMs` of real time; processes die, files stay. */
  | { readonly kind: 'reboot'; readonly downMs?: number | undefined }
  /** Each 64 KiB frame of a push waits this long, in real time; 0 ends it. */
  | { readonly kind: 'slow-push'; readonly frameDelayMs: number }
  /** Nothing more can be stored, until `disk-free`. */
  | { readonly kind: 'disk-full' }
  | { readonly kind: 'disk-free' }
  /** The phone's tools have a defect, until `tools-mended`. */
  | { readonly kind: ToolDefect }
  | { readonly kind: 'tools-mended' }
  /** The next `times` tool starts (1) never end, die with a segmentation fault, or print garbage. */
  | { readonly kind: ToolFault; readonly times?: number | undefined };

/** Longer waits and more repetitions than any test needs; a number in a file must not reach a timer unbounded. */
export const largestFaultNumber = 3_600_000;

/** Reads `KIND [NUMBER]` as it is written into the fault file, for example `hang 2` or `unplug 3000`. */
export function parseFault(text: string): PhoneFault | undefined {
  const match = /^([a-z-]+)(?:\s+(\d{1,7}))?$/.exec(text.trim());
  const number =
    match?.[2] === undefined ? undefined : Math.min(Number(match[2]), largestFaultNumber);
  switch (match?.[1]) {
    case 'unplug':
      return { kind: 'unplug', replugAfterMs: number };
    case 'reboot':
      return { kind: 'reboot', downMs: number };
    case 'slow-push':
      return { kind: 'slow-push', frameDelayMs: number ?? 0 };
    case 'replug':
    case 'disk-full':
    case 'disk-free':
    case 'tools-mended':
    case 'no-dsp-libraries':
    case 'mixed-libraries':
    case 'no-accelerator':
    case 'dsp-fails':
    case 'old-tools':
      return { kind: match[1] };
    case 'hang':
    case 'crash':
    case 'garbage':
      return { kind: match[1], times: number };
    default:
      return undefined;
  }
}
