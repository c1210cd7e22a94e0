import { hottestCelsius } from '../../common/device';
import type { Measurement } from '../../common/measurement';
import { deviceToWire } from '../../proto/codec/device';
import type { HistoryHeader as WireHeader } from '../../proto/generated/farm/v1/HistoryHeader';
import type { HistoryPart as WirePart } from '../../proto/generated/farm/v1/HistoryPart';
import type { PastCandidate as WireCandidate } from '../../proto/generated/farm/v1/PastCandidate';
import type { PastMeasurement as WireMeasurement } from '../../proto/generated/farm/v1/PastMeasurement';
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
  await parts.send({ header: headerToWire(history) });
  for await (const candidate of history.candidates)
    await parts.send({ candidate: candidateToWire(candidate) });
}

function headerToWire({
  specYaml,
  positions,
  hypervolumes,
  devices,
  statement,
}: SearchHistory): WireHeader {
  return {
    specYaml,
    ...statement,
    positions: positions.map(({ name, values }) => ({ name, choices: values.map(String) })),
    targets: [...hypervolumes].map(([target, each]) => ({ target, hypervolumes: [...each] })),
    devices: devices.map(deviceToWire),
  };
}

function candidateToWire({
  choices,
  features,
  accuracyPercent,
  state,
  endedSequence,
  measurement,
  confirmations,
  ...same
}: PastCandidate): WireCandidate {
  return {
    ...same,
    choices: [...choices],
    features: Array.from(features),
    accuracy: accuracyPercent,
    state: stateToWire(state),
    ...('fault' in state ? { faultCode: state.fault.code, faultMessage: state.fault.message } : {}),
    endedSequence: endedSequence ?? 0,
    confirmations: confirmations.map(measurementToWire),
    ...(measurement === undefined ? {} : { measurement: measurementToWire(measurement) }),
  };
}

function measurementToWire(measurement: Measurement): WireMeasurement {
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
    latencyMs: measurement.latencyMs,
    sessionMediansMs: sessionMediansMs(measurement),
    toolVersion: toolVersion ?? '',
    toolDigest: toolDigest ?? '',
    celsiusBefore: hottestCelsius(before) ?? 0,
    celsiusAfter: hottestCelsius(after) ?? 0,
    cpuKhzBefore: Math.max(0, ...before.cpuFrequencyKhz),
    cpuKhzAfter: Math.max(0, ...after.cpuFrequencyKhz),
    caveats: [...caveats],
    startedAtMs: measurement.startedAtMs,
    finishedAtMs: measurement.finishedAtMs,
  };
}

/** What a limit refused is told apart from what cannot run there. */
function stateToWire(state: PastCandidate['state']): string {
  return state.kind === 'infeasible' && state.refusedBy.kind === 'limit' ? 'excluded' : state.kind;
}
