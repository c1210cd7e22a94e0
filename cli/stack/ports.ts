export interface StackPorts {
  readonly grpc: number;
  readonly http: number;
  readonly nats: number;
  readonly agentHttp: number;
}

/** Where `farm up` and the commands meet when nothing else is said. Neighbours, and free of well-known services. */
export const defaultPorts: StackPorts = { grpc: 7600, http: 7601, agentHttp: 7602, nats: 7603 };
