import type { BlockSpec } from '../../../../common/block_spec';
import { loadSpace } from '../../../../model/space/load_space';

/** The blocks of a shipped space, each structure once and narrow: every pair of two settings' values is in one of them at least. */
export function structuresOf(space: string): readonly BlockSpec[] {
  const specs = new Map<string, BlockSpec>();
  for (const choices of loadSpace(space).blockChoices?.() ?? [])
    for (const { spec } of choices) {
      const small = narrowed(spec);
      specs.set(JSON.stringify(small), small);
    }
  return covering([...specs.values()]);
}

/** What of a block is no matter of its structure goes: wide tensors, and cells beyond the second, which are as the second is. */
function narrowed(spec: BlockSpec): BlockSpec {
  const depth = Math.min(spec.depth, 2);
  return spec.kind === 'transformer'
    ? { ...spec, depth, tokenWidth: 12, embedding: (spec.embedding * 12) / spec.tokenWidth }
    : {
        ...spec,
        depth,
        inputChannels: spec.inputChannels === spec.outputChannels ? 16 : 12,
        outputChannels: 16,
        rectifiedInput: false,
      };
}

function covering(specs: readonly BlockSpec[]): readonly BlockSpec[] {
  const missing = new Set(specs.flatMap(pairsOf));
  const chosen: BlockSpec[] = [];
  while (missing.size > 0) {
    const news = specs.map((spec) => pairsOf(spec).filter((pair) => missing.has(pair)).length);
    const best = specs[news.indexOf(Math.max(...news))];
    if (best === undefined) break;
    chosen.push(best);
    for (const pair of pairsOf(best)) missing.delete(pair);
  }
  return chosen;
}

function pairsOf(spec: BlockSpec): readonly string[] {
  const settings = Object.entries(spec).map(([name, value]) => `${name}=${String(value)}`);
  return settings.flatMap((one, index) =>
    settings.slice(index + 1).map((other) => `${one} ${other}`),
  );
}
