export interface Output {
  write(data: Buffer | string): void;
}

export interface Streams {
  readonly input: Buffer;
  readonly output: Output;
  readonly errors: Output;
}

const largestPipeBytes = 8 * 1024 * 1024;

/** What one command writes for the next, or for `$(…)`. What does not fit is dropped. */
export function openPipe(): Output & { bytes(): Buffer } {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  return {
    write: (data) => {
      const chunk = Buffer.from(data);
      if (sizeBytes + chunk.length > largestPipeBytes) return;
      sizeBytes += chunk.length;
      chunks.push(chunk);
    },
    bytes: () => Buffer.concat(chunks),
  };
}
