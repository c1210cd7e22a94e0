import { posix } from 'node:path';
import type { Random } from '../common/random';
import type { LatencySource } from './machine/latency_source';
import type { ToolDefect, ToolFault } from './machine/faults';
import { readModel } from './cost_model/model_reader';
import type { Heat, HeatedUnit, Load } from './physics/heat';
import { runFactors } from './physics/noise';
import type { ContentStore } from './system/content_store';
import type { FileSystem } from './system/file_system';
import type { VirtualClock } from './system/virtual_clock';
import type { InspectedModel, Machine, RunPlacement, LatencyPrediction } from './machine/machine';

interface MachineParts {
  readonly files: FileSystem;
  readonly clock: VirtualClock;
  readonly heat: Heat;
  readonly random: Random;
  readonly speedFactor: number;
  readonly soc: string;
  readonly latencies: LatencySource;
  readonly contents: ContentStore;
  readonly takeFault: () => ToolFault | undefined;
  readonly defect: () => ToolDefect | undefined;
}

/** A phone's hardware as its benchmark tools meet it: the model's latency, times chance, over heat. */
export class PhoneMachine implements Machine {
  readonly #parts: MachineParts;
  #sessions = 0;

  constructor(parts: MachineParts) {
    this.#parts = parts;
  }

  readFile(path: string): Buffer | undefined {
    const content = this.#parts.files.read(path);
    return content.ok ? content.value : undefined;
  }

  appendFile(path: string, text: string): boolean {
    const old = this.readFile(path) ?? Buffer.alloc(0);
    return this.#parts.files.write(path, Buffer.concat([old, Buffer.from(text)])).ok;
  }

  freeBytes(): number {
    return this.#parts.files.freeBytes;
  }

  inspect(bytes: Buffer): InspectedModel | string {
    return readModel(bytes);
  }

  predict(
    path: string,
    bytes: Buffer,
    model: InspectedModel,
    placement: RunPlacement,
  ): LatencyPrediction {
    const { soc, contents, latencies } = this.#parts;
    const digest = contents.digest(bytes);
    const prediction = latencies({
      soc,
      digest,
      modelPath: posix.basename(path),
      model,
      placement,
    });
    const isRefused = placement.quantizedOnly && model.precision.startsWith('float');
    return isRefused ? { ...prediction, delegated: 0, partitions: 0 } : prediction;
  }

  *timeRuns(prediction: LatencyPrediction, placement: RunPlacement): Generator<number, never> {
    const { heat, clock, random, speedFactor } = this.#parts;
    this.#sessions += 1;
    const factors = runFactors(random.derive(`session ${this.#sessions}`));
    let atMs = clock.nowMs();
    heat.advance(atMs);
    for (;;) {
      const sampleMs =
        (prediction.latencyMs * speedFactor * factors.next().value) / heat.throttlingFactor;
      atMs += sampleMs;
      heat.advance(atMs, loadOf(placement));
      yield sampleMs;
    }
  }

  wait(durationMs: number, killed: AbortSignal): Promise<void> {
    return this.#parts.clock.sleep(durationMs, killed);
  }

  takeFault(): ToolFault | undefined {
    return this.#parts.takeFault();
  }

  defect(): ToolDefect | undefined {
    return this.#parts.defect();
  }
}

/** One big core at full clock, and what each more adds. */
const cpuWatts = { firstThread: 2.2, eachFurther: 0.9, most: 7 };
const unitWatts = { gpu: 3.5, npu: 1.8 };

function loadOf(placement: RunPlacement): Load {
  const unit: HeatedUnit =
    placement.unit === 'cpu' || placement.unit === 'cpu-xnnpack'
      ? 'cpu'
      : placement.unit === 'gpu'
        ? 'gpu'
        : 'npu';
  if (unit !== 'cpu') return { unit, watts: unitWatts[unit] };
  return {
    unit,
    watts: Math.min(
      cpuWatts.most,
      cpuWatts.firstThread + cpuWatts.eachFurther * (placement.threads - 1),
    ),
  };
}
