import { farmFault, type CandidateFault, type FarmFault } from '../../../common/fault';
import type { Unit } from '../../../common/target';
import { refusalBy } from './model_refusal';
import { toolFault } from './tool_fault';

/** Shell convention: 128 plus the signal. */
const killedExitCode = 137;
const crashExitCodes: Readonly<Record<number, string>> = {
  133: 'trap',
  134: 'aborted',
  136: 'arithmetic error',
  139: 'segmentation fault',
};

/**
 * Signals of code that does not fit: an instruction or a system call that the phone does not have, or a call into a
 * library of another revision. https://github.com/google-ai-edge/LiteRT-CLI/issues/75
 */
const misfitExitCodes: Readonly<Record<number, string>> = {
  132: 'illegal instruction',
  135: 'bus error',
  159: 'bad system call',
};
const notExecutableExitCode = 126;
const notFoundExitCode = 127;

/** What a status tells of a tool that said nothing of its failure. */
export function exitFault(
  tool: string,
  exitCode: number,
  lines: readonly string[],
  unit: Unit,
): CandidateFault | FarmFault {
  const lastLine = lines.at(-1) ?? 'it printed nothing';
  const said = (pattern: RegExp): boolean => lines.some((line) => pattern.test(line));
  const status = `exit status ${String(exitCode)}`;
  if (exitCode === notFoundExitCode || exitCode === notExecutableExitCode)
    return toolFault('tool-missing', `${tool} cannot be run (${status}): ${lastLine}`);
  const facts = { asked: unit, failed: unit, lines };
  if (exitCode === killedExitCode || said(/^Killed\b/))
    return refusalBy(
      'out-of-memory',
      `${tool} was killed, as Android does when memory runs out: ${lastLine}`,
      facts,
    );
  const misfit = misfitExitCodes[exitCode];
  if (misfit !== undefined || said(/^(?:Bus error|Illegal instruction|Bad system call)\b/i))
    return toolFault(
      'tool-mismatched',
      `${tool} died of code that does not fit (${misfit ?? 'signal'}, ${status}): ${lastLine}`,
    );
  const crash = crashExitCodes[exitCode];
  if (crash !== undefined || said(/^(?:Segmentation fault|Aborted)\b/i))
    return refusalBy(
      'crashed',
      `${tool} crashed (${crash ?? 'signal'}, ${status}): ${lastLine}`,
      facts,
    );
  if (exitCode === 0)
    return farmFault(
      'unreadable-output',
      `${tool} ended well but its output holds no complete measurement; its last line: ${lastLine}`,
    );
  return toolFault('tool-failed', `${tool} gave up (${status}): ${errorLine(lines) ?? lastLine}`);
}

function errorLine(lines: readonly string[]): string | undefined {
  return lines.findLast((line) => /error|fail|invalid|exception/i.test(line));
}
