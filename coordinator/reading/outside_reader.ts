import { join } from 'node:path';
import type { ModelFormat } from '../../common/artifact';
import { assert } from '../../common/assert';
import { BadInputError } from '../../common/bad_input';
import type { JobResult } from '../../common/job';
import { oneLine } from '../../common/one_line';
import { fail, ok, type Result } from '../../common/result';
import type { AgentMessage } from '../../proto/codec/agent_message';
import type { ModelKind } from '../dispatch/model_kinds';
import type { SearchSpec } from '../../search/spec/search_spec';
import type { SpecReader } from '../searches/spec_reader';
import type { ThreadTask } from '../../platform/threads/thread_failure';
import {
  ThreadPool,
  type ThreadPoolOptions,
  type ThreadPoolSnapshot,
} from '../../platform/threads/thread_pool';
import { unpackResult } from './packed_result';
import type { Reading, ReadingRequest } from './reading_request';

/** Anybody may send a specification again and again; who sends more than wait here is refused. */
const largestQueue = 256;
/** A client waits 15 s for its answer; a specification that people write is read in milliseconds. */
const documents = { deadlineMs: 10_000, largestHeapMb: 512 } as const;
/** Below the broker's wait for an acknowledgement; what takes longer is lost, so it is not for a busy machine to decide. */
const results = { deadlineMs: 50_000, largestHeapMb: 2_048 } as const;
/** The largest model that is taken, from a slow disk. */
const models = { deadlineMs: 120_000, largestHeapMb: 4_096 } as const;
/** Of the name that a client gives its text. */
const longestSource = 200;

export interface OutsideReaderOptions {
  /** A compiled module that answers as `reading_worker` does. */
  readonly workerFile: string;
}

export const defaultOutsideReader: OutsideReaderOptions = {
  workerFile: join(__dirname, 'reading_worker.js'),
};

/**
 * Reads what came from outside, specifications and models, on threads beside the event loop, which heartbeats and results
 * wait for. What takes more time or memory than anything that people write is refused like any other mistake.
 */
export class OutsideReader implements SpecReader {
  readonly #documents: ThreadPool<ReadingRequest, Reading>;
  /** Of their own, so that nobody waits for the reading of a large model. */
  readonly #models: ThreadPool<ReadingRequest, Reading>;
  /** Of their own too: strangers' specifications hold up no measurement. */
  readonly #results: ThreadPool<ReadingRequest, Reading>;
  /** Of agents: an agent that comes waits for no stranger's specification. */
  readonly #messages: ThreadPool<ReadingRequest, Reading>;

  constructor({ workerFile }: OutsideReaderOptions) {
    const openPool = (
      name: string,
      limits: Pick<ThreadPoolOptions, 'deadlineMs' | 'largestHeapMb'>,
    ): ThreadPool<ReadingRequest, Reading> =>
      new ThreadPool({ name, workerFile, workers: 1, largestQueue, ...limits });
    this.#documents = openPool('reader of documents', documents);
    this.#models = openPool('reader of models', models);
    this.#results = openPool('reader of results', results);
    this.#messages = openPool("reader of agents' messages", documents);
  }

  async read(specYaml: string, source: string): Promise<SearchSpec> {
    const reading = await readWith(
      this.#documents,
      { request: { kind: 'spec', specYaml, source: oneLine(source, longestSource) } },
      source,
    );
    assert(reading.kind === 'spec', 'a specification was asked for');
    return reading.spec;
  }

  async requirePossible(spec: SearchSpec, source: string): Promise<void> {
    await readWith(
      this.#documents,
      { request: { kind: 'possible', spec, source: oneLine(source, longestSource) } },
      source,
    );
  }

  async withFields(yaml: string, fields: Readonly<Record<string, unknown>>): Promise<string> {
    const reading = await readWith(
      this.#documents,
      { request: { kind: 'fields', yaml, fields } },
      'the specification',
    );
    assert(reading.kind === 'text', 'a text was asked for');
    return reading.text;
  }

  /** @throws BadInputError when the file is no model of that format that a phone could run */
  async checkModel(file: string, format: ModelFormat): Promise<void> {
    await readWith(this.#models, { request: { kind: 'model', file, format } }, 'the model');
  }

  /** As `decodeResult` of the codec. Never rejects but when it is closed. */
  async decodeResult(bytes: Uint8Array): Promise<Result<JobResult, string>> {
    return orRefusal(async () => {
      const reading = await readWith(this.#results, copied('result', bytes), 'the result');
      assert(reading.kind === 'result', 'a result was asked for');
      return unpackResult(reading.packed);
    });
  }

  /** As `decodeAgentMessage` of the codec. Never rejects but when it is closed. */
  async decodeAgentMessage(bytes: Uint8Array): Promise<Result<AgentMessage, string>> {
    return orRefusal(async () => {
      const reading = await readWith(this.#messages, copied('agent-message', bytes), 'the message');
      assert(reading.kind === 'agent-message', 'a message was asked for');
      return reading.message;
    });
  }

  /** @throws BadInputError when the file is no measurable model */
  async readModelKind(file: string): Promise<ModelKind> {
    const reading = await readWith(
      this.#models,
      { request: { kind: 'model-kind', file } },
      'the model',
    );
    assert(reading.kind === 'model-kind', 'the kind of a model was asked for');
    return reading.model;
  }

  snapshots(): readonly ThreadPoolSnapshot[] {
    return this.#pools().map((pool) => pool.snapshot());
  }

  async close(): Promise<void> {
    await Promise.all(this.#pools().map((pool) => pool.close()));
  }

  #pools(): readonly ThreadPool<ReadingRequest, Reading>[] {
    return [this.#documents, this.#models, this.#results, this.#messages];
  }
}

/** What came from the network may be a part of a larger piece of memory, which nobody may take away. */
function copied(
  kind: 'result' | 'agent-message',
  bytes: Uint8Array,
): Omit<ThreadTask<ReadingRequest>, 'what'> {
  const copy = new Uint8Array(bytes);
  return { request: { kind, bytes: copy }, handedOver: [copy.buffer] };
}

async function orRefusal<Value>(read: () => Promise<Value>): Promise<Result<Value, string>> {
  try {
    return ok(await read());
  } catch (error) {
    if (error instanceof BadInputError) return fail(error.message);
    throw error;
  }
}

async function readWith(
  pool: ThreadPool<ReadingRequest, Reading>,
  task: Omit<ThreadTask<ReadingRequest>, 'what'>,
  source: string,
): Promise<Exclude<Reading, { kind: 'refused' }>> {
  const what = oneLine(source, longestSource);
  const result = await pool.run({ ...task, what: `reading ${what}` });
  if (result.ok) {
    if (result.value.kind === 'refused') throw new BadInputError(result.value.message);
    return result.value;
  }
  const { kind, message } = result.error;
  if (kind === 'out-of-memory' || kind === 'deadline-exceeded')
    throw new BadInputError(
      `${what}: takes more time or memory to read than the farm gives to one (${message}); give a smaller one`,
    );
  if (kind === 'queue-full')
    throw new BadInputError(`${what}: ${message}, the most that may wait; send it again later`);
  throw new Error(message);
}
