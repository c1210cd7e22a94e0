import { posix } from 'node:path';
import { type FileProblem, fileProblems, type FileSystem } from '../system/file_system';
import { expandToText, type ExpansionScope } from './expansion';
import type { Output, Streams } from './streams';
import type { Redirection } from './syntax';

/** Applies redirections from left to right. @returns the streams, or a message. */
export async function redirect(
  redirections: readonly Redirection[],
  streams: Streams,
  scope: ExpansionScope,
): Promise<Streams | string> {
  let { input, output, errors } = streams;
  for (const { descriptor, target } of redirections) {
    if (target.kind === 'descriptor') {
      const source = target.descriptor === 1 ? output : errors;
      if (descriptor === 1) output = source;
      else if (descriptor === 2) errors = source;
      continue;
    }
    const path = posix.resolve(scope.workingFolder, await expandToText(target.path, scope));
    if (target.mode === 'read') {
      const content = scope.files.read(path);
      if (!content.ok) return `can't open ${path}: ${fileProblems[content.error]}`;
      input = content.value;
      continue;
    }
    const opened = openOutput(scope.files, path, target.mode);
    if (typeof opened === 'string') return `can't create ${path}: ${fileProblems[opened]}`;
    if (descriptor === 2) errors = opened;
    else output = opened;
  }
  return { input, output, errors };
}

function openOutput(
  files: FileSystem,
  path: string,
  mode: 'write' | 'append',
): Output | FileProblem {
  const old = files.read(path);
  const kept = mode === 'append' && old.ok ? old.value : Buffer.alloc(0);
  const opened = files.write(path, kept);
  if (!opened.ok) return opened.error;
  return {
    write: (data) => {
      const before = files.read(path);
      files.write(
        path,
        Buffer.concat([before.ok ? before.value : Buffer.alloc(0), Buffer.from(data)]),
      );
    },
  };
}
