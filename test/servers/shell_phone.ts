import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { AdbConnection } from '../../phones/adb/connection';
import type { AdbStream } from '../../phones/adb/stream';

export interface ShellPhone {
  readonly port: number;
  /** Where `/data/local/tmp` really is. */
  readonly root: string;
  /** Cuts every connection and stops listening, as a pulled cable does. */
  unplug(): void;
  setProperty(name: string, value: string): void;
  /** A file below `/data/local/tmp`. */
  writeFile(name: string, content: string): void;
  /** Of the sync service, in the order in which they were opened. */
  readonly syncStreams: readonly AdbStream[];
  /** A process that runs on the phone without anybody's doing. */
  startShell(script: string): {
    readonly pid: number;
    readonly ended: Promise<unknown>;
    isRunning(): boolean;
    kill(): void;
  };
  close(): Promise<void>;
}

interface ShellPhoneOptions {
  /** What `getprop` prints. */
  readonly properties: Readonly<Record<string, string>>;
}

const phoneRoot = '/data/local/tmp';

/**
 * A phone whose shell is this machine's /bin/sh: what the adb adapter sends is judged by a real shell and real
 * processes, while the virtual phone's shell is our own. As in adbd each command leads its own process group.
 */
export async function startShellPhone(options: ShellPhoneOptions): Promise<ShellPhone> {
  const root = mkdtempSync(path.join(os.tmpdir(), 'shell-phone-'));
  const bin = path.join(root, 'bin');
  mkdirSync(bin);
  const properties = new Map(Object.entries(options.properties));
  const writeProperties = (): void => {
    const lines = [...properties].map(([name, value]) => `[${name}]: [${value}]`);
    writeTool(bin, 'getprop', `cat <<'END'\n${lines.join('\n')}\nEND`);
  };
  writeProperties();
  writeTool(bin, 'dumpsys', 'echo "no service here"');
  const sockets = new Set<net.Socket>();
  const syncStreams: AdbStream[] = [];
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    new AdbConnection(socket, {
      banner: 'device::ro.product.name=shell_phone;',
      open: (name, stream) => serve(name, stream, { root, bin, syncStreams }),
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const unplug = (): void => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as net.AddressInfo).port,
    root,
    syncStreams,
    unplug,
    setProperty: (name, value) => {
      properties.set(name, value);
      writeProperties();
    },
    writeFile: (name, content) => writeFileSync(path.join(root, name), content),
    startShell: (script) => {
      const child = spawn('/bin/sh', ['-c', script.replaceAll(phoneRoot, root)], {
        detached: true,
        stdio: 'ignore',
      });
      const pid = child.pid ?? 0;
      return {
        pid,
        ended: once(child, 'exit'),
        isRunning: () => child.exitCode === null && child.signalCode === null,
        kill: () => process.kill(-pid, 'SIGKILL'),
      };
    },
    close: () => {
      unplug();
      rmSync(root, { recursive: true, force: true });
      return Promise.resolve();
    },
  };
}

interface Place {
  readonly root: string;
  readonly bin: string;
  readonly syncStreams: AdbStream[];
}

function serve(name: string, stream: AdbStream, place: Place): boolean {
  if (name.startsWith('shell:'))
    serveShell(name.slice('shell:'.length).replaceAll(phoneRoot, place.root), stream, place);
  else if (name === 'sync:') {
    place.syncStreams.push(stream);
    serveSync(stream, place);
  } else return false;
  return true;
}

function serveShell(script: string, stream: AdbStream, place: Place): void {
  const environment = { ...process.env, PATH: `${place.bin}:${process.env['PATH'] ?? ''}` };
  const child = spawn('/bin/sh', ['-c', script], {
    detached: true,
    cwd: '/',
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // Byte by byte as the tool wrote it, but for our folder's name.
  child.stdout.on('data', (chunk: Buffer) =>
    stream.write(
      chunk.includes(place.root)
        ? Buffer.from(chunk.toString('latin1').replaceAll(place.root, phoneRoot), 'latin1')
        : chunk,
    ),
  );
  child.stderr.on('data', (chunk: Buffer) => stream.write(chunk));
  child.once('close', () => stream.end());
}

/** SEND, DATA, DONE and STAT, which is all that a push needs. As adbd does, what was not finished is removed. */
function serveSync(stream: AdbStream, place: Place): void {
  let pending = Buffer.alloc(0);
  let file: string | undefined;
  const real = (target: string): string => target.replace(phoneRoot, place.root);
  stream.closed.addEventListener('abort', () => {
    if (file !== undefined) rmSync(file, { force: true });
  });
  stream.onData((chunk) => {
    pending = Buffer.concat([pending, chunk]);
    while (pending.length >= 8) {
      const id = pending.toString('latin1', 0, 4);
      const value = pending.readUInt32LE(4);
      const end = id === 'DONE' ? 8 : 8 + value;
      if (pending.length < end) return;
      const payload = pending.subarray(8, end);
      pending = pending.subarray(end);
      if (id === 'SEND') {
        const [, target = '', mode = ''] = /^(.*),(\d+)$/s.exec(payload.toString()) ?? [];
        if (statSync(real(target), { throwIfNoEntry: false })?.isDirectory() === true) {
          refuse(stream, 'Is a directory');
          return;
        }
        file = real(target);
        writeFileSync(file, '');
        chmodSync(file, Number(mode) & 0o777);
      } else if (id === 'DATA' && file !== undefined) appendFileSync(file, payload);
      else if (id === 'DONE') {
        file = undefined;
        stream.write(word('OKAY', 0));
      } else if (id === 'STAT') {
        const found = statSync(real(payload.toString()));
        stream.write(
          Buffer.concat([
            word('STAT', found.mode),
            word('', found.size).subarray(4),
            Buffer.alloc(4),
          ]),
        );
      }
    }
  });
}

function refuse(stream: AdbStream, message: string): void {
  stream.write(Buffer.concat([word('FAIL', message.length), Buffer.from(message)]));
  stream.end();
}

function word(id: string, value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.write(id, 'latin1');
  bytes.writeUInt32LE(value, 4);
  return bytes;
}

function writeTool(folder: string, name: string, body: string): void {
  writeFileSync(path.join(folder, name), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
}
