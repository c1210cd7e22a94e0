import type { FarmFault, FarmFaultCode } from '../../../common/fault';
import type { Unit } from '../../../common/target';
import { toolFault } from './tool_fault';

interface TroubleSignature {
  readonly code: FarmFaultCode;
  readonly pattern: RegExp;
}

const library = String.raw`\.so\b|librar|delegate\b|skel\b|stub\b|backend|plugin|dispatch|driver|platform info|platform config|manager|providers?\b|transport|\bdevice\b`;

/**
 * Ordered: the more particular before the more general. Sources: the tools' own (LiteRT's tflite/delegates,
 * litert/runtime and litert/vendors/qualcomm; ONNX Runtime's test/perftest and core/providers/qnn), Android's linker,
 * and public reports (https://github.com/microsoft/onnxruntime/issues/22288, .../21214,
 * https://github.com/tensorflow/tensorflow/issues/74993, .../49247, https://github.com/google-ai-edge/LiteRT/issues/5594).
 */
const signatures: readonly TroubleSignature[] = [
  {
    code: 'storage-full',
    pattern:
      /No space left|ENOSPC|EDQUOT|quota exceeded|(?:disk|storage|device|file ?system|partition)\b[^.]{0,30} (?:is )?full\b|(?:not enough|insufficient|out of) (?:free )?(?:disk|storage)(?: space)?\b|not enough space|(?:os error|errno)[ :=]*28\b|short write|write (?:error|failed|was short)|failed to write all|failed to (?:open|write|save)\b.{0,20}(?:result|cache file)/i,
  },
  {
    code: 'tool-mismatched',
    pattern:
      /cannot locate symbol|undefined symbol|symbol lookup error|version `[^']{1,60}' not found|wrong ELF class|(?:32|64)-bit instead of (?:32|64)-bit|unexpected e_machine|invalid ELF header|bad ELF magic|file too short|Exec format error|is for EM_|not executable: |syntax error: unexpected/i,
  },
  {
    code: 'tool-mismatched',
    pattern:
      /incompatible\b.{0,60}(?:version|binar|librar|skel|stub|driver|firmware)|INCOMPATIBLE_BINAR|verify skel version|(?:skel|stub)\b.{0,60}(?:build id|version|mismatch|revision)|(?:librar\w*|sdk|qnn|backend|driver|runtime|plugin|api|abi|firmware|build id)\b.{0,60}version\b.{0,80}(?:mismatch|not supported|unsupported|too old|too new|older|newer)|mismatch\w*\b.{0,60}(?:version|build id|skel|stub|librar|abi|sdk)|(?:version|build id|abi)\b.{0,40}mismatch|unsupported (?:dispatch|compiler plugin|runtime|qnn|library|sdk|backend|driver)\b.{0,20}version|sdk v[\d.]+ is not supported|context binary\b.{0,60}(?:newer|isn't compatible|not compatible)|requested API version|given version \[\d+\] is not supported|ErrorWrongVersion/i,
  },
  {
    code: 'flag-unknown',
    pattern:
      /Unconsumed cmdline flags:.*--(?:use_|external_|hexagon|nnapi|gpu_|dispatch|compiler_|graph|num_)|(?:unknown|unrecogni[sz]ed|unexpected|no such|undefined) (?:command[- ]?line )?(?:flags?|options?|arguments?|switch)\b|(?:invalid|illegal|bad) (?:command[- ]?line )?(?:flag|option|switch)\b|(?:flag|option|argument)s? ['"`‘’]?-{0,2}[\w-]{1,60}['"`’]? (?:is |are )?(?:not (?:recogni[sz]ed|known|supported|defined)|does(?: not|n't) exist|unknown|invalid)|missing the value for the flag|specified for flag '|Failed to parse (?:positional )?flag|Required flag not provided|Wrong key type entered|Wrong value for \w+\. select from|^Supported (?:htp_performance_mode|profiling_level|qnn_context_priority)|Error parsing (?:session configuration|filter)|onnxruntime_perf_test --help|^(?:ERROR: )?usage: |perf_test \[options\.\.\.\]/i,
  },
  {
    code: 'flag-unknown',
    pattern:
      /(?:not supported|not included|not enabled|not available|unavailable|missing) in (?:this|the) build|(?:not|without being) (?:built|compiled) (?:in|with)|built without|not included in perf test runner|(?:unsupported|unknown|invalid) (?:execution )?provider|execution provider\b.{0,60}not (?:supported|enabled|available)|is not enabled in/i,
  },
  {
    code: 'accelerator-missing',
    pattern:
      /specified NNAPI accelerator|no accelerators? available|No matching EP devices|acceleration is unsupported|nnapi error: requires|CL_DEVICE_NOT_FOUND|(?:unexpected|unsupported|unknown) soc\b|no (?:suitable |usable |supported |compatible )?(?:GPU|OpenCL|NPU|DSP|HTP|Hexagon)\b[\w ]{0,20}(?:device|platform|found|available)|(?:GPU|NPU|DSP|NNAPI|OpenCL|OpenGL|HTP|Hexagon|accelerator)\b[\w ]{0,40}(?:not (?:available|present|found)|unavailable|not supported (?:on|by) this (?:device|platform|phone|soc))/i,
  },
  {
    code: 'tool-missing',
    pattern: new RegExp(
      String.raw`CANNOT LINK EXECUTABLE|inaccessible or not found|dlopen failed|dlsym|library "[^"]{1,200}" not found|(?:cannot open|error while loading) shared|Cannot find module|required libraries are missing|SetupBackend failed|DynamicLoading|PrepareLib isn't loaded|No (?:usable dispatch|compiler plugin|dispatch library)|could not be loaded and registered|Dispatch API\b.{0,40}(?:not found|fail)|skel build id|qnn_open failed|rpc (?:status|transport)|transport layer|remote_handle\w*_open\w* failed|apps_dev_init|open_mod_table|fastrpc\w*\b.{0,80}(?:fail|error)|lib[ac]dsprpc handle|Hexagon interface not available|hexagon_nn_config failed|Hexagon NN version|Hexagon Delegate is not supported|nnapi error:|EP library|created delegate by the delegate provider|(?:Failed|Unable|Could not|Couldn't|Could n't|Cannot|Can not|Can't|Error)\b.{0,30}\b(?:in |to )?(?:load|open|find|locate|dlopen|initiali[sz]|creat|resolv|regist|connect)\w*\b.{0,80}(?:${library})|(?:${library})\b.{0,40}(?:not loaded|not found|not available|unavailable|is missing|is NULL|could not be (?:loaded|found|opened))`,
      'i',
    ),
  },
  { code: 'transfer-failed', pattern: /File doesn't exist|Could not open '/i },
];

