// Runs coordinator/build/build_worker.ts in a worker thread of a test, where nothing is compiled beforehand.
const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const { transformSync } = require('@swc/core');

require.extensions['.ts'] = (module, filename) => {
  const options = { filename, module: { type: 'commonjs' }, jsc: { target: 'es2022', parser: { syntax: 'typescript' } } };
  module._compile(transformSync(readFileSync(filename, 'utf8'), options).code, filename);
};
require(join(__dirname, '../../../coordinator/build/build_worker.ts'));
