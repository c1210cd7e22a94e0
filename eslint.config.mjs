import tseslint from 'typescript-eslint';
import { globalIgnores } from 'eslint/config';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

/**
 * The table of ARCHITECTURE.md: who may import whom (import_table.json). An allow-list: a folder that is not in it may import nothing and be imported by nobody but
 * the tests, until it is given its row here. Type-only imports count.
 */
const imports = JSON.parse(
  readFileSync(path.join(import.meta.dirname, 'import_table.json'), 'utf8'),
);

/** Each third-party library has one home, so that its types and its quirks stay there. */
const homes = {
  '@grpc/grpc-js': [
    'coordinator/agents',
    'coordinator/calls',
    'coordinator/dispatch',
    'coordinator/api',
    'agent/link',
    'cli/link',
    'proto/codec',
    'proto/link',
    'proto/service.ts',
    'test',
    'proto/generated',
  ],
  '@grpc/proto-loader': ['proto/service.ts', 'proto/generated', 'test'],
  '@grpc/reflection': ['coordinator/api'],
  'grpc-health-check': ['coordinator/api'],
  nats: [
    'platform/nats',
    'coordinator/results',
    'coordinator/training',
    'predictor/worker',
    'test',
  ],
  '@devicefarmer/adbkit': ['agent/device/adb'],
  'prom-client': ['coordinator/observe', 'agent/observe', 'predictor/observe'],
  kysely: ['coordinator/ledger', 'test'],
  'better-sqlite3': ['coordinator/ledger', 'test'],
  'better-sqlite3-napi': ['coordinator/ledger'],
  '@tensorflow/tfjs': ['predictor/engine/wasm', 'test/predictor/engine', 'test/bench'],
  '@tensorflow/tfjs-node': ['predictor/engine', 'test/predictor/engine', 'test/bench'],
  '@tensorflow/tfjs-core': ['predictor/engine', 'test/predictor/engine', 'test/bench'],
  '@tensorflow/tfjs-backend-wasm': ['predictor/engine', 'test/predictor/engine', 'test/bench'],
  '@tensorflow/tfjs-backend-cpu': ['predictor/engine', 'test/predictor/engine', 'test/bench'],
  'onnx-proto': ['model/onnx'],
  flatbuffers: ['model/tflite', 'test/model/tflite'],
  'onnxruntime-node': ['model/execute', 'agent/runtimes/host/program', 'test'],
  '@litertjs/core': ['agent/runtimes/host/program', 'test'],
  fflate: ['model/calibration', 'model/weights', 'test'],
  parse5: ['test/cli/report'],
  sharp: ['model/calibration', 'cli/report', 'test'],
  commander: ['cli', 'test/cli'],
  'cli-progress': ['cli'],
  'csv-parse': ['cli/input'],
  echarts: ['cli'],
  yauzl: ['agent/tools'],
  yaml: ['platform/config', 'test'],
  pino: ['platform/logger.ts'],
  immutable: ['coordinator/schedule', 'search/study', 'test'],
};
const allLibraries = Object.keys(homes);
const homeRules = allLibraries.map((library) => ({ library, allowed: homes[library] }));

const pureMessage = 'search/ and schedule/ are pure: time, chance and I/O arrive as arguments';

export default tseslint.config(
  globalIgnores([
    'dist/',
    'node_modules/',
    'proto/generated/',
    'farm-data/',
    '**/*.js',
    '**/*.mjs',
    '!eslint.config.mjs',
  ]),
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    plugins: {
      folders: { rules: { 'only-permitted': folderRule() } },
      records: { rules: { 'no-foreign-key': foreignKeyRule() } },
    },
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      'max-lines': ['error', 300],
      'max-lines-per-function': ['error', 70],
      'max-params': ['error', 4],
      'no-console': 'error',
      'records/no-foreign-key': 'error',
      'folders/only-permitted': 'error',
    },
  },
  ...homeRules.map(({ library, allowed }) => ({
    // One block per library would override the others' no-restricted-imports, so a syntax selector is used instead.
    files: ['**/*.ts'],
    ignores: allowed.flatMap((home) => [home, `${home}/**`]),
    plugins: {
      [`home-${library.replaceAll(/[^a-z]/g, '-')}`]: {
        rules: { only: homeRule(library, allowed) },
      },
    },
    rules: { [`home-${library.replaceAll(/[^a-z]/g, '-')}/only`]: 'error' },
  })),
  {
    files: ['search/**/*.ts', 'coordinator/schedule/**/*.ts'],
    rules: {
      'no-restricted-imports': ['error', { patterns: [{ regex: '^node:', message: pureMessage }] }],
      'no-restricted-globals': [
        'error',
        ...[
          'process',
          'setTimeout',
          'setInterval',
          'setImmediate',
          'fetch',
          'performance',
          'Buffer',
        ].map((name) => ({ name, message: pureMessage })),
      ],
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: pureMessage },
        { object: 'Math', property: 'random', message: pureMessage },
      ],
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      'folders/only-permitted': 'off',
      'max-lines-per-function': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      'no-console': 'off',
    },
  },
  { files: ['cli/**/*.ts'], rules: { 'no-console': 'off' } },
);

