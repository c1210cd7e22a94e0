'use strict';
// A searcher that is not ours: knows the .proto files and gRPC, and nothing of the farm's code. Proposes the architectures of a file in their order, so many
// beyond those that have ended, and writes each end as a line of JSON. It can be killed at any instruction and started again.
const { appendFileSync, existsSync, readFileSync } = require('node:fs');
const { setTimeout: sleep } = require('node:timers/promises');
const { credentials, loadPackageDefinition, status } = require('@grpc/grpc-js');
const { loadSync } = require('@grpc/proto-loader');

const [address, protoFolder, searchId, target, architecturesFile, endsFile] = process.argv.slice(2);
const ahead = 6;
/** A coordinator that was killed is back long before. */
const mostFailures = 200;
const pauseMs = 100;

const definition = loadSync('farm/v1/search.proto', {
  includeDirs: [protoFolder],
  longs: Number,
  enums: String,
});
const farm = new (loadPackageDefinition(definition).farm.v1.SearchService)(
  address,
  credentials.createInsecure(),
);
const architectures = JSON.parse(readFileSync(architecturesFile, 'utf8'));
const ends = existsSync(endsFile)
  ? readFileSync(endsFile, 'utf8')
      .trim()
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line))
  : [];

const propose = () =>
  new Promise((resolve, reject) => {
    const request = {
      searchId,
      target,
      architectures: architectures.slice(0, ends.length + ahead),
    };
    farm.propose(request, (error, response) =>
      error === null ? resolve(response) : reject(error),
    );
  });

async function follow() {
  await propose();
  for await (const end of farm.ends({ searchId, target, after: ends.at(-1)?.cursor ?? 0 })) {
    appendFileSync(endsFile, `${JSON.stringify(end)}\n`);
    ends.push(end);
    await propose();
  }
}

async function main() {
  for (let failures = 0; ; failures += 1) {
    try {
      return await follow();
    } catch (error) {
      if (error.code !== status.UNAVAILABLE || failures === mostFailures) throw error;
      await sleep(pauseMs);
    }
  }
}

void main().then(() => process.exit(0));
