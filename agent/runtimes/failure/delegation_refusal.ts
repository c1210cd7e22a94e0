import type { CandidateFault, FarmFault } from '../../../common/fault';
import type { Unit } from '../../../common/target';
import { refusalBy, speaksOfOperators } from './model_refusal';
import { toolFault } from './tool_fault';
import { findToolTrouble } from './tool_trouble';

/** Sentences that say that part of the model would run on the CPU after all. */
const delegationRefusals: readonly RegExp[] = [
  /model graph will be partially executed (?:by|w\/|with) the delegate/i,
  /delegate is explicitly applied, the model graph will not be executed/i,
  /Disallowed CPU fallback detected/i,
  /fallback to CPU EP has been explicitly disabled/i,
  /Some ops are not accelerated/i,
];

/** What shows that the unit's software was there and looked at the model: without it, a refusal says nothing of the model. */
const engagements: readonly RegExp[] = [
  /\bdelegate created\b|Created TensorFlow Lite delegate for|delegate is explicitly applied|Applied \w+ delegate/i,
  /nodes delegated out of \d|Replacing \d+ (?:out of \d+ )?node/i,
  /Partitioned subgraph|compiler plugins were applied|Unsupported nodes in QNN EP|LiteRT Op #\d+/i,
];

/** What follows from a refusal, and is no cause of its own. */
const consequences =
  /Benchmarking failed|Failed to apply|failed to prepare|Restored original execution plan|Exception during initialization|Failed to compile model|Delegate kernel was not initialized|^(?:ERROR: )?(?:\[[\w./-]+:\d+\])?$|^[\s└├─│]*$/i;

/** The first line in which a runtime says that part of the model would run on the CPU after all. */
export function findDelegationRefusal(lines: readonly string[]): string | undefined {
  return lines.find((line) => delegationRefusals.some((pattern) => pattern.test(line)));
}

/** What a runtime printed, as far as a judgement needs it. */
interface Said {
  readonly lines: readonly string[];
  /** Those that are marked as errors. */
  readonly errors: readonly string[];
}

/**
 * The fault of a model that the unit left to the CPU in part. It is the model's only if the unit's software was there
 * and nothing else went wrong: a delegate that could not be made refuses every model alike.
 */
export function refusedDelegation(
  { lines, errors }: Said,
  unit: Unit,
  refusal: string,
): CandidateFault | FarmFault {
  const trouble = findToolTrouble(lines, unit);
  if (trouble !== null) return trouble;
  const isOnnx = /CPU EP/i.test(refusal);
  const unexplained = errors.find((line) => !isExplained(line));
  if (unexplained !== undefined) return toolFault('tool-failed', unexplained);
  if (!isOnnx && !lines.some((line) => engagements.some((pattern) => pattern.test(line)))) {
    return toolFault('tool-failed', `${refusal} It did not say that it created the delegate`);
  }
  return refusalBy('not-fully-delegated', refusal, { asked: unit, failed: unit, lines });
}

/** The fault of a run whose delegation is not proven, which says nothing of the model. */
export function unprovenDelegation({ lines, errors }: Said, unit: Unit, tool: string): FarmFault {
  const trouble = findToolTrouble(lines, unit);
  if (trouble !== null) return trouble;
  const last = errors.at(-1);
  return toolFault(
    'tool-failed',
    `${tool} did not say that the ${unit} executes the whole graph${last === undefined ? '' : `; it said: ${last}`}`,
  );
}

function isExplained(line: string): boolean {
  return (
    consequences.test(line) ||
    delegationRefusals.some((pattern) => pattern.test(line)) ||
    speaksOfOperators(line) ||
    /Failed to apply the default/i.test(line)
  );
}
