import { readFileSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import { assert, unreachable } from '../../common/assert';
import { BadInputError } from '../../common/bad_input';
import { withYamlFields } from '../../platform/config/yaml';
import { decodeAgentMessage } from '../../proto/codec/agent_message';
import { decodeResult } from '../../proto/codec/result';
import { loadFarmServices } from '../../proto/service';
import { parseSearchSpec } from '../../search/spec';
import { requirePossible } from '../searches/feasibility';
import { loadSearchCatalog } from '../searches/search_catalog';
import { checkModel, readModelKind } from './model_check';
import { packResult } from './packed_result';
import type { Reading, ReadingReply, ReadingRequest } from './reading_request';
import { giveWayToEventLoop } from '../../platform/threads/give_way';

const port = parentPort;
assert(port !== null, 'the reader runs as a worker thread');
giveWayToEventLoop();
const catalog = loadSearchCatalog();
port.on('message', (request: ReadingRequest) => {
  const reply = answer(request);
  const samples = reply.ok && reply.value.kind === 'result' ? reply.value.packed.samplesMs : [];
  port.postMessage(
    reply,
    samples.map(({ buffer }) => buffer),
  );
});

function answer(request: ReadingRequest): ReadingReply {
  try {
    return { ok: true, value: read(request) };
  } catch (error) {
    if (error instanceof BadInputError)
      return { ok: true, value: { kind: 'refused', message: error.message } };
    return { ok: false, message: (error as Error).message };
  }
}

function readResult(bytes: Uint8Array): Reading {
  const decoded = decodeResult(bytes);
  return decoded.ok
    ? { kind: 'result', packed: packResult(decoded.value) }
    : { kind: 'refused', message: decoded.error };
}

/** An agent says something large once, when it comes: nothing is kept for it. */
function readAgentMessage(bytes: Uint8Array): Reading {
  const decoded = decodeAgentMessage(
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
    loadFarmServices(),
  );
  return decoded.ok
    ? { kind: 'agent-message', message: decoded.value }
    : { kind: 'refused', message: decoded.error };
}

function read(request: ReadingRequest): Reading {
  switch (request.kind) {
    case 'spec':
      return { kind: 'spec', spec: parseSearchSpec(request.specYaml, request.source) };
    case 'possible':
      requirePossible(request.spec, catalog, request.source);
      return { kind: 'fine' };
    case 'fields':
      return { kind: 'text', text: withYamlFields(request.yaml, request.fields) };
    case 'result':
      return readResult(request.bytes);
    case 'agent-message':
      return readAgentMessage(request.bytes);
    case 'model-kind':
      return { kind: 'model-kind', model: readModelKind(readFileSync(request.file)) };
    case 'model':
      checkModel(readFileSync(request.file), request.format);
      return { kind: 'fine' };
    default:
      return unreachable(request);
  }
}
