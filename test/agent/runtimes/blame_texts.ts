const disallowed = 'ERROR: Disallowed CPU fallback detected.\nERROR: Benchmarking failed.\n';
const notApplied = (delegate: string): string => `ERROR: Failed to apply ${delegate} delegate.\nERROR: Benchmarking failed.\n`;
const fallback = 'This session contains graph nodes that are assigned to the default CPU EP, but fallback to CPU EP has been explicitly disabled by the user.\n';
const qnn = (line: string): string => `2026-11-02 09:30:11.125 [E:onnxruntime:Default, qnn_backend_manager.cc:251 QnnLogging] QnnDsp <E> ${line}\n`;

/**
 * What tools print when they fail, in lines rewritten after the sources and the public reports that are named: the code
 * of the fault, the story, the offer, the exit status, the text.
 */
type Row = readonly [code: string, name: string, offer: string, exitCode: number, text: string];

const ort = 'onnxruntime/npu/int8';
const npu = 'tflite/npu/int8';
const dsp = 'tflite/dsp/int8';
const nnapi = 'tflite/nnapi/int8';
const gpu = 'tflite/gpu/float16';
const cpu = 'tflite/cpu/int8';

export const farmRows: readonly Row[] = [
  ['tool-missing', 'onnxruntime#22288, #21214: the skel cannot be loaded', ort, 255, `${qnn('Failed to load skel, error: 4000')}[E:onnxruntime:, qnn_execution_provider.cc:662 GetCapability] QNN SetupBackend failed Failed to create device. Error: 14001\n${fallback}`],
  ['tool-missing', 'ai-hub-apps#35: the DSP gives no session', ort, 255, `${qnn('DspTransport.openSession qnn_open failed, 0x80000406, prio 100')}${qnn('Unknown rpc status 0x00000016')}${fallback}`],
  ['tool-mismatched', 'mllm#272: the skel is of another version', ort, 255, `${qnn('Failed to retrieve skel build id: err: 1003')}${qnn('Error in verify skel version')}${fallback}`],
  ['tool-missing', 'onnxruntime#20206: libQnnHtp.so is not there', ort, 255, `[E:onnxruntime:, qnn_execution_provider.cc:499 GetCapability] QNN SetupBackend failed Unable to load backend, error: dlopen failed: library "libQnnHtp.so" not found\n${fallback}`],
  ['tool-missing', 'onnxruntime#20124: the backend cannot be made', ort, 255, `[E:onnxruntime:, qnn_execution_provider.cc:499 GetCapability] QNN SetupBackend failed qnn_backend_manager.cc:288 InitializeBackend Failed to initialize backend\n${fallback}`],
  ['tool-missing', 'device creation with error 1002', ort, 255, `[E:onnxruntime:, qnn_ep.cc:1 GetCapability] QNN SetupBackend failed Failed to create device. Error: 1002\n${fallback}`],
  ['tool-missing', 'the library for on-device compiling is missing', ort, 255, `QnnDsp <W> Function not called, PrepareLib isn't loaded!\n[E:onnxruntime:, qnn_model.cc:1 FinalizeGraphs] Failed to finalize QNN graph.\n`],
  ['tool-failed', 'an error that nobody explained beside the fallback', ort, 255, `[E:onnxruntime:, somewhere.cc:1 Something] The flux capacitor is off\n${fallback}`],
  ['flag-unknown', 'no XNNPACK in the build', 'onnxruntime/cpu-xnnpack/int8', 255, 'ort_test_session.cc:600 XNNPACK is not supported in this build\n'],
  ['flag-unknown', 'no QNN in the build', ort, 255, 'ort_test_session.cc:353 QNN is not supported in this build\n'],
  ['flag-unknown', "Abseil's unknown flag", ort, 1, "ERROR: Unknown command line flag 'plugin_ep_libs'. Did you mean: ...\n"],
  ['flag-unknown', "getopt's unknown option", ort, 255, "./onnxruntime_perf_test: invalid option -- 'C'\nperf_test [options...] model_path [result_file]\nOptions:\n"],
  ['flag-unknown', "cxxopts' unknown option", ort, 1, "Option 'plugin_eps' does not exist\n"],
  ['flag-unknown', 'an old binary that prints its usage', ort, 255, 'perf_test [options...] model_path result_file\nOptions:\n\t-m [test_mode]: Specifies the test mode.\n'],
  ['flag-unknown', 'a key of QNN that is newer than the binary', ort, 255, "ort_test_session.cc:340 Wrong key type entered. Choose from options: ['backend_path', 'profiling_level']\n"],
  ['tool-missing', 'the plugin library is not there', ort, 255, 'Failed to load library /d/libonnxruntime_providers_qnn.so with error: dlopen failed: library "/d/libonnxruntime_providers_qnn.so" not found\n'],
  ['accelerator-missing', 'the plugin found no device', ort, 255, 'common_utils.cc:95 [ERROR] [Plugin EP]: No matching EP devices found.\n'],
  ['tool-mismatched', 'libonnxruntime.so is older than the tool', ort, 134, 'The requested API version [24] is not available, only API versions [1, 20] are supported in this build. Current ORT Version is: 1.20.0\n'],
  ['tool-mismatched', 'onnxruntime: binary too old for our files', 'onnxruntime/cpu/int8', 255, 'Load model from m.onnx failed:model.cc:149 Unsupported model IR version: 10, max supported IR version: 9\n'],
  ['accelerator-failed', 'onnxruntime#25422: the graph fails in running', ort, 255, "Run failed:PerformanceRunner::RunOneIteration caught exception: Non-zero status code returned while running QNN_17_257 node. Name:'QNNExecutionProvider_QNN_17_257_64' Status Message: QNN graph execute error. Error code: 6001\n"],
  ['tool-failed', 'an error status that nobody explained', 'onnxruntime/cpu/int8', 255, 'something else went wrong\n'],
  ['storage-full', 'the disk fills while the tool runs', ort, 255, 'terminate called: write: No space left on device\n'],
  ['storage-full', 'a quota', cpu, 1, 'ERROR: write /data/local/tmp/x: Disk quota exceeded\n'],
  ['storage-full', 'errno only', ort, 1, 'fwrite failed, errno=28\n'],
  ['storage-full', "LiteRT's cache on a full disk", npu, 1, 'ERROR: [compilation_cache.cc:90] Failed to write all data to cache file: /data/local/tmp/c\nERROR: Benchmarking failed.\n'],
  ['tool-missing', 'tensorflow#74993, #55364: Hexagon libraries missing', dsp, 1, `WARNING: Failed to fetch Hexagon NN version.\nINFO: Hexagon Delegate is not supported.\n\nWARN: Could not create Hexagon delegate: platform may not support delegate or required libraries are missing\n${disallowed}`],
  ['tool-mismatched', 'Hexagon libraries of two versions', dsp, 1, `WARNING: Incompatible versions between interface library and libhexagon_skel 130 vs 137. You must use compatible versions.\nINFO: Hexagon Delegate is not supported.\n${disallowed}`],
  ['tool-missing', 'tensorflow#49247: the DSP cannot be configured', dsp, 1, `INFO: TfLiteHexagonDelegate delegate: 125 nodes delegated out of 125 nodes with 1 partitions.\nERROR: hexagon_nn_config failed. Error: -1\nERROR: Delegate kernel was not initialized\nERROR: Node number 125 (TfLiteHexagonDelegate) failed to prepare.\n${notApplied('Hexagon')}`],
  ['accelerator-failed', 'tensorflow#56747: the DSP fails after full delegation', dsp, 1, 'Hexagon delegate created.\nExplicitly applied Hexagon delegate, and the model graph will be completely executed by the delegate.\nERROR: Failed: Failed to execute graph..\nERROR: Node number 557 (TfLiteHexagonDelegate) failed to invoke.\nERROR: Benchmarking failed.\n'],
  ['accelerator-failed', 'the NPU fails after full delegation', npu, 1, 'EXTERNAL delegate created.\nExplicitly applied EXTERNAL delegate, and the model graph will be completely executed by the delegate.\nERROR: Node number 31 (TfLiteQnnDelegate) failed to invoke.\nERROR: Benchmarking failed.\n'],
  ['flag-unknown', 'a flag that this build does not know', dsp, 1, `WARN: Unconsumed cmdline flags: --use_hexagon=true --hexagon_lib_path=/d\n${disallowed}`],
  ['flag-unknown', "TFLite's usage text", npu, 1, 'ERROR: usage: ./benchmark_model <flags>\nFlags:\n\t--num_runs=50\tint32\texpected number of runs\n'],
  ['flag-unknown', 'a value that does not parse', npu, 1, "ERROR: Failed to parse flag 'num_runs' against argv '--num_runs=x'\n"],
  ['accelerator-missing', 'an NNAPI accelerator that is not on the phone', nnapi, 1, `ERROR: Could not find the specified NNAPI accelerator: qti-default. Must be one of: {qti-dsp,qti-gpu,nnapi-reference}.\n${notApplied('NNAPI')}`],
  ['accelerator-missing', 'NNAPI without accelerators', nnapi, 1, `ERROR: NNAPI delegate requested but no accelerators available.\n${notApplied('NNAPI')}`],
  ['accelerator-missing', 'no NNAPI at all', nnapi, 1, `WARN: NNAPI acceleration is unsupported on this platform.\n${disallowed}`],
  ['accelerator-failed', 'tensorflow#56457: the NNAPI service dies', nnapi, 1, `ERROR: NN API returned error ANEURALNETWORKS_DEAD_OBJECT at line 4662 while completing NNAPI compilation.\n${notApplied('NNAPI')}`],
  ['tool-missing', "tensorflow#55383: the delegate's own library is missing, and yet it is created", npu, 0, 'INFO: Unable to load external delegate from : /d/libQnnTFLiteDelegate.so (dlopen failed: library "libQnnHtp.so" not found)\nEXTERNAL delegate created.\nThough EXTERNAL delegate is explicitly applied, the model graph will not be executed by the delegate.\n'],
  ['tool-missing', 'no OpenCL', gpu, 1, `ERROR: Can not open OpenCL library on this device - dlopen failed: library "libOpenCL.so" not found\nERROR: Falling back to OpenGL\nERROR: TfLiteGpuDelegate Init: OpenGL-based API disabled\n${notApplied('GPU')}`],
  ['tool-failed', 'a GPU driver that cannot build a program', gpu, 1, `INFO: GPU delegate created.\nERROR: TfLiteGpuDelegate Init: Failed to build program executable - Build program failure\n${notApplied('GPU')}`],
  ['tool-missing', 'a delegate provider that made no delegate', npu, 134, 'FATAL: The created delegate by the delegate provider should not be nullptr!\nAborted \n'],
  ['tool-mismatched', 'libonnxruntime.so is older than the tool, in the words of before', ort, 134, 'The given version [24] is not supported, only version 1 to 20 is supported in this build.\nAborted \n'],
  ['tool-mismatched', 'a binary for another processor', cpu, 1, "/data/local/tmp/farm/tflite/benchmark_model[1]: syntax error: unexpected '('\n"],
  ['tool-mismatched', 'a stub of another revision than its library', ort, 255, `${qnn('Stub lib id mismatch: expected (v2.20.0), detected (v2.28.0)')}${fallback}`],
  ['tool-failed', 'a DSP that gave the delegate no process', dsp, 1, `INFO: Hexagon delegate created.\nERROR: Failed: failed to init.\nERROR: Node number 31 (TfLiteHexagonDelegate) failed to prepare.\n${notApplied('Hexagon')}`],
  ['accelerator-failed', 'the NPU restarts while it runs', ort, 255, 'Run failed:Non-zero status code returned while running QNN_1 node. Status Message: NPU crashed. SSR detected. Caused QNN graph execute error. Error code: 1100\n'],
  ['tool-missing', 'QNN of LiteRT or TFLite without its device', npu, 1, `INFO: EXTERNAL delegate created.\nERROR: [QNN Delegate] Failed to create device_handle for Backend ID 6, error=14001\n${notApplied('EXTERNAL')}`],
  ['accelerator-missing', 'no GPU delegate on this platform', gpu, 1, `WARN: GPU acceleration is unsupported on this platform.\n${disallowed}`],
  ['tool-failed', 'a delegate that was never made, without a word', npu, 1, disallowed],
  ['tool-failed', 'a delegate that could not be applied, without a word', npu, 1, notApplied('EXTERNAL')],
  ['tool-failed', 'silence: an old binary without a delegate', gpu, 0, 'INFO: Loaded model m\ncount=50 first=5 curr=5 min=5 max=5 avg=5 std=0\nInference timings in us: Init: 5, First inference: 5, Warmup (avg): 5, Inference (avg): 5\n'],
  ['tool-mismatched', 'an illegal instruction', cpu, 132, ''],
  ['tool-mismatched', 'LiteRT-CLI#75: a bus error of mixed revisions', npu, 135, 'INFO: [compiler_plugin.cc:739] Partitioned subgraph<0>, selected 65 ops, from a total of 65 ops. resulted in 1 partitions.\nBus error \n'],
  ['tool-mismatched', 'a symbol that the library does not have', npu, 1, 'CANNOT LINK EXECUTABLE "./benchmark_model": cannot locate symbol "AHardwareBuffer_describe" referenced by "./benchmark_model"...\n'],
  ['tool-mismatched', 'a library for another architecture', ort, 1, 'CANNOT LINK EXECUTABLE "./onnxruntime_perf_test": "libonnxruntime.so" is 32-bit instead of 64-bit\n'],
];