function homeRule(library, allowed) {
  const check = (context, node) => {
    const source = node.source?.value;
    if (source === library || (typeof source === 'string' && source.startsWith(`${library}/`))) {
      context.report({
        node,
        message: `${library} is imported only in ${allowed.join(', ')} (ARCHITECTURE.md, dependencies)`,
      });
    }
  };
  return {
    create: (context) => ({
      ImportDeclaration: (node) => check(context, node),
      ImportExpression: (node) => check(context, node),
    }),
  };
}

/**
 * A plain object has more names than its own: looked up by a phone's serial number, an operator's name or a model's, it answers `__proto__`, `constructor` and
 * `toString` with functions. So a record is read, written or asked (`in`) only by keys of a closed set; for all others there is Map, and
 * common/own_value.ts for what comes as a record. Arrays and numbers as keys are no concern.
 */
function foreignKeyRule() {
  const message =
    'a plain object is not looked up by a name from outside (it knows __proto__, constructor …): use a Map, or ownValue (common/own_value.ts)';
  return {
    create(context) {
      const { sourceCode } = context;
      const { program, esTreeNodeToTSNodeMap } = sourceCode.parserServices;
      const checker = program.getTypeChecker();
      const typeOf = (node) => checker.getTypeAtLocation(esTreeNodeToTSNodeMap.get(node));
      const constraintOf = (type) => checker.getBaseConstraintOfType(type) ?? type;
      const partsOf = (type) =>
        constraintOf(type).isUnion() ? constraintOf(type).types : [constraintOf(type)];
      const isOpenText = (node) =>
        partsOf(typeOf(node)).some(
          (part) =>
            (part.flags &
              (ts.TypeFlags.String | ts.TypeFlags.TemplateLiteral | ts.TypeFlags.Any)) !==
            0,
        );
      const isRecord = (node) =>
        partsOf(typeOf(node)).some((part) =>
          checker
            .getIndexInfosOfType(part)
            .some(({ keyType }) => (keyType.flags & ts.TypeFlags.String) !== 0),
        );
      const text = (node) => sourceCode.getText(node);
      const isGuarded = ({ object, property, parent }) =>
        parent.type === 'ConditionalExpression' &&
        text(parent.test) === `Object.hasOwn(${text(object)}, ${text(property)})`;
      return {
        'MemberExpression[computed=true]'(node) {
          if (isOpenText(node.property) && isRecord(node.object) && !isGuarded(node))
            context.report({ node, message });
        },
        'ObjectPattern > Property[computed=true]'(node) {
          if (isOpenText(node.key) && isRecord(node.parent)) context.report({ node, message });
        },
        'BinaryExpression[operator="in"]'(node) {
          if (node.left.type !== 'PrivateIdentifier' && isOpenText(node.left))
            context.report({ node, message });
        },
      };
    },
  };
}

/** Judges every import, dynamic and type-only ones too, by the first folder of both ends. */
function folderRule() {
  const root = import.meta.dirname;
  const topOf = (file) => path.relative(root, file).split(path.sep)[0];
  return {
    create(context) {
      const folder = topOf(context.filename);
      const permitted = Object.hasOwn(imports, folder) ? imports[folder] : [];
      const check = (node, source) => {
        if (typeof source?.value !== 'string' || !source.value.startsWith('.')) return;
        const target = topOf(path.resolve(path.dirname(context.filename), source.value));
        if (target === folder || permitted.includes(target)) return;
        context.report({
          node,
          message: `${folder}/ may import only ${permitted.join(', ') || 'nothing'} (ARCHITECTURE.md, import table)`,
        });
      };
      return {
        ImportDeclaration: (node) => check(node, node.source),
        ExportNamedDeclaration: (node) => check(node, node.source),
        ExportAllDeclaration: (node) => check(node, node.source),
        ImportExpression: (node) => check(node, node.source),
        TSImportType: (node) => check(node, node.source),
      };
    },
  };
}
