import { toolFailure } from '../../../../agent/runtimes/failure/tool_failure';
import { printed } from '../tool/invocation';

test.each([
  [
    'a linker error',
    'CANNOT LINK EXECUTABLE "./benchmark_model": library "libc++_shared.so" not found',
    1,
    'farm-fault',
    'tool-missing',
  ],
  [
    'a binary that is not there',
    '/system/bin/sh: /data/local/tmp/farm/benchmark_model: inaccessible or not found',
    127,
    'farm-fault',
    'tool-missing',
  ],
  ['a binary that may not run', 'Permission denied', 126, 'farm-fault', 'tool-missing'],
  ['a full phone', 'write: No space left on device', 1, 'farm-fault', 'storage-full'],
  [
    'a model that TFLite cannot read',
    'ERROR: Failed to load model /data/local/tmp/farm/model.tflite',
    1,
    'candidate-fault',
    'invalid-model',
  ],
  [
    'a model that ONNX Runtime cannot read',
    'Load model from model.onnx failed:Protobuf parsing failed.',
    1,
    'candidate-fault',
    'invalid-model',
  ],
  [
    'a model that did not arrive',
    "Load model from model.onnx failed:Load model model.onnx failed. File doesn't exist",
    1,
    'farm-fault',
    'transfer-failed',
  ],
  [
    'a TFLite model that did not arrive',
    "Could not open '/data/local/tmp/farm/model.tflite'.\nFailed to mmap model",
    1,
    'farm-fault',
    'transfer-failed',
  ],
  [
    'a custom operator',
    'ERROR: Encountered unresolved custom op: FarmOp.',
    1,
    'candidate-fault',
    'unsupported-operator',
  ],
  [
    'an unknown version of an operator',
    "Didn't find op for builtin opcode 'CONV_2D' version '9'.",
    1,
    'candidate-fault',
    'unsupported-operator',
  ],
  [
    'an operator without kernel',
    "NOT_IMPLEMENTED : Could not find an implementation for Foo(1) node with name 'n'",
    1,
    'candidate-fault',
    'unsupported-operator',
  ],
  ['a segmentation fault', 'Segmentation fault', 139, 'candidate-fault', 'crashed'],
  ['a silent segmentation fault', '', 139, 'candidate-fault', 'crashed'],
  ['an abort', 'terminating with uncaught exception', 134, 'candidate-fault', 'crashed'],
  ['the killer of processes without memory', 'Killed', 137, 'candidate-fault', 'out-of-memory'],
  [
    'an allocation that failed',
    'terminate called after throwing an instance of std::bad_alloc',
    134,
    'candidate-fault',
    'out-of-memory',
  ],
  [
    "an error of the tool's own",
    'some line\nERROR: it went wrong\nbye',
    1,
    'farm-fault',
    'tool-failed',
  ],
  ['a bus error, as of libraries of two revisions', '', 135, 'farm-fault', 'tool-mismatched'],
  ['a good end without a measurement', 'hello', 0, 'farm-fault', 'unreadable-output'],
  ['nothing at all', '', 0, 'farm-fault', 'unreadable-output'],
])('%s', (...[, text, exitCode, kind, code]) => {
  expect(toolFailure('tool', printed(text, exitCode), 'cpu')).toMatchObject({ kind, code });
});

test("the message is the tool's own line, from either stream", () => {
  const fault = toolFailure(
    'tool',
    printed('STARTING!', 1, {
      stderr:
        '05-30 15:16:44.857  3380  3380 E tflite  : Failed to load model m.tflite\r\nBenchmarking failed.',
    }),
    'cpu',
  );
  expect(fault.message).toBe('Failed to load model m.tflite');
});

test("an unknown error's message is its last line that speaks of an error", () => {
  const { message } = toolFailure(
    'tool',
    printed('some line\nERROR: it went wrong\nbye', 1),
    'cpu',
  );
  expect(message).toMatch(
    /^tool gave up \(exit status 1\): ERROR: it went wrong; the cause is unknown: run the command/,
  );
});
