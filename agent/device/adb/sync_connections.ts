import type Connection from '@devicefarmer/adbkit/dist/src/adb/connection';
import type { FarmFault } from '../../../common/fault';
import { fail, type Result } from '../../../common/result';
import { adbFault } from './adb_fault';
import { closeConnection, openDeviceService } from './connection';
import type { PhoneLink } from './shell';

/** A busy phone's next push comes within seconds; an idle phone and its adb server need hold nothing for us. */
const longestIdleMs = 30_000;

/** Answers when the phone has; throws when the connection breaks. */
type SyncWork<Value> = (connection: Connection) => Promise<Result<Value, FarmFault>>;

/**
 * One phone's connections to its sync service, which takes any number of requests one after another: the last
 * connection that worked is kept for the next push. No two pushes ever share one.
 */
export class SyncConnections {
  private idle: { readonly connection: Connection; readonly timer: NodeJS.Timeout } | null = null;

  constructor(private readonly link: PhoneLink) {
    link.gone.addEventListener('abort', () => this.drop(), { once: true });
  }

  /** Runs `work`, which must bear to be run twice: a kept connection may turn out to be broken, and a new one is then tried. */
  async use<Value>(signal: AbortSignal, work: SyncWork<Value>): Promise<Result<Value, FarmFault>> {
    const kept = this.take();
    if (kept !== null) {
      try {
        return await this.run(kept, signal, work);
      } catch (error) {
        if (signal.aborted) return fail(adbFault(error));
      }
    }
    const opened = await openDeviceService(this.link.address, this.link.transport, 'sync:', signal);
    if (!opened.ok) return opened;
    try {
      return await this.run(opened.value, signal, work);
    } catch (error) {
      return fail(adbFault(error));
    }
  }

  /** Keeps the connection only if all went well: after a refusal the phone closes it. */
  private async run<Value>(
    connection: Connection,
    signal: AbortSignal,
    work: SyncWork<Value>,
  ): Promise<Result<Value, FarmFault>> {
    const interrupt = (): void => void connection.socket.destroy(new Error('interrupted'));
    signal.addEventListener('abort', interrupt, { once: true });
    let succeeded = false;
    try {
      const result = await work(connection);
      succeeded = result.ok;
      return result;
    } finally {
      signal.removeEventListener('abort', interrupt);
      if (succeeded && this.idle === null && !this.link.gone.aborted) this.keep(connection);
      else closeConnection(connection);
    }
  }

  private keep(connection: Connection): void {
    this.idle = { connection, timer: setTimeout(() => this.drop(), longestIdleMs).unref() };
  }

  private take(): Connection | null {
    const { idle } = this;
    if (idle === null) return null;
    const { socket } = idle.connection;
    // Bytes that nobody asked for would be read as the next answer.
    if (!socket.readable || !socket.writable || socket.readableLength > 0) {
      this.drop();
      return null;
    }
    clearTimeout(idle.timer);
    this.idle = null;
    return idle.connection;
  }

  private drop(): void {
    if (this.idle === null) return;
    clearTimeout(this.idle.timer);
    closeConnection(this.idle.connection);
    this.idle = null;
  }
}
