/**
 * What both ends of every farm connection set. Keepalive finds a peer whose machine vanished, which TCP alone would
 * report after minutes; heartbeats find one whose process hangs. https://grpc.io/docs/guides/keepalive/
 */
export const transportOptions = {
  'grpc.keepalive_time_ms': 10_000,
  'grpc.keepalive_timeout_ms': 5_000,
  'grpc.keepalive_permit_without_calls': 1,
  // HTTP/2 begins with 64 KiB in flight, and models are larger: each would wait for several window updates.
  'grpc-node.flow_control_window': 4 * 1024 * 1024,
  // Counters that nobody reads here; they cost on every message. Prometheus has ours.
  'grpc.enable_channelz': 0,
} as const;
