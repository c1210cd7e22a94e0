import { sampleArchitecture } from '../../model/space/genotype';
import { createRandom } from '../../common/random';
import { createTensorCache } from '../../model/block/tensor_cache';
import type { Graph } from '../../model/onnx/graph';
import { quantizeGraph } from '../../model/quantize/quantize';
import { shippedSpaceNames, shippedSpaceText } from '../../model/space/load_space';
import { createSpaceOfYaml } from '../../model/space/create_space';
import { createReference } from '../../model/zoo/reference';
import { referenceNames } from '../../model/zoo/reference_spec';

/** A float network that users can have without a file of their own. */
export interface ShippedNetwork {
  /** `references`, or the space that it is of. */
  readonly group: string;
  readonly name: string;
  readonly build: () => Graph;
}

/** Shared blocks of one space keep their weights. */
const cachedWeightBytes = 200e6;

export function shippedReferences(): readonly ShippedNetwork[] {
  return referenceNames.map((name) => ({
    group: 'references',
    name,
    build: () => createReference(name),
  }));
}

/** Random architectures of a shipped space; equal seeds give the same. Images are smaller than the space's where `largestImage` is. */
export function randomArchitectures(
  spaceName: string,
  count: number,
  seed: string,
  largestImage = Infinity,
): readonly ShippedNetwork[] {
  const yaml = shippedSpaceText(spaceName).replace(
    /^imageSize: (\d+)$/m,
    (_, size: string) => `imageSize: ${String(Math.min(Number(size), largestImage))}`,
  );
  const space = createSpaceOfYaml(yaml, spaceName);
  const random = createRandom(`${seed}/${spaceName}`);
  const cache = createTensorCache(cachedWeightBytes);
  return Array.from({ length: count }, () => sampleArchitecture(space, random)).map(
    (architecture) => ({
      group: spaceName,
      name: architecture,
      build: () => space.build(architecture, { seed: 1, cache }),
    }),
  );
}

export function shippedNetworks(perSpace: number, seed: string): readonly ShippedNetwork[] {
  return [
    ...shippedReferences(),
    ...shippedSpaceNames().flatMap((name) => randomArchitectures(name, perSpace, seed)),
  ];
}

/** The int8 QDQ graph, calibrated on drawn images. */
export function quantized(graph: Graph): Promise<Graph> {
  return quantizeGraph(graph, { kind: 'generated', seed: 1, samples: 4 });
}