/** An accelerator that took the model and then failed: https://github.com/microsoft/onnxruntime/issues/25422, tensorflow issue 56747. */
const accelerator: TroubleSignature = {
  code: 'accelerator-failed',
  pattern:
    /graph execute error|Failed to (?:execute|invoke|prepare) ?graph|Failed to (?:invoke|execute)\b|failed to invoke|Invoke failed|^(?:ERROR: )?Run failed|returned while running|DEAD_OBJECT|UNAVAILABLE_DEVICE|RESOURCE_EXHAUSTED|MISSED_DEADLINE|ENGINE_ERROR|sub-?system restart|service unexpectedly died|TfLiteGpuDelegate Invoke|hexagon_nn_execute|CL_OUT_OF_|device (?:was )?lost/i,
};

/** What healthy phones print too. Each says something of a part that was tried and is not needed. */
const harmless: readonly RegExp[] = [
  // The Hexagon delegate asks for a function that older DSP libraries lack, and goes on without.
  /^Func remote_handle_control not available/,
  /linker: Warning|Access denied finding property|^Falling back to|An update is recommended/i,
  // The runtime itself goes on without a default delegate that does not suit the graph.
  /Failed to apply the default/,
];

/** LiteRT tries to register every accelerator, whichever is asked for. */
const gpuParts = /GPU accelerator|LiteRtGpu|ClGl|WebGpu|OpenCL|OpenGL|\bEGL/i;
const npuParts = /NPU accelerator|dispatch|compiler plugin/i;

/** The first line that says that the tool or its surroundings, not the model, are the trouble; null if there is none. */
export function findToolTrouble(lines: readonly string[], unit: Unit): FarmFault | null {
  const concerning = lines.filter((line) => concerns(line, unit));
  for (const { code, pattern } of signatures) {
    const line = concerning.find((each) => pattern.test(each));
    if (line !== undefined) return toolFault(code, line);
  }
  return null;
}

/** The failure of an accelerator in running what it had taken; null if there is none, and for a CPU. */
export function findAcceleratorFailure(lines: readonly string[], unit: Unit): FarmFault | null {
  if (isCpu(unit)) return null;
  const line = lines.find((each) => accelerator.pattern.test(each));
  return line === undefined ? null : toolFault(accelerator.code, line);
}

export function isCpu(unit: Unit): boolean {
  return unit === 'cpu' || unit === 'cpu-xnnpack';
}

function concerns(line: string, unit: Unit): boolean {
  if (harmless.some((pattern) => pattern.test(line))) return false;
  return !(unit !== 'gpu' && gpuParts.test(line)) && !(unit !== 'npu' && npuParts.test(line));
}
