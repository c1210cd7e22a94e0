/** Outputs in the form of LiteRT's benchmark_model of 2026 (v2.1.6 to v2.2.0); the numbers are made up. */
interface Said {
  readonly stdout: string;
  readonly stderr: string;
}

const stdout = `INFO: STARTING!
INFO: Log parameter values verbosely: [0]
INFO: Min num runs: [50]
INFO: The input model file size (MB): 3.2
INFO: Initialized session in 812.5ms.
INFO: Running benchmark for at least 5 iterations and at least 0.5 seconds but terminate if exceeding 60 seconds.
INFO: count=600 first=900 curr=811 min=790 max=1400 avg=815.25 std=22 p5=795 median=810 p95=850

INFO: Running benchmark for at least 50 iterations and at least 0 seconds but terminate if exceeding 60 seconds.
INFO: count=50 first=812 curr=809 min=792 max=905 avg=811.75 std=14 p5=796 median=810 p95=840

`;

const start = `INFO: [benchmark_litert_model.cc:201] Loading model from: /data/local/tmp/farm/model.tflite
INFO: [environment.cc:30] Creating LiteRT environment with options
INFO: [accelerator_registry.cc:54] RegisterAccelerator: ptr=0xb400007da0c8a2a0, name=CpuAccelerator
`;

const results = `INFO: [benchmark_litert_model.h:90]${' '}
========== BENCHMARK RESULTS ==========
INFO: [benchmark_litert_model.h:94] Model initialization: 812.50 ms
INFO: [benchmark_litert_model.h:96] Warmup (first):       0.90 ms
INFO: [benchmark_litert_model.h:98] Warmup (avg):         0.82 ms (600 runs)
INFO: [benchmark_litert_model.h:100] Inference (avg):      0.81 ms (50 runs)
INFO: [benchmark_litert_model.h:104] Inference (min):      0.79 ms
INFO: [benchmark_litert_model.h:106] Inference (max):      0.91 ms
INFO: [benchmark_litert_model.h:108] Inference (std):      0.01
INFO: [benchmark_litert_model.h:124]${' '}
Memory Usage:
INFO: [benchmark_litert_model.h:126] Init footprint:       80.25 MB
INFO: [benchmark_litert_model.h:128] Overall footprint:    90.50 MB
INFO: [benchmark_litert_model.h:133] Peak memory:          96.25 MB
INFO: [benchmark_litert_model.h:138] ======================================
`;

export const litertCpu: Said = {
  stdout,
  stderr: `${start}VERBOSE: Replacing 65 out of 65 node(s) with delegate (TfLiteXNNPackDelegate) node, yielding 1 partitions for subgraph 0 (main).\n${results}`,
};

export const litertGpu: Said = {
  stdout,
  stderr: `${start}VERBOSE: Replacing 65 out of 65 node(s) with delegate (LITERT_CL) node, yielding 1 partitions for subgraph 0 (main).
VERBOSE: Replacing 12 out of 12 node(s) with delegate (LITERT_CL) node, yielding 1 partitions for subgraph 1 (loop).
${results}`,
};

const npuStart = `${start}INFO: [npu_registry.cc:30] NPU accelerator registered.
INFO: [gpu_registry.cc:101] Loading GPU accelerator(libLiteRtGpuAccelerator.so).
INFO: [compiler_plugin.cc:250] Loading plugin at: /data/local/tmp/farm/litert/libLiteRtCompilerPlugin_Qualcomm.so
INFO: [compiler_plugin.cc:947] Applying plugin with SDK version: v2.47.0
WARNING: [qnn_manager.cc:257] Qnn library version 2.35.0 is used. The version LiteRT using is 2.34.0.
`;

export const litertNpu: Said = {
  stdout,
  stderr: `${npuStart}INFO: [compiler_plugin.cc:739] Partitioned subgraph<0>, selected 65 ops, from a total of 65 ops. resulted in 1 partitions.
INFO: [compiled_model.cc:1323] 1 compiler plugins were applied successfully: Qualcomm
INFO: [litert_dispatch.cc:159] Loading shared library: /data/local/tmp/farm/litert/libLiteRtDispatch_Qualcomm.so
VERBOSE: Replacing 1 out of 1 node(s) with delegate (DispatchDelegate) node, yielding 1 partitions for subgraph 0 (main).
${results}`,
};

export const litertRefused: Said = {
  stdout: 'INFO: STARTING!\n',
  stderr: `${npuStart}ERROR: [qnn_compiler_plugin.cc:514]${' '}
LiteRT Op #12 'GATHER_ND' (code=107) is not supported in Qualcomm Compiler.
  Inputs:
    [0] name="x"  tensor_idx=4
  Outputs:
    [0] name="y"  tensor_idx=9
INFO: [compiler_plugin.cc:739] Partitioned subgraph<0>, selected 64 ops, from a total of 65 ops. resulted in 2 partitions.
INFO: [compiled_model.cc:1323] 1 compiler plugins were applied successfully: Qualcomm
VERBOSE: Replacing 2 out of 3 node(s) with delegate (DispatchDelegate) node, yielding 3 partitions for subgraph 0 (main).
ERROR: [benchmark_litert_model.cc:362] Some ops are not accelerated. Add kLiteRtHwAcceleratorCpu to the compilation accelerator set to allow using the CPU to run those.
ERROR: Benchmarking failed.
`,
};
