/** What can go wrong on demand. Those of the cable and of power act at once; those of a tool meet its next start. */
export const toolFaults = ['hang', 'crash', 'garbage'] as const;
export type ToolFault = (typeof toolFaults)[number];

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
  /** The next `times` tool starts (1) never end, die with a segmentation fault, or print garbage. */
  | { readonly kind: ToolFault; readonly times?: number | undefined };

/** Longer waits and more repetitions than any test needs; a number in a file must not reach a timer unbounded. */
export const largestFaultNumber = 3_600_000;

/** Reads `KIND [NUMBER]` as it is written into the fault file, for example `hang 2` or `unplug 3000`. */
export function parseFault(text: string): PhoneFault | undefined {
  const match = /^([a-z-]+)(?:\s+(\d{1,7}))?$/.exec(text.trim());
  const number = match?.[2] === undefined ? undefined : Math.min(Number(match[2]), largestFaultNumber);
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
      return { kind: match[1] };
    case 'hang':
    case 'crash':
    case 'garbage':
      return { kind: match[1], times: number };
    default:
      return undefined;
  }
}
