import { candidateFault, farmFault, type CandidateFault, type FarmFault } from '../../common/fault';
import { delegationRefusals } from './delegation';
import { toolLines } from './tool_text';
import type { ToolOutput } from './runtime';

type Fault = CandidateFault | FarmFault;

interface Signature {
  readonly pattern: RegExp;
  readonly fault: (line: string) => Fault;
}

/** Ordered: what prevents the tool from working at all comes before what it says about the model. */
const signatures: readonly Signature[] = [
  { pattern: /No space left on device|ENOSPC/i, fault: (line) => farmFault('storage-full', line) },
  {
    pattern: /CANNOT LINK EXECUTABLE|inaccessible or not found|(?:error while loading|cannot open) shared (?:libraries|object)|dlopen failed|exec format error|Cannot find module|(?:Failed|Unable) to load (?:external delegate|backend|.*\.so)/i,
    fault: (line) => farmFault('tool-missing', line),
  },
  { pattern: /std::bad_alloc|out of memory|bad allocation|(?:failed|unable) to allocate (?:memory|\d+ bytes)|memory allocation failed/i, fault: (line) => candidateFault('out-of-memory', line) },
  ...delegationRefusals.map((pattern) => ({ pattern, fault: (line: string) => candidateFault('not-fully-delegated', line) })),
  { pattern: /File doesn't exist|Could not open '/i, fault: (line) => farmFault('transfer-failed', line) },
  {
    pattern:
      /unresolved custom op|Didn't find op for builtin opcode|Could not find an implementation for|is not a registered function\/op|Element type \w+ is not supported|No Op registered for|NOT_IMPLEMENTED|op(?:erator)?s? (?:\S+ )?(?:is|are) not supported|unsupported op/i,
    fault: (line) => candidateFault('unsupported-operator', line),
  },
  {
    pattern: /Failed to load model|Protobuf parsing failed|INVALID_PROTOBUF|INVALID_GRAPH|This is an invalid model|not a valid Flatbuffer|Failed to (?:mmap|read|build) (?:the )?(?:model|flatbuffer)|failed to (?:construct interpreter|prepare\b)|Unsupported model IR version|Load model from .* failed/i,
    fault: (line) => candidateFault('invalid-model', line),
  },
];

/** Shell convention: 128 plus the signal. */
const killedExitCode = 137;
const crashExitCodes: Readonly<Record<number, string>> = { 132: 'illegal instruction', 133: 'trap', 134: 'aborted', 135: 'bus error', 136: 'arithmetic error', 139: 'segmentation fault' };
const notExecutableExitCode = 126;
const notFoundExitCode = 127;

/**
 * Why a tool that gave no measurement failed. The tool's own words decide first, then how it died; a tool that ended
 * well and still said nothing usable is the farm's trouble, one that gave up with an error of its own the candidate's.
 */
export function toolFailure(tool: string, output: ToolOutput): Fault {
  const lines = toolLines(`${output.stdout}\n${output.stderr}`);
  for (const signature of signatures) {
    const line = lines.find((candidate) => signature.pattern.test(candidate));
    if (line !== undefined) return signature.fault(line);
  }
  return exitFault(tool, output.exitCode, lines);
}

function exitFault(tool: string, exitCode: number, lines: readonly string[]): Fault {
  const lastLine = lines.at(-1) ?? 'it printed nothing';
  const said = (pattern: RegExp): boolean => lines.some((line) => pattern.test(line));
  if (exitCode === notFoundExitCode || exitCode === notExecutableExitCode) return farmFault('tool-missing', `${tool} cannot be run (exit status ${String(exitCode)}): ${lastLine}`);
  if (exitCode === killedExitCode || said(/^Killed\b/)) return candidateFault('out-of-memory', `${tool} was killed, as Android does when memory runs out: ${lastLine}`);
  const crash = crashExitCodes[exitCode];
  if (crash !== undefined || said(/^(?:Segmentation fault|Aborted|Bus error|Illegal instruction)\b/i)) {
    return candidateFault('crashed', `${tool} crashed (${crash ?? 'signal'}, exit status ${String(exitCode)}): ${lastLine}`);
  }
  if (exitCode === 0) return farmFault('unreadable-output', `${tool} ended well but its output holds no complete measurement; its last line: ${lastLine}`);
  return candidateFault('crashed', `${tool} gave up (exit status ${String(exitCode)}): ${errorLine(lines) ?? lastLine}`);
}

function errorLine(lines: readonly string[]): string | undefined {
  return lines.findLast((line) => /error|fail|invalid|exception/i.test(line) && !/^(?:INFO|WARNING): /.test(line));
}
