import { existsSync } from 'node:fs';
import path from 'node:path';
import { loadPackageDefinition } from '@grpc/grpc-js';
import { loadSync, type PackageDefinition } from '@grpc/proto-loader';
import type { ProtoGrpcType as AgentTypes } from './generated/agent';
import type { ProtoGrpcType as ArtifactTypes } from './generated/artifact';
import type { ProtoGrpcType as BenchmarkTypes } from './generated/benchmark';
import type { ProtoGrpcType as FleetTypes } from './generated/fleet';
import type { ProtoGrpcType as SearchTypes } from './generated/search';
import type { ProtoGrpcType as TrainingTypes } from './generated/training';

const files = ['agent', 'artifact', 'benchmark', 'fleet', 'search', 'training'].map(
  (name) => `farm/v1/${name}.proto`,
);

/** The .proto files as loaded descriptors, for servers, clients and reflection alike. Options match the generated types. */
export function loadFarmPackage(): PackageDefinition {
  const root = path.resolve(__dirname);
  if (!existsSync(path.join(root, 'farm/v1/agent.proto')))
    throw new Error(`broken installation: no .proto files in ${root}; run: npm run build`);
  return loadSync(files, {
    includeDirs: [root],
    longs: Number,
    enums: String,
    defaults: true,
    oneofs: true,
  });
}

export type FarmServices = AgentTypes['farm']['v1'] &
  ArtifactTypes['farm']['v1'] &
  BenchmarkTypes['farm']['v1'] &
  FleetTypes['farm']['v1'] &
  SearchTypes['farm']['v1'] &
  TrainingTypes['farm']['v1'];

/** Client constructors and service definitions of `farm.v1`. */
export function loadFarmServices(): FarmServices {
  return (loadPackageDefinition(loadFarmPackage()) as unknown as { farm: { v1: FarmServices } })
    .farm.v1;
}
