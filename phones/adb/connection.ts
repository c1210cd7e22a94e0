import type { Socket } from 'node:net';
import {
  type AdbPacket,
  encodePacket,
  largestPayloadBytes,
  PacketReader,
  versionWithoutChecksum,
} from './packet';
import { AdbStream } from './stream';

/** A phone that is asked for more has a client that leaks streams. */
const mostStreams = 1024;
/** `OPEN` names a service, with a whole shell command in it. */
const longestServiceName = 64 * 1024;

interface AdbServices {
  /** `device::ro.product.name=…;features=…` */
  readonly banner: string;
  /** Serves `name` on the stream, or answers false and the stream is refused. */
  open(name: string, stream: AdbStream): boolean;
}

/** Speaks the phone's side of ADB on one TCP connection until either side closes it. No authentication: loopback only. */
export class AdbConnection {
  readonly #socket: Socket;
  readonly #services: AdbServices;
  readonly #reader = new PacketReader();
  readonly #streams = new Map<number, { readonly stream: AdbStream; readonly remoteId: number }>();
  #handshake: { readonly payloadLimitBytes: number; readonly checksummed: boolean } | undefined;
  #lastLocalId = 0;

  constructor(socket: Socket, services: AdbServices) {
    this.#socket = socket;
    this.#services = services;
    socket.setNoDelay(true);
    socket.on('data', (data: Buffer) => this.#receive(data));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#closeStreams());
  }

  destroy(): void {
    this.#socket.destroy();
    this.#closeStreams();
  }

  #closeStreams(): void {
    for (const { stream } of this.#streams.values()) stream.handleClosed();
    this.#streams.clear();
  }

  #receive(data: Buffer): void {
    for (const event of this.#reader.feed(data)) {
      if (event.kind === 'broken') {
        this.destroy();
        return;
      }
      this.#handle(event.packet);
    }
  }

  #handle(packet: AdbPacket): void {
    if (packet.command === 'CNXN') {
      this.#greet(packet.argument0, packet.argument1);
    } else if (this.#handshake !== undefined) {
      this.#handleConnected(packet);
    }
  }

  #greet(version: number, peerLimitBytes: number): void {
    this.#closeStreams();
    const checksummed = version < versionWithoutChecksum;
    this.#reader.verifyChecksums = checksummed;
    this.#handshake = {
      payloadLimitBytes: Math.max(1, Math.min(peerLimitBytes, largestPayloadBytes)),
      checksummed,
    };
    const payload = Buffer.from(this.#services.banner);
    // The greeting always carries a checksum: the peer has not seen our version yet.
    this.#socket.write(
      encodePacket(
        {
          command: 'CNXN',
          argument0: versionWithoutChecksum,
          argument1: largestPayloadBytes,
          payload,
        },
        true,
      ),
    );
  }

  #handleConnected(packet: AdbPacket): void {
    const entry = this.#streams.get(packet.argument1);
    switch (packet.command) {
      case 'OPEN':
        this.#open(packet.argument0, packet.payload);
        return;
      case 'OKAY':
        if (entry?.remoteId === packet.argument0) entry.stream.handleAcknowledgement();
        return;
      case 'WRTE':
        if (entry?.remoteId === packet.argument0) {
          entry.stream.handleData(packet.payload).catch(() => entry.stream.close());
        } else {
          this.#send('CLSE', 0, packet.argument0);
        }
        return;
      case 'CLSE':
        entry?.stream.handleClosed();
        this.#streams.delete(packet.argument1);
        return;
      case 'CNXN':
      case 'SYNC':
      case 'AUTH':
      case 'STLS':
        return;
    }
  }

  #open(remoteId: number, payload: Buffer): void {
    const handshake = this.#handshake;
    if (
      handshake === undefined ||
      remoteId === 0 ||
      payload.length > longestServiceName ||
      this.#streams.size >= mostStreams
    ) {
      this.#send('CLSE', 0, remoteId);
      return;
    }
    this.#lastLocalId += 1;
    const localId = this.#lastLocalId;
    const stream = new AdbStream(
      {
        sendData: (data) => this.#send('WRTE', localId, remoteId, data),
        sendAcknowledgement: () => this.#send('OKAY', localId, remoteId),
        sendClose: () => {
          this.#streams.delete(localId);
          this.#send('CLSE', localId, remoteId);
        },
      },
      handshake.payloadLimitBytes,
    );
    const end = payload.indexOf(0);
    const name = payload.subarray(0, end === -1 ? payload.length : end).toString('utf8');
    // The answer to OPEN must be on the wire before the service's first byte.
    this.#streams.set(localId, { stream, remoteId });
    this.#send('OKAY', localId, remoteId);
    if (!this.#services.open(name, stream)) stream.close();
  }

  #send(
    command: AdbPacket['command'],
    argument0: number,
    argument1: number,
    payload = noPayload,
  ): void {
    if (this.#socket.destroyed) return;
    this.#socket.write(
      encodePacket(
        { command, argument0, argument1, payload },
        this.#handshake?.checksummed ?? true,
      ),
    );
  }
}

const noPayload: Buffer = Buffer.alloc(0);
