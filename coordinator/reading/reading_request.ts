import type { ModelFormat } from '../../common/artifact';
import type { ModelKind } from '../dispatch/model_kinds';
import type { AgentMessage } from '../../proto/codec/agent_message';
import type { SearchSpec } from '../../search/spec/search_spec';
import type { PackedResult } from './packed_result';

/** What came from outside and is to be read, with all that reading it needs. */
export type ReadingRequest =
  | { readonly kind: 'spec'; readonly specYaml: string; readonly source: string }
  | { readonly kind: 'possible'; readonly spec: SearchSpec; readonly source: string }
  | {
      readonly kind: 'fields';
      readonly yaml: string;
      readonly fields: Readonly<Record<string, unknown>>;
    }
  | { readonly kind: 'result'; readonly bytes: Uint8Array }
  | { readonly kind: 'agent-message'; readonly bytes: Uint8Array }
  | { readonly kind: 'model-kind'; readonly file: string }
  | { readonly kind: 'model'; readonly file: string; readonly format: ModelFormat };

/** `refused`: the sender's mistake, in one line. */
export type Reading =
  | { readonly kind: 'spec'; readonly spec: SearchSpec }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'model-kind'; readonly model: ModelKind }
  | { readonly kind: 'result'; readonly packed: PackedResult }
  | { readonly kind: 'agent-message'; readonly message: AgentMessage }
  | { readonly kind: 'fine' }
  | { readonly kind: 'refused'; readonly message: string };
