import {
  candidateFault,
  type CandidateFault,
  type CandidateFaultCode,
} from '../../../common/fault';
import type { Unit } from '../../../common/target';
import { toolFault } from './tool_fault';
import type { FarmFault } from '../../../common/fault';

/** Oldest formats that hold what this program writes (docs/phones.md): a tool that ends below them is too old. */
const ourIrVersion = 10;
const ourOpset = 21;

interface RefusalSignature {
  readonly code: CandidateFaultCode;
  readonly pattern: RegExp;
  /** Whether the unit that was asked for refused, or the runtime before any unit saw the model. */
  readonly by: 'unit' | 'runtime';
}

/** Sentences in which a runtime speaks of one operator of the model; the first capture that is there names it. */
const operatorPatterns: readonly RegExp[] = [
  /Unsupported nodes in QNN EP: \{ name: [^,}]{0,120}, type: (\w{1,60})/,
  /LiteRT Op #\d+ '(\w{1,60})'/,
  /(?:find an implementation for|No Op registered for) (?:\w+\.)*(\w{1,60})/,
  /Didn't find op for builtin opcode '(\w{1,60})'/,
  /unresolved custom op: (?!DISPATCH_OP)([\w:]{1,60})/,
  /(?:^|: )(\w{1,60})\([\d.]{1,8}\) is not a registered function\/op/,
  /node (?:`|')?[^`']{1,160}(?:`|')? of type (?:`|')?(\w{1,60})/i,
  /\]\s*(\w{1,60}) node [`'"].{1,160} is not supported/,
  /QnnDsp <E> "([^"]{1,100})" generated:/,
  /newnode\.c:\d+:node \w+ \((\w{1,60})\)/,
  /Node number \d+ \((?!TfLite\w*Delegate|DISPATCH_OP|Delegate)(\w{1,60})\) failed to (?:prepare|invoke)/,
  /returned while running (\w{1,60}) node/,
  /QNN op validation failed: (\w{1,60})/,
  /^(?:ERROR: )?([A-Z][A-Z0-9_]{1,50}): (?:Operation is not supported|.{1,80}(?:not supported|error|expected))/,
];

/**
 * Ordered: what names the unsuitable part before the vague. Sources: ONNX Runtime's core/graph, core/session and
 * core/providers/qnn, LiteRT's tflite/core, tflite/delegates and litert/vendors/qualcomm/compiler.
 */
const signatures: readonly RefusalSignature[] = [
  {
    code: 'unsupported-operator',
    by: 'unit',
    pattern:
      /newnode\.c:\d+:node .*bad|QnnDsp <E> "[^"]{1,100}" generated:|could not create op\b|Op 0x\w+ preparation failed/i,
  },
  {
    code: 'unsupported-operator',
    by: 'runtime',
    pattern:
      /unresolved custom op(?!: DISPATCH_OP)|Didn't find op for builtin opcode|Could not find an implementation for|is not a registered function\/op|Element type \w+ is not supported|No Op registered for|regular TensorFlow ops are not supported|Select TensorFlow op/i,
  },
  {
    code: 'invalid-model',
    by: 'runtime',
    pattern:
      /Failed to load model\b|Protobuf parsing failed|INVALID_PROTOBUF|INVALID_GRAPH|This is an invalid model|not a valid Flatbuffer|Failed to (?:mmap|read|build) (?:the )?(?:model|flatbuffer)|failed to construct interpreter|Unsupported model IR version|under development and support for this is limited|Load model from .* failed|Node number \d+ \((?!TfLite\w*Delegate|DISPATCH_OP|Delegate)\w+\) failed to prepare|only supports static-sized tensors|Dynamic shape is not supported/i,
  },
  {
    code: 'unsupported-operator',
    by: 'unit',
    pattern:
      /NOT_IMPLEMENTED|op(?:erator|eration)?s? (?:\S+ )?(?:is|are) not supported|unsupported op\b|TfLiteGpuDelegate (?:Init|Prepare): (?!.*(?:OpenCL|OpenGL|\bEGL|\bGL_|\bCL_|librar|driver|platform|device)).*(?:mismatch|support|tensor|shape|dimension|batch|rank|axis|operation)/i,
  },
];

const memoryPattern =
  /std::bad_alloc|out of memory|bad allocation|(?:failed|unable) to allocate (?:memory|\d+ bytes)|memory allocation failed/i;

/** A node that fails in running on the CPU fails with these shapes and types everywhere. */
const cpuRunPattern = /returned while running \w+ node|Node number \d+ \(\w+\) failed to invoke/;

/** The candidate fault of a unit that refused the model. */
export function refusalBy(
  code: CandidateFaultCode,
  reason: string,
  facts: { readonly asked: Unit; readonly failed: Unit | null; readonly lines: readonly string[] },
): CandidateFault {
  return candidateFault(code, reason, {
    unitAsked: facts.asked,
    unitFailed: facts.failed,
    reason,
    operator: namedOperator(facts.lines),
  });
}

/** The first line in which a runtime refuses the model itself; null if there is none. */
export function findModelRefusal(
  lines: readonly string[],
  unit: Unit,
  onCpu: boolean,
): CandidateFault | FarmFault | null {
  for (const { code, pattern, by } of signatures) {
    const line = lines.find((each) => pattern.test(each));
    if (line === undefined) continue;
    return isTooOldFor(line)
      ? toolFault('tool-mismatched', line)
      : refusalBy(code, line, { asked: unit, failed: by === 'unit' ? unit : null, lines });
  }
  const memory = lines.find((line) => memoryPattern.test(line));
  if (memory !== undefined)
    return refusalBy('out-of-memory', memory, { asked: unit, failed: unit, lines });
  const failedRun = onCpu ? lines.find((line) => cpuRunPattern.test(line)) : undefined;
  return failedRun === undefined
    ? null
    : refusalBy('invalid-model', failedRun, { asked: unit, failed: unit, lines });
}

/** A line that speaks of the operators of the model, and so of nothing else. */
export function speaksOfOperators(line: string): boolean {
  return (
    operatorPatterns.some((pattern) => pattern.test(line)) ||
    /valid\w*OpConfig|op(?:eration|erator)?\b.{0,40}validat|validat\w*.{0,40}\bop\b|graph_prepare|graph prepare failed|finalize|has incorrect|incorrect (?:value|rank|data ?type)|(?:data ?type|rank|shape|tensor|param\w*|quantiz\w*|axis|stride|padding)\b.{0,60}(?:not supported|unsupported|invalid|expected)|unsupported (?:data ?type|rank|shape|tensor|param|quantiz|axis|stride|padding)|node\b.{0,160}not supported|partition/i.test(
      line,
    )
  );
}

function namedOperator(lines: readonly string[]): string | null {
  for (const pattern of operatorPatterns) {
    const named = lines.map((line) => pattern.exec(line)?.[1]).find((name) => name !== undefined);
    if (named !== undefined) return named;
  }
  return null;
}

/** Whether a refusal of the file's format is one of a tool that knows less than what this program writes. */
function isTooOldFor(line: string): boolean {
  const ir = Number(/max supported IR version: (\d{1,4})/.exec(line)?.[1] ?? Infinity);
  const opset = Number(
    /support for domain (?:ai\.onnx|'')? ?is till opset (\d{1,4})/.exec(line)?.[1] ?? Infinity,
  );
  return ir < ourIrVersion || opset < ourOpset;
}
