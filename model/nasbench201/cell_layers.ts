import { assert } from '../../common/assert';
import type { Cell } from './cell';
import { addAveragePool, addReluConvNorm, type LayerSink } from './layers';
import { added, type CellSignal } from './signal';
import { liveEdges, type LiveEdge } from './topology';

const outputNode = 3;

/** One cell: each node is the sum of its live edges' results. */
export function addCell(
  sink: LayerSink,
  cell: Cell,
  place: { readonly name: string; readonly input: CellSignal },
): CellSignal {
  const edges = liveEdges(cell);
  const relus = new Map<string, string>();
  const nodes: (CellSignal | undefined)[] = [place.input];
  for (let node = 1; node <= outputNode; node += 1) {
    const results = edges
      .filter((edge) => edge.to === node)
      .map((edge) => {
        const source = nodes[edge.from];
        assert(source !== undefined, 'a live edge starts at a node that has input');
        return edgeResult(sink, edge, {
          source,
          relus,
          name: `${place.name}.edge${edge.from}${node}`,
        });
      });
    nodes[node] = sum(sink, `${place.name}.node${node}`, results);
  }
  const output = nodes[outputNode];
  assert(output !== undefined, 'a connected cell has an output');
  return output;
}

interface EdgePlace {
  readonly source: CellSignal;
  readonly relus: Map<string, string>;
  readonly name: string;
}

function edgeResult(
  sink: LayerSink,
  edge: LiveEdge,
  { source, relus, name }: EdgePlace,
): CellSignal {
  switch (edge.operation) {
    case 'skip_connect':
      return source;
    case 'avg_pool_3x3':
      return addAveragePool(sink, `${name}.pool`, { input: source, size: 3 });
    case 'nor_conv_1x1':
      return addReluConvNorm(sink, relus, {
        name,
        input: source,
        channels: source.channels,
        kernel: 1,
        stride: 1,
      });
    case 'nor_conv_3x3':
      return addReluConvNorm(sink, relus, {
        name,
        input: source,
        channels: source.channels,
        kernel: 3,
        stride: 1,
      });
  }
}

/** Additions of two: ONNX's Sum has no 8-bit kernel in ONNX Runtime. */
function sum(
  { builder }: LayerSink,
  name: string,
  results: readonly CellSignal[],
): CellSignal | undefined {
  const [first, ...rest] = results;
  return rest.reduce<CellSignal | undefined>((total, result, index) => {
    if (total === undefined) return undefined;
    const tensor = builder.node(index === rest.length - 1 ? name : `${name}.partial`, 'Add', [
      total.tensor,
      result.tensor,
    ]);
    return added(total, result, tensor);
  }, first);
}
