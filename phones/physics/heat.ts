const heatedUnits = ['cpu', 'gpu', 'npu'] as const;
export type HeatedUnit = (typeof heatedUnits)[number];

/** First-order responses, in the order of what phone makers publish; good for gating and drift, not for design. */
const ambientCelsius = 25;
const skin = { celsiusPerWatt: 5.5, timeConstantMs: 180_000 };
const junction: Readonly<
  Record<HeatedUnit, { readonly celsiusPerWatt: number; readonly timeConstantMs: number }>
> = {
  cpu: { celsiusPerWatt: 8, timeConstantMs: 8_000 },
  gpu: { celsiusPerWatt: 6, timeConstantMs: 8_000 },
  npu: { celsiusPerWatt: 6, timeConstantMs: 6_000 },
};
/** A phone with its screen on and adb running. */
const idleWatts = 0.5;
/** Skin temperature from which clocks sink, how fast, and where they stop. */
const throttling = { fromCelsius: 40, perCelsius: 0.05, lowest: 0.5 };
/** Skin temperatures of Android's status 1 (light) to 6 (shutdown). */
const statusCelsius = [40, 43, 46, 50, 55, 60];
const battery = { celsiusPerSkinCelsius: 0.8, timeConstantMs: 600_000 };

export interface Load {
  readonly unit: HeatedUnit;
  readonly watts: number;
}

/** The temperatures of one phone, brought up to date only when somebody looks. */
export class Heat {
  #atMs: number;
  #skinCelsius = ambientCelsius + idleWatts * skin.celsiusPerWatt;
  #batteryCelsius = ambientCelsius + idleWatts * skin.celsiusPerWatt;
  readonly #unitCelsius: Record<HeatedUnit, number>;

  constructor(nowMs: number) {
    this.#atMs = nowMs;
    this.#unitCelsius = { cpu: this.#skinCelsius, gpu: this.#skinCelsius, npu: this.#skinCelsius };
  }

  /** Lets the time until `nowMs` pass under `load`, or idle. Time that has passed already is left alone. */
  advance(nowMs: number, load?: Load): void {
    const elapsedMs = nowMs - this.#atMs;
    if (elapsedMs <= 0) return;
    this.#atMs = nowMs;
    const watts = idleWatts + (load?.watts ?? 0);
    this.#skinCelsius = approach(
      this.#skinCelsius,
      ambientCelsius + watts * skin.celsiusPerWatt,
      elapsedMs / skin.timeConstantMs,
    );
    this.#batteryCelsius = approach(
      this.#batteryCelsius,
      ambientCelsius + (this.#skinCelsius - ambientCelsius) * battery.celsiusPerSkinCelsius,
      elapsedMs / battery.timeConstantMs,
    );
    for (const unit of heatedUnits) {
      const { celsiusPerWatt, timeConstantMs } = junction[unit];
      const own = load?.unit === unit ? load.watts : 0;
      this.#unitCelsius[unit] = approach(
        this.#unitCelsius[unit],
        this.#skinCelsius + own * celsiusPerWatt,
        elapsedMs / timeConstantMs,
      );
    }
  }

  /** 1 when cool; runs take 1 / factor as long. */
  get throttlingFactor(): number {
    return Math.min(
      1,
      Math.max(
        throttling.lowest,
        1 - (this.#skinCelsius - throttling.fromCelsius) * throttling.perCelsius,
      ),
    );
  }

  /** Android's 0 NONE to 6 SHUTDOWN. */
  get status(): number {
    return statusCelsius.filter((celsius) => this.#skinCelsius >= celsius).length;
  }

  get skinCelsius(): number {
    return this.#skinCelsius;
  }

  get batteryCelsius(): number {
    return this.#batteryCelsius;
  }

  unitCelsius(unit: HeatedUnit): number {
    return this.#unitCelsius[unit];
  }
}

function approach(from: number, to: number, timeConstants: number): number {
  return to + (from - to) * Math.exp(-timeConstants);
}
