import { createRandom } from '../../common/random';
import { parseTarget } from '../../common/target';
import type { SearchSpec } from '../../search/spec/search_spec';
import type { StudyEffect } from '../../search/study/effect';
import type { StudyEvent } from '../../search/study/event';
import { sampleSpec } from '../search/study/sample_study';

const targetNames = ['sm8550/tflite/cpu/int8', 'sm8550/tflite/npu/int8'] as const;

/** What a search is about, drawn from a seed. */
export function drawSpec(seed: string): SearchSpec {
  const random = createRandom(seed);
  const pick = <Item>(items: readonly Item[]): Item => items[random.below(items.length)]!;
  const budget = { measurements: 2 + random.below(5) };
  const targets = pick([targetNames.slice(0, 1), targetNames.slice(1), targetNames]);
  const isFleet = targets.length > 1 && random.next() < 0.5;
  return {
    ...sampleSpec({ confirm: { rounds: random.below(2) } }),
    isBudgetShared: false,
    front: isFleet ? { kind: 'worst' } : { kind: 'each' },
    targets: targets.map((name) => ({
      ...{ name, target: parseTarget(name), constraints: {}, budget },
      concurrency: 1 + random.below(3),
    })),
  };
}

/** A function of model and target alone: 1 to 2 ms. */
export function latencyOf(architecture: string, target: string): number {
  return 1 + createRandom(`${architecture} on ${target}`).next();
}

export function accuracyOf(architecture: string): number {
  return 50 + 40 * createRandom(`accuracy of ${architecture}`).next();
}

/** Some networks cannot be built, and some run nowhere. */
export function buildOf({
  target,
  architecture,
}: Extract<StudyEffect, { readonly kind: 'build' }>): StudyEvent {
  const chance = createRandom(`model of ${architecture}`).next();
  if (chance < 0.1) return { kind: 'build-failed', target, architecture, message: 'no memory' };
  const digest = `${chance < 0.2 ? 'refused' : 'sound'}-${architecture}`;
  const artifact = { digest, sizeBytes: 1, format: 'onnx' as const };
  return {
    kind: 'built',
    ...{ target, architecture },
    build: { artifact, macs: 1, parameters: 1, peakActivationBytes: 1 },
  };
}
