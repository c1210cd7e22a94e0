import { readFileSync } from 'node:fs';
import { unreachable } from '../../common/assert';
import { BadInputError } from '../../common/bad_input';
import { withYamlFields } from '../../platform/config/yaml';
import { decodeAgentMessage } from '../../proto/codec/agent_message';
import { decodeResult } from '../../proto/codec/result';
import { loadFarmServices } from '../../proto/service';
import { parseSearchSpec } from '../../search/spec/search_spec';
import { requirePossible } from '../searches/feasibility';
import { loadSearchCatalog } from '../searches/search_catalog';
import { checkModel, readModelKind } from './model_check';
import { packResult } from './packed_result';
import type { Reading, ReadingRequest } from './reading_request';
import { serveRequests } from '../../platform/threads/serve_requests';

const catalog = loadSearchCatalog();
serveRequests<ReadingRequest, Reading>(
  (request) => readOrRefuse(request),
  (reading) =>
    reading.kind === 'result' ? reading.packed.samplesMs.map(({ buffer }) => buffer) : [],
);

function readOrRefuse(request: ReadingRequest): Reading {
  try {
    return read(request);
  } catch (error) {
    if (error instanceof BadInputError) return { kind: 'refused', message: error.message };
    throw error;
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
