import { credentials, type ChannelCredentials, type ClientOptions } from '@grpc/grpc-js';
import { transportOptions } from '../transport_options';

/** Protobuf messages of the farm are small; artifacts travel in chunks. A larger one is a mistake or an attack. */
const largestMessageBytes = 4 * 1024 * 1024;

/** How agents and predictor workers connect. No retries: a replayed stream would repeat a hello out of place. */
export const channelOptions: ClientOptions = {
  ...transportOptions,
  'grpc.enable_retries': 0,
  'grpc.max_receive_message_length': largestMessageBytes,
  // The link does its own backing off; the channel must not add its two minutes.
  'grpc.initial_reconnect_backoff_ms': 200,
  'grpc.max_reconnect_backoff_ms': 2_000,
};

/** Loopback only so far. TLS and tokens belong here. */
export function channelCredentials(): ChannelCredentials {
  return credentials.createInsecure();
}
