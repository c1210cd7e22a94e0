import { systemClock } from '../../platform/time/clock';
import type { Logger } from '../../platform/logger';
import { loadFarmServices } from '../../proto/service';
import { createBenchmarkService } from '../api/benchmark_service';
import { createFleetService } from '../api/fleet_service';
import type { FarmHandlers } from '../api/grpc_server';
import { createSearchService } from '../api/search_service';
import { agentTiming, createAgentService } from '../agents/agent_service';
import { createArtifactService } from '../dispatch/artifact_service';
import { createModelKinds } from '../dispatch/model_kinds';
import type { OutsideReader } from '../reading/outside_reader';
import type { WorkerProcesses } from './workers';
import { createTrainingService } from '../training/training_service';
import type { Core } from './core';
import type { Searches } from './searches';
import type { TrainingPart } from './training';

/** All that answers on the port of agents and clients. */
export function createHandlers(
  core: Core & {
    readonly reader: OutsideReader;
    readonly workers: Pick<WorkerProcesses, 'list'>;
    readonly training: TrainingPart;
  },
  { runner, reader, summaries }: Searches,
  logger: Logger,
): FarmHandlers {
  const parts = { ...core, clock: systemClock, logger };
  return {
    agent: createAgentService({
      ...parts,
      timing: agentTiming,
      services: loadFarmServices(),
      decodeLarge: (bytes) => core.reader.decodeAgentMessage(bytes),
    }),
    artifact: createArtifactService({
      ...parts,
      artifacts: core.ledger.artifacts,
      checkModel: (file, format) => core.reader.checkModel(file, format),
    }),
    benchmark: createBenchmarkService({
      ...parts,
      modelKindOf: createModelKinds(core.store, (file) => core.reader.readModelKind(file)),
    }),
    search: createSearchService({ ...parts, searches: runner, reader, summaries }),
    fleet: createFleetService({ ...parts, workers: () => core.workers.list() }),
    training: createTrainingService({ ...parts, ...core.training }),
  };
}
