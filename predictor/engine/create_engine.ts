import type { TrainingEngine, NetworkPart } from './engine';
import type { Backend } from './open_backend';
import { readGraph } from './network/read_graph';
import { readLayers } from './network/read_layers';
import { createTrainableNetwork } from './network/trainable_network';

/** An engine on this process's backend. */
export function createEngine({ kind, reason, memory, kernels }: Backend): TrainingEngine {
  return {
    kind,
    reason,
    memory,
    createNetwork: (parts) => createTrainableNetwork(parts.map(readPart), kernels),
  };
}

function readPart(part: NetworkPart): ReturnType<typeof readLayers> {
  return part.kind === 'layers' ? readLayers(part) : readGraph(part);
}