export const modelRows: readonly Row[] = [
  ['not-fully-delegated', 'a fallback, with the nodes that QNN refused', ort, 255, `[E:onnxruntime:, qnn_execution_provider.cc:1453 GetCapabilityImpl] Unsupported nodes in QNN EP: { name: /m/Erf_3, type: Erf }\n${fallback}`],
  ['not-fully-delegated', 'a fallback after the validator of QNN', ort, 255, `${qnn('[4294967295] has incorrect Value 5, expected equal to 4.')}${qnn('validateNativeOps node_2:qti.aisw:Tile htp op validator failed 3110')}[E:onnxruntime:, qnn_ep.cc:1 GetCapability] Unsupported nodes in QNN EP: { name: t, type: Tile }\n${fallback}`],
  ['unsupported-operator', 'onnxruntime#21800: an operator that cannot be compiled', ort, 255, `${qnn('"GridSample" generated: could not create op')}${qnn('Failed to finalize graph (id: 1) with err 1002')}Failed to finalize QNN graph.\n`],
  ['not-fully-delegated', 'a partial delegation', dsp, 1, `loaded libadsprpc.so\nFunc remote_handle_control not available on this device (NULL).\nHexagon delegate created.\nINFO: TfLiteHexagonDelegate delegate: 136 nodes delegated out of 139 nodes with 2 partitions.\n${disallowed}`],
  ['not-fully-delegated', 'a partial delegation by the count of nodes only', npu, 1, `INFO: EXTERNAL delegate created.\nVERBOSE: Replacing 60 out of 65 node(s) with delegate (TfLiteQnnDelegate) node, yielding 3 partitions for subgraph 0.\n${disallowed}`],
  ['not-fully-delegated', "2020's words for a part", gpu, 0, 'Applied GPU delegate, and the model graph will be partially executed w/ the delegate.\ncount=50 first=5 curr=5 min=5 max=5 avg=5 std=0\n'],
  ['unsupported-operator', 'tensorflow#61935: a node that the DSP cannot construct', dsp, 1, `Hexagon delegate created.\nhexagon/src/newnode.c:413:node 3 (ResizeNearestNeighbor_8): bad input count 6\nERROR: Failed: Failed to prepare graph.\n${notApplied('Hexagon')}`],
  ['unsupported-operator', 'a shape that the GPU does not take', gpu, 1, `INFO: Created TensorFlow Lite delegate for GPU.\nERROR: TfLiteGpuDelegate Init: Batch size mismatch, expected 1 but got 64\n${notApplied('GPU')}`],
  ['invalid-model', 'a broken file', 'onnxruntime/cpu/int8', 255, 'Load model from m.onnx failed:Protobuf parsing failed.\n'],
  ['invalid-model', 'a format of the future', 'onnxruntime/cpu/int8', 255, 'Load model from m.onnx failed:model.cc:149 Unsupported model IR version: 99, max supported IR version: 11\n'],
  ['unsupported-operator', 'an operator without kernel', 'onnxruntime/cpu/int8', 255, "NOT_IMPLEMENTED : Could not find an implementation for com.farm.Foo(1) node with name 'n'\n"],
  ['invalid-model', 'a node that fails in running on the CPU', 'onnxruntime/cpu/int8', 255, "Run failed:Non-zero status code returned while running Reshape node. Name:'r' Status Message: The input tensor cannot be reshaped\n"],
  ['unsupported-operator', 'a builtin that TFLite lacks, beside accelerators that are not there', cpu, 1, "WARNING: [npu_registry.cc:34] NPU accelerator could not be loaded and registered: kLiteRtStatusErrorInvalidArgument.\nERROR: Didn't find op for builtin opcode 'GELU' version '1'. An older version of this builtin might be supported.\nERROR: Failed to initialize the interpreter\n"],
];
