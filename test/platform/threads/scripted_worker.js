// Does what the request says.
require('../../typescript_hook');
const { threadId, workerData } = require('node:worker_threads');
const { serveRequests } = require('../../../platform/threads/serve_requests.ts');

serveRequests(
  ({ kind, bytes, text }) => {
    switch (kind) {
      case 'hang':
        for (;;);
      case 'exit':
        return process.exit(3);
      case 'crash':
        setImmediate(() => {
          throw new Error('out of luck');
        });
        return new Promise(() => undefined);
      case 'outgrow': {
        const grown = [];
        for (;;) grown.push(new Array(1_000).fill(grown.length));
      }
      case 'fail':
        throw new Error('no such thing');
      case 'uncopyable':
        return { call: () => undefined };
      case 'double':
        return { bytes: Uint8Array.from(bytes, (byte) => 2 * byte) };
      case 'die-later':
        setTimeout(() => process.exit(3), 50);
        return { text };
      default:
        return { text, threadId, workerData };
    }
  },
  ({ bytes }) => (bytes === undefined ? [] : [bytes.buffer]),
);
