interface BatteryReport {
  readonly percent: number | null;
  readonly celsius: number | null;
  /** The service was told to stop reading and says what it was told. */
  readonly frozen: boolean;
}

/**
 * Reads `dumpsys battery`. The level is in parts of `scale` (not always 100), the temperature in tenths of a degree.
 * Total: what is not there is null.
 */
export function parseBattery(text: string): BatteryReport {
  const level = field(text, 'level');
  const scale = field(text, 'scale') ?? 100;
  const tenths = field(text, 'temperature');
  const percent = level === null || scale <= 0 ? null : (level * 100) / scale;
  return {
    percent: percent !== null && percent >= 0 && percent <= 100 ? percent : null,
    celsius: tenths === null ? null : celsiusOf(tenths),
    frozen: /^[ \t]*\(UPDATES STOPPED\b/m.test(text),
  };
}

/** Tenths of a degree; a few makers give thousandths. What no battery survives is no reading. */
function celsiusOf(tenths: number): number | null {
  const celsius = Math.abs(tenths) >= 10_000 ? tenths / 1000 : tenths / 10;
  return celsius > -40 && celsius < 120 ? celsius : null;
}

function field(text: string, name: string): number | null {
  const match = new RegExp(`^[ \\t]*${name}: (-?\\d{1,9})[ \\t]*\\r?$`, 'm').exec(text);
  return match === null ? null : Number(match[1]);
}
