import { inferShapes } from '../onnx/shapes/shape_inference';
import type { Graph } from '../onnx/graph';
import { writeReferringOnnx } from '../onnx/write';
import { piecesOf, type Piece } from './pieces';
import {
  createSession,
  type FloatTensor,
  type InferenceSession,
  type SessionTuning,
} from './session';

/** ONNX Runtime takes the square of their number to load nodes: 10,000 of them, quantized, half a minute. In pieces of so many it is the sum. */
const nodesAtOnce = 1000;

/** A graph ready to be run; one of thousands of nodes piece by piece, with what stands between pieces kept in memory. */
export async function createGraphSession(
  graph: Graph,
  tuning?: SessionTuning,
): Promise<InferenceSession> {
  const pieces = graph.nodes.length > nodesAtOnce ? split(graph) : [{ graph, finished: [] }];
  const sessions: InferenceSession[] = [];
  const release = async (): Promise<void> => {
    for (const session of sessions) await session.release();
  };
  try {
    for (const piece of pieces)
      sessions.push(await createSession(writeReferringOnnx(piece.graph), tuning));
  } catch (error) {
    await release();
    throw error;
  }
  const [whole] = sessions;
  if (whole !== undefined && sessions.length === 1) return whole;
  const outputNames = graph.outputs.map((output) => output.name);
  return {
    inputNames: graph.inputs.map((input) => input.name),
    outputNames,
    run: (inputs) => runPieces(pieces, sessions, { inputs, outputNames }),
    release,
  };
}

function split(graph: Graph): readonly Piece[] {
  const types = inferShapes(graph);
  return types.ok ? piecesOf(graph, types.value, nodesAtOnce) : [{ graph, finished: [] }];
}

interface Run {
  readonly inputs: ReadonlyMap<string, FloatTensor>;
  readonly outputNames: readonly string[];
}

async function runPieces(
  pieces: readonly Piece[],
  sessions: readonly InferenceSession[],
  { inputs, outputNames }: Run,
): Promise<ReadonlyMap<string, FloatTensor>> {
  const known = new Map(inputs);
  const pick = (names: readonly string[]): ReadonlyMap<string, FloatTensor> =>
    new Map(
      names.flatMap((name) => {
        const tensor = known.get(name);
        return tensor === undefined ? [] : [[name, tensor] as const];
      }),
    );
  for (const [index, session] of sessions.entries()) {
    for (const [name, tensor] of await session.run(pick(session.inputNames)))
      known.set(name, tensor);
    for (const name of pieces[index]?.finished ?? []) known.delete(name);
  }
  return pick(outputNames);
}
