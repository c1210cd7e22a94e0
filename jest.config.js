// The farm command does the same, see cli/main.ts.
process.env.ORT_DISABLE_TELEMETRY ??= '1';

/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  transform: {
    '\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, sourceMaps: 'inline' },
    ],
  },
  cacheDirectory: '<rootDir>/node_modules/.cache/jest',
  // Jest leaves one processor free, which is half of a small machine.
  maxWorkers: '100%',
  testTimeout: 20_000,
};
