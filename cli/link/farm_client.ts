import { credentials } from '@grpc/grpc-js';
import { benchmarkFromWire, type BenchmarkChange } from '../../proto/codec/benchmark';
import type { BenchmarkRequest } from '../../proto/generated/farm/v1/BenchmarkRequest';
import { loadFarmServices } from '../../proto/service';
import { transportOptions } from '../../proto/transport_options';
import { createArtifactCalls, type ArtifactCalls } from './artifact_calls';
import { createCaller } from './caller';
import { createFleetCalls, type FleetCalls } from './fleet_calls';
import { createTrainingCalls, type TrainingCalls } from './training_calls';
import { createSearchCalls, type SearchCalls } from './search_calls';

/** The coordinator as the commands see it. Failures are `FarmError`. */
export interface FarmClient extends FleetCalls, SearchCalls, ArtifactCalls, TrainingCalls {
  runBenchmark(request: BenchmarkRequest): AsyncIterable<BenchmarkChange>;
  close(): void;
}

/** Opens a lazy channel to `address` (HOST:PORT). */
export function connectFarm(address: string): FarmClient {
  const services = loadFarmServices();
  const channel = [address, credentials.createInsecure(), transportOptions] as const;
  const fleet = new services.FleetService(...channel);
  const search = new services.SearchService(...channel);
  const benchmark = new services.BenchmarkService(...channel);
  const artifacts = new services.ArtifactService(...channel);
  const training = new services.TrainingService(...channel);
  const caller = createCaller(address);
  return {
    ...createFleetCalls(fleet, caller),
    ...createSearchCalls(search, caller),
    ...createArtifactCalls(artifacts, caller),
    ...createTrainingCalls(training, caller),
    runBenchmark: (request) => caller.stream(benchmark.run(request), benchmarkFromWire),
    close: () => {
      for (const client of [fleet, search, benchmark, artifacts, training]) client.close();
    },
  };
}
