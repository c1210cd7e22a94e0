import { Client, status, type ServiceError } from '@grpc/grpc-js';
import {
  startGrpcServer,
  type FarmHandlers,
  type GrpcServer,
} from '../../../coordinator/api/grpc_server';
import { insecure } from '../grpc_fixture';

/** Fields of a length of zero. */
const emptyFields = (field: number, bytes: number): Buffer =>
  Buffer.alloc(bytes, Buffer.from([(field << 3) | 2, 0]));
/** One text. */
const text = (field: number, bytes: number): Buffer =>
  Buffer.concat([
    Buffer.from([
      (field << 3) | 2,
      0x80 | (bytes & 0x7f),
      0x80 | ((bytes >> 7) & 0x7f),
      bytes >> 14,
    ]),
    Buffer.alloc(bytes, 'x'),
  ]);

describe("the coordinator's port", () => {
  let server: GrpcServer;
  let client: Client;
  beforeAll(async () => {
    const none = new Proxy(
      {},
      {
        get: () => (_call: unknown, answer: (error: null, value: object) => void) =>
          answer(null, {}),
      },
    );
    const handlers = {
      agent: none,
      artifact: none,
      benchmark: none,
      search: none,
      fleet: none,
      training: none,
    };
    server = await startGrpcServer(
      { host: '127.0.0.1', port: 0 },
      handlers as unknown as FarmHandlers,
      [],
    );
    client = new Client(`127.0.0.1:${String(server.port)}`, insecure());
  });
  afterAll(async () => {
    client.close();
    await server.stop();
  });

  const answerTo = (method: string, bytes: Buffer): Promise<string> =>
    new Promise((resolve) => {
      const same = (buffer: Buffer): Buffer => buffer;
      client.makeUnaryRequest(
        `/farm.v1.${method}`,
        same,
        same,
        bytes,
        (error: ServiceError | null) =>
          resolve(error === null ? 'OK' : `${status[error.code]}: ${error.details}`),
      );
    });

  it.each([
    [
      'SearchService/Propose',
      emptyFields(3, 100_000),
      'RESOURCE_EXHAUSTED: a message of 100000 bytes; this method takes at most 65536',
    ],
    ['SearchService/Propose', emptyFields(3, 200), 'OK'],
    [
      'FleetService/Drain',
      text(1, 100_000),
      'RESOURCE_EXHAUSTED: a message of 100004 bytes; this method takes at most 65536',
    ],
    [
      'SearchService/Create',
      emptyFields(1, 100_000),
      'RESOURCE_EXHAUSTED: a message of more than 64 fields; expected a text or a piece of a file, and a few words',
    ],
    ['SearchService/Create', Buffer.concat([text(1, 900_000), text(2, 20_000)]), 'OK'],
    ['SearchService/Create', Buffer.alloc(100_000, 0xff), 'INTERNAL: Error deserializing request'],
  ])('decodes no message that makes much of little: %s', async (method, bytes, answer) => {
    expect(await answerTo(method, bytes)).toBe(answer);
  });
});
