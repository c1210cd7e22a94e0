import { farmFault, type FarmFault, type FarmFaultCode } from '../../../common/fault';

/** What to do about a fault of the tools, for the end of its message. */
const remedies: Partial<Record<FarmFaultCode, string>> = {
  'storage-full': 'free space on the phone',
  'transfer-failed': 'the phone lost the file; it is pushed again',
  'tool-missing':
    "push what is missing, or what cannot be loaded there: tools: in the agent's YAML (docs/phones.md)",
  'tool-mismatched':
    'take binary and libraries from one release that fits this phone (docs/phones.md)',
  'flag-unknown':
    'the binary is too old for this, or built without it: use a newer or fuller build (docs/phones.md)',
  'accelerator-missing': 'this phone lacks that accelerator: measure on another unit or phone',
  'accelerator-failed':
    'the accelerator had taken the model: restart the phone, then check its libraries',
  'tool-failed': 'the cause is unknown: run the command by hand on the phone (docs/phones.md)',
};

/** Longest words of a tool before a remedy, so that the remedy is never cut off. */
const longestWords = 330;

/** A fault with the tool's own words and what to do. */
export function toolFault(code: FarmFaultCode, words: string): FarmFault {
  const remedy = remedies[code];
  return farmFault(
    code,
    remedy === undefined ? words : `${words.slice(0, longestWords)}; ${remedy}`,
  );
}
