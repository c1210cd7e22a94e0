import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { zipSync } from 'fflate';

/** How the server treats the requests for a path, one entry per request; after the last, as it should. */
export type Mishap =
  | { readonly kind: 'status'; readonly status: number }
  | { readonly kind: 'cut'; readonly afterBytes: number }
  | { readonly kind: 'ignores-ranges' }
  | { readonly kind: 'changed'; readonly content: Uint8Array };

export interface ToolServer {
  readonly url: string;
  /** `path range?` of each request. */
  readonly requests: string[];
  readonly files: Map<string, Uint8Array>;
  readonly mishaps: Map<string, Mishap[]>;
  close(): Promise<void>;
}

/** Serves files as a bucket of Google's does: strong ETag, ranges, MD5. */
export async function toolServer(files: Readonly<Record<string, Uint8Array>>): Promise<ToolServer> {
  const contents = new Map(Object.entries(files));
  const mishaps = new Map<string, Mishap[]>();
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const path = (request.url ?? '').slice(1);
    requests.push([path, request.headers.range].filter((each) => each !== undefined).join(' '));
    const mishap = mishaps.get(path)?.shift();
    if (mishap?.kind === 'changed') contents.set(path, mishap.content);
    const content = contents.get(path);
    if (mishap?.kind === 'status' || content === undefined) {
      response.writeHead(mishap?.kind === 'status' ? mishap.status : 404).end('<Error/>');
      return;
    }
    answer(request, response, content, mishap);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${String(port)}`,
    requests,
    files: contents,
    mishaps,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  content: Uint8Array,
  mishap: Mishap | undefined,
): void {
  const md5 = createHash('md5').update(content).digest('base64');
  const etag = `"${md5}"`;
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  const valid = request.headers['if-range'] === etag && mishap?.kind !== 'ignores-ranges';
  const start = valid ? from : 0;
  const headers = {
    etag,
    'x-goog-hash': `crc32c=AAAAAA==,md5=${md5}`,
    'content-length': content.length - start,
  };
  const range = {
    ...headers,
    'content-range': `bytes ${String(start)}-${String(content.length - 1)}/${String(content.length)}`,
  };
  response.writeHead(start === 0 ? 200 : 206, start === 0 ? headers : range);
  if (mishap?.kind !== 'cut') {
    response.end(content.subarray(start));
    return;
  }
  response.write(content.subarray(start, start + mishap.afterBytes), () => {
    // Long enough for the bytes to arrive before the connection breaks.
    setTimeout(() => request.socket.destroy(), 30);
  });
}

/** The head of a program for a processor (ELF's `e_machine`), and something behind it. */
export function elf(machine: number, content = 'content'): Buffer {
  const header = Buffer.alloc(64);
  header.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  header.writeUInt16LE(3, 16);
  header.writeUInt16LE(machine, 18);
  return Buffer.concat([header, Buffer.from(content)]);
}

export const arm64 = 0xb7;
const hexagon = 0xa4;

/** LiteRT's files of a version, in the layout of Google's bucket. */
export function litertFiles(version: string): Record<string, Buffer> {
  const folder = `${version}/android_arm64`;
  return {
    [`${folder}/benchmark_model`]: elf(arm64, `benchmark_model ${version}`.repeat(5_000)),
    [`${folder}/libLiteRtDispatch_Qualcomm.so`]: elf(arm64, `dispatch ${version}`),
    [`${folder}/libLiteRtCompilerPlugin_Qualcomm.so`]: elf(arm64, `plugin ${version}`),
  };
}

/** Entries of the SDK as its archive names them. */
export function sdkEntries(
  version: string,
  hexagonVersions: readonly number[],
): Record<string, Uint8Array> {
  const root = `qairt/${version}`;
  const common = ['System', 'Htp', 'HtpPrepare', 'Ir', 'TFLiteDelegate', 'Saver', 'Gpu'];
  const libraries = common.map((name) => [
    `${root}/lib/aarch64-android/libQnn${name}.so`,
    elf(arm64, name),
  ]);
  const perVersion = hexagonVersions.flatMap((each) => [
    [
      `${root}/lib/aarch64-android/libQnnHtpV${String(each)}Stub.so`,
      elf(arm64, `stub ${String(each)}`),
    ],
    [
      `${root}/lib/hexagon-v${String(each)}/unsigned/libQnnHtpV${String(each)}Skel.so`,
      elf(hexagon, `skel ${String(each)}`),
    ],
  ]);
  const others = [
    [`${root}/LICENSE.pdf`, Buffer.from('%PDF')],
    [`${root}/lib/x86_64-linux-clang/libQnnHtp.so`, elf(0x3e)],
    [`${root}/docs/index.html`, Buffer.from('<html>')],
  ];
  return Object.fromEntries([...libraries, ...perVersion, ...others]) as Record<string, Uint8Array>;
}

/** The SDK's archive, in the layout of Qualcomm's address. */
export function sdkFiles(
  version: string,
  entries = sdkEntries(version, [69, 73, 75]),
): Record<string, Uint8Array> {
  return { [`${version}/v${version}.zip`]: zipSync(entries) };
}
