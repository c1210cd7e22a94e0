import { hottestCelsius, type DeviceState } from '../../common/device';
import type { Measurement } from '../../common/measurement';
import {
  historyToWire,
  type HistoryCandidate,
  type HistoryHeader,
  type HistoryMeasurement,
} from '../../proto/codec/history';
import type { HistoryPart as WirePart } from '../../proto/generated/farm/v1/HistoryPart';
import type { ResponseStream } from '../calls/service_call';
import { sessionMediansMs } from '../../search/study/latency_interval';
import type { PastCandidate, SearchHistory } from '../searches/search_history';
import type { SearchReader } from '../searches/search_reader';

/** Sends a search's history at the pace of its reader. */
export async function sendHistory(
  reader: Pick<SearchReader, 'history'>,
  searchId: string,
  parts: ResponseStream<WirePart>,
): Promise<void> {
  const history = await reader.history(searchId);
  await parts.send(historyToWire({ part: 'header', header: headerOf(history) }));
  for await (const candidate of history.candidates)
    await parts.send(historyToWire({ part: 'candidate', candidate: candidateOf(candidate) }));
}

function headerOf({
  specYaml,
  positions,
  hypervolumes,
  devices,
  statement,
}: SearchHistory): HistoryHeader {
  return {
    specYaml,
    ...statement,
    positions: positions.map(({ name, values }) => ({ name, choices: values.map(String) })),
    targets: [...hypervolumes].map(([target, each]) => ({ target, hypervolumes: [...each] })),
    devices: [...devices],
  };
}

function candidateOf({
  choices,
  features,
  accuracyPercent,
  state,
  measurement,
  confirmations,
  ...same
}: PastCandidate): HistoryCandidate {
  const fault = 'fault' in state ? state.fault : undefined;
  return {
    ...same,
    choices: [...choices],
    features: Array.from(features),
    accuracy: accuracyPercent,
    state: stateOf(state),
    faultCode: fault?.code ?? null,
    faultMessage: fault?.message ?? null,
    refusal: fault?.kind === 'candidate-fault' ? fault.refusal : null,
    measurement: measurement === undefined ? null : measurementOf(measurement),
    confirmations: confirmations.map(measurementOf),
  };
}

function measurementOf(measurement: Measurement): HistoryMeasurement {
  const {
    deviceSerial,
    deviceKind,
    soc,
    osBuild,
    agentVersion,
    tool,
    toolVersion,
    toolDigest,
    command,
    threads,
    boundary,
    before,
    after,
    caveats,
  } = measurement.conditions;
  return {
    ...{ deviceSerial, deviceKind, soc, osBuild, agentVersion, tool, command, threads, boundary },
    ...{ toolVersion, toolDigest },
    latencyMs: measurement.latencyMs,
    sessionMediansMs: sessionMediansMs(measurement),
    celsiusBefore: hottestCelsius(before),
    celsiusAfter: hottestCelsius(after),
    cpuKhzBefore: fastestKhz(before),
    cpuKhzAfter: fastestKhz(after),
    caveats: [...caveats],
    startedAtMs: measurement.startedAtMs,
    finishedAtMs: measurement.finishedAtMs,
  };
}

/** What a limit refused is told apart from what cannot run there. */
function stateOf(state: PastCandidate['state']): HistoryCandidate['state'] {
  return state.kind === 'infeasible' && state.refusedBy.kind === 'limit' ? 'excluded' : state.kind;
}

function fastestKhz({ cpuFrequencyKhz }: DeviceState): number | null {
  return cpuFrequencyKhz.length === 0 ? null : Math.max(...cpuFrequencyKhz);
}
