import { credentials, type ChannelCredentials, type ClientOptions } from '@grpc/grpc-js';

/** Protobuf messages of the farm are small; artifacts travel in chunks. A larger one is a mistake or an attack. */
const largestMessageBytes = 4 * 1024 * 1024;

/**
 * How the agent connects. No retries: a replayed stream would repeat a hello out of place. Keepalive finds a dead
 * peer below the heartbeat's own deadline. https://grpc.io/docs/guides/keepalive/
 */
export const channelOptions: ClientOptions = {
  'grpc.enable_retries': 0,
  'grpc.keepalive_time_ms': 10_000,
  'grpc.keepalive_timeout_ms': 5_000,
  'grpc.keepalive_permit_without_calls': 1,
  'grpc.max_receive_message_length': largestMessageBytes,
  // The link does its own backing off; the channel must not add its two minutes.
  'grpc.initial_reconnect_backoff_ms': 200,
  'grpc.max_reconnect_backoff_ms': 2_000,
};

/** Loopback only so far. TLS and tokens belong here. */
export function channelCredentials(): ChannelCredentials {
  return credentials.createInsecure();
}
