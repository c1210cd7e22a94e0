import type { Heat } from '../physics/heat';
import { dumpBattery, dumpThermalService, type BatteryState, type SensorNaming } from './dumpsys';

interface AndroidServicesParts {
  readonly levelPercent: number;
  readonly batteryFrozen: boolean;
  readonly naming: SensorNaming;
  /** As it is now. */
  heat(): Heat;
}

interface ServiceAnswer {
  readonly status: number;
  readonly output: string;
}

const done: ServiceAnswer = { status: 0, output: '' };

/** A battery at room temperature, as people set it who want an app to believe in one. */
const frozenCelsius = 25;

/** The services whose readings decide whether a phone is timed, with the commands by which people make them lie. */
export class AndroidServices {
  #frozenBattery: BatteryState | undefined;
  #statusOverride: number | undefined;

  constructor(private readonly parts: AndroidServicesParts) {
    if (parts.batteryFrozen)
      this.#frozenBattery = {
        levelPercent: parts.levelPercent,
        celsius: frozenCelsius,
        plugged: true,
        frozen: true,
      };
  }

  /** `dumpsys SERVICE WORDS`; undefined if there is no such service. */
  dump(service: string, words: readonly string[]): string | undefined {
    if (service === 'thermalservice')
      return dumpThermalService(this.parts.heat(), this.parts.naming, this.#statusOverride);
    if (service !== 'battery') return undefined;
    return words.length === 0 ? dumpBattery(this.#battery()) : this.#changeBattery(words);
  }

  /** `cmd SERVICE WORDS`. */
  command(service: string, [action, value]: readonly string[]): ServiceAnswer {
    if (service !== 'thermalservice') return done;
    if (action === 'headroom') return { status: 0, output: '1.0\n' };
    if (action === 'reset') this.#statusOverride = undefined;
    if (action !== 'override-status') return done;
    if (!/^[0-6]$/.test(value ?? ''))
      return { status: 255, output: `Invalid status: ${value ?? ''}\n` };
    this.#statusOverride = Number(value);
    return done;
  }

  #battery(): BatteryState {
    return (
      this.#frozenBattery ?? {
        levelPercent: this.parts.levelPercent,
        celsius: this.parts.heat().batteryCelsius,
        plugged: true,
        frozen: false,
      }
    );
  }

  #changeBattery(words: readonly string[]): string {
    const [action, key, value] = words.filter((word) => word !== '-f');
    const frozen = { ...this.#battery(), frozen: true };
    if (action === 'reset') this.#frozenBattery = undefined;
    else if (action === 'unplug') this.#frozenBattery = { ...frozen, plugged: false };
    else if (action === 'set' && key === 'level' && /^\d{1,3}$/.test(value ?? ''))
      this.#frozenBattery = { ...frozen, levelPercent: Number(value) };
    else if (action === 'set' && key === 'temp' && /^-?\d{1,5}$/.test(value ?? ''))
      this.#frozenBattery = { ...frozen, celsius: Number(value) / 10 };
    else return 'Unknown battery command\n';
    return '';
  }
}
