import type { CandidateFault, FarmFault } from '../../common/fault';
import type { Unit } from '../../common/target';
import { refusalBy, speaksOfOperators } from './model_refusal';
import { findToolTrouble, toolFault } from './tool_trouble';

/** Sentences that say that part of the model would run on the CPU after all. */
export const delegationRefusals: readonly RegExp[] = [
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

export type Delegation =
  | { readonly kind: 'full' }
  | { readonly kind: 'partial'; readonly line: string }
  | { readonly kind: 'unproven' };

/** CPU code that takes what a delegate left. */
const cpuKernels = /XNNPack|YNNPack|\bCPU/i;

/**
 * Where the graph ran, by the tool's own lines. Only a positive sentence counts: without the check for "no delegate
 * was created", which older binaries lack, they run on the CPU in silence. `delegate` is its name in the sentence
 * about full delegation (2020's had no "Explicitly" and said "w/ the delegate").
 * https://github.com/google-ai-edge/LiteRT/blob/main/tflite/tools/benchmark/benchmark_tflite_model.cc
 */
export function delegationBy(lines: readonly string[], delegate: string): Delegation {
  const refusal =
    lines.find((line) => delegationRefusals.some((pattern) => pattern.test(line))) ??
    remainder(lines, () => true);
  if (refusal !== undefined) return { kind: 'partial', line: refusal };
  const sentence = new RegExp(
    `(?:^|explicitly )applied ${delegate} delegate, and the model graph will be completely executed (?:by|w/|with) the delegate`,
    'i',
  );
  return lines.some((line) => sentence.test(line)) ? { kind: 'full' } : { kind: 'unproven' };
}

/**
 * The same for LiteRT's benchmark, which prints no such sentence: every subgraph must be replaced as a whole by a
 * kernel whose name `kernels` knows, and every partitioning must have selected all operators.
 * https://github.com/google-ai-edge/LiteRT/blob/main/litert/compiler/plugin/compiler_plugin.cc
 */
export function delegationOfSubgraphs(lines: readonly string[], kernels: RegExp): Delegation {
  const refusal =
    lines.find((line) => delegationRefusals.some((pattern) => pattern.test(line))) ??
    remainder(lines, (kernel) => kernels.test(kernel)) ??
    unselected(lines);
  if (refusal !== undefined) return { kind: 'partial', line: refusal };
  const replaced = lines.some((line) => kernels.test(replacementIn(line)?.kernel ?? ''));
  return { kind: replaced ? 'full' : 'unproven' };
}

interface Replacement {
  readonly replaced: number;
  /** Null in versions that did not print it. */
  readonly total: number | null;
  readonly kernel: string;
}

function replacementIn(line: string): Replacement | null {
  const [, replaced, total, kernel] =
    /Replacing (\d{1,7}) (?:out of (\d{1,7}) )?node\(s\) with delegate \(([^)]{1,80})\)/.exec(
      line,
    ) ?? [];
  if (replaced === undefined || kernel === undefined) return null;
  return { replaced: Number(replaced), total: total === undefined ? null : Number(total), kernel };
}

/** A line that leaves nodes to the CPU, or hands them to a kernel that was not asked for. */
function remainder(
  lines: readonly string[],
  isAskedFor: (kernel: string) => boolean,
): string | undefined {
  const leaves = (line: string): boolean => {
    const replacement = replacementIn(line);
    if (replacement === null || replacement.replaced === 0) return false;
    if (cpuKernels.test(replacement.kernel) || !isAskedFor(replacement.kernel)) return true;
    return replacement.total !== null && replacement.replaced < replacement.total;
  };
  const counted = lines.find((line) => {
    const [, delegated, total] = /(\d{1,7}) nodes delegated out of (\d{1,7})/.exec(line) ?? [];
    return delegated !== undefined && Number(delegated) < Number(total);
  });
  return lines.find(leaves) ?? counted;
}

/** A partitioning that left operators out. */
function unselected(lines: readonly string[]): string | undefined {
  return lines.find((line) => {
    const [, selected, total] =
      /selected (\d{1,7}) ops, from a total of (\d{1,7}) ops/.exec(line) ?? [];
    return selected !== undefined && Number(selected) < Number(total);
  });
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
