import { findDelegationRefusal } from '../failure/delegation_refusal';

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
  const refusal = findDelegationRefusal(lines) ?? remainder(lines, () => true);
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
    findDelegationRefusal(lines) ??
    remainder(lines, (kernel) => kernels.test(kernel)) ??
    unselected(lines);
  if (refusal !== undefined) return { kind: 'partial', line: refusal };
  const replaced = lines.some((line) => kernels.test(replacementIn(line)?.kernel ?? ''));
  return { kind: replaced ? 'full' : 'unproven' };
}

interface ReplacedNodes {
  readonly replaced: number;
  /** Null in versions that did not print it. */
  readonly total: number | null;
  readonly kernel: string;
}

function replacementIn(line: string): ReplacedNodes | null {
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
