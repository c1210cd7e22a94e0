import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

/** What the code of the project consists of; paths are relative to its root, with `/`. */
export interface SourceTree {
  /** Without tests and generated files. */
  readonly sources: readonly SourceFile[];
  readonly tests: readonly SourceFile[];
}

export interface SourceFile {
  readonly path: string;
  readonly lines: number;
  /** Of files of the tree, type-only and dynamic ones included. */
  readonly imports: readonly string[];
  /** Packages and `node:` modules, as they are written. */
  readonly modules: readonly string[];
  /** Types, interfaces, classes and enums that the file declares at its top level. */
  readonly typeNames: readonly string[];
  readonly functions: readonly SourceFunction[];
  readonly casts: number;
  /** Names of the surroundings that it takes time, chance or input from, e.g. `Date.now`, `process`. */
  readonly surroundings: readonly string[];
}

export interface SourceFunction {
  readonly line: number;
  readonly lines: number;
}

const skippedFolders = new Set(['node_modules', 'dist', 'generated', 'data']);
const impureNames = new Set([
  'process',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'fetch',
  'performance',
]);
const impureProperties = new Set(['Date.now', 'Math.random']);

/** Reads all TypeScript below `root`. */
export function readSourceTree(root: string): SourceTree {
  const paths = new Set(typescriptFiles(root, ''));
  const files = [...paths].sort().map((each) => readSourceFile(root, each, paths));
  return {
    sources: files.filter((file) => !file.path.startsWith('test/')),
    tests: files.filter((file) => file.path.startsWith('test/')),
  };
}

function typescriptFiles(root: string, folder: string): string[] {
  return readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    if (entry.name.startsWith('.') || skippedFolders.has(entry.name)) return [];
    const inside = path.posix.join(folder, entry.name);
    if (entry.isDirectory()) return typescriptFiles(root, inside);
    return entry.name.endsWith('.ts') && !entry.name.endsWith('.d.ts') ? [inside] : [];
  });
}

function readSourceFile(root: string, name: string, paths: ReadonlySet<string>): SourceFile {
  const text = readFileSync(path.join(root, name), 'utf8');
  return parseSourceFile(name, text, paths);
}

/** `paths`: all files of the tree, to know which imports stay inside. */
export function parseSourceFile(
  name: string,
  text: string,
  paths: ReadonlySet<string>,
): SourceFile {
  const file = ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true);
  const specifiers: string[] = [];
  const functions: SourceFunction[] = [];
  const surroundings = new Set<string>();
  let casts = 0;
  const lineOf = (position: number): number => file.getLineAndCharacterOfPosition(position).line;
  const visit = (node: ts.Node): void => {
    const specifier = specifierOf(node);
    if (specifier !== undefined && !isPureImport(node)) specifiers.push(specifier);
    if (ts.isFunctionLike(node) && 'body' in node && node.body !== undefined) {
      const line = lineOf(node.getStart());
      functions.push({ line: line + 1, lines: lineOf(node.getEnd()) - line + 1 });
    }
    if (ts.isAsExpression(node) && node.type.getText() !== 'const') casts += 1;
    const impure = impureNameOf(node);
    if (impure !== undefined) surroundings.add(impure);
    ts.forEachChild(node, visit);
  };
  visit(file);
  const inside = specifiers.flatMap((specifier) => resolve(name, specifier, paths) ?? []);
  return {
    path: name,
    lines: text.split('\n').length - 1,
    imports: [...new Set(inside)],
    modules: [...new Set(specifiers.filter((specifier) => !specifier.startsWith('.')))],
    typeNames: file.statements.flatMap((each) => declaredTypeName(each) ?? []),
    functions,
    casts,
    surroundings: [...surroundings],
  };
}

function specifierOf(node: ts.Node): string | undefined {
  let written: ts.Node | undefined;
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) written = node.moduleSpecifier;
  else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument))
    written = node.argument.literal;
  else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
    written = node.arguments[0];
  return written !== undefined && ts.isStringLiteral(written) ? written.text : undefined;
}

/** Hashing is arithmetic, though it comes from a module that also draws random bytes. */
function isPureImport(node: ts.Node): boolean {
  if (!ts.isImportDeclaration(node) || specifierOf(node) !== 'node:crypto') return false;
  const bindings = node.importClause?.namedBindings;
  return (
    bindings !== undefined &&
    ts.isNamedImports(bindings) &&
    bindings.elements.every(({ name }) => name.text === 'createHash')
  );
}

function declaredTypeName(statement: ts.Statement): string | undefined {
  const isType =
    ts.isInterfaceDeclaration(statement) ||
    ts.isTypeAliasDeclaration(statement) ||
    ts.isClassDeclaration(statement) ||
    ts.isEnumDeclaration(statement);
  return isType ? statement.name?.text : undefined;
}

function impureNameOf(node: ts.Node): string | undefined {
  if (ts.isPropertyAccessExpression(node)) {
    const text = node.getText();
    return impureProperties.has(text) ? text : undefined;
  }
  if (ts.isNewExpression(node))
    return node.expression.getText() === 'Date' && (node.arguments ?? []).length === 0
      ? 'new Date()'
      : undefined;
  if (!ts.isIdentifier(node) || !impureNames.has(node.text)) return undefined;
  const { parent } = node;
  const isMember =
    (ts.isPropertyAccessExpression(parent) && parent.name === node) ||
    ((ts.isPropertyAssignment(parent) ||
      ts.isPropertySignature(parent) ||
      ts.isPropertyDeclaration(parent) ||
      ts.isMethodDeclaration(parent) ||
      ts.isMethodSignature(parent)) &&
      parent.name === node);
  return isMember ? undefined : node.text;
}

function resolve(from: string, specifier: string, paths: ReadonlySet<string>): string | undefined {
  if (!specifier.startsWith('.')) return undefined;
  const target = path.posix.join(path.posix.dirname(from), specifier);
  return [`${target}.ts`, target].find((each) => paths.has(each));
}
