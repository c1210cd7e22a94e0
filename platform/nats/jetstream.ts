import { ErrorCode, NatsError, type JetStreamManager } from 'nats';
import { BadInputError } from '../../common/bad_input';
import type { Bus } from './bus';

/** What the server answers: https://github.com/nats-io/nats-server/blob/main/server/errors.json */
export const jetStreamCode = {
  consumerNotFound: 10014,
  streamNotFound: 10059,
  /** The subject's last message is not the one that was to be replaced. */
  wrongLastSequence: 10071,
} as const;

/** The server's own code for an error of JetStream; undefined for any other error, such as a lost connection. */
export function jetStreamCodeOf(error: unknown): number | undefined {
  return error instanceof NatsError ? error.api_error?.err_code : undefined;
}

/** @throws BadInputError when the server has no JetStream */
export async function requireJetStream(bus: Bus): Promise<JetStreamManager> {
  try {
    return await bus.connection.jetstreamManager();
  } catch (error) {
    if (!(error instanceof NatsError) || error.code !== (ErrorCode.JetStreamNotEnabled as string))
      throw error;
    throw new BadInputError(
      `the NATS server at ${bus.connection.getServer()} has no JetStream (${error.message}); start it with --jetstream`,
    );
  }
}
