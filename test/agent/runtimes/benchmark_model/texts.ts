/** Outputs in the forms of several generations of benchmark_model; the numbers are made up. */

export const newestCpu = `
INFO: Log parameter values verbosely: [0]
INFO: Min num runs: [50]
INFO: Graph: [/data/local/tmp/farm/model.tflite]
INFO: Loaded model /data/local/tmp/farm/model.tflite
INFO: Created TensorFlow Lite XNNPACK delegate for CPU.
VERBOSE: Replacing 61 out of 65 node(s) with delegate (TfLiteXNNPackDelegate) node, yielding 3 partitions for subgraph 0.
INFO: Initialized session in 31.5ms.
INFO: Running benchmark for at least 5 iterations and at least 0.5 seconds but terminate if exceeding 120 seconds.
INFO: count=41 first=15200 curr=12010 min=11890 max=15200 avg=12203.4 std=603 p5=11900 median=12020 p95=13100
INFO: Running benchmark for at least 50 iterations and at least 0 seconds but terminate if exceeding 120 seconds.
INFO: count=50 first=12080 curr=11950 min=11850 max=12900 avg=12031.6 std=151 p5=11880 median=12000 p95=12400
INFO: Inference timings in us: Init: 31500, First inference: 15200, Warmup (avg): 12203.4, Inference (avg): 12031.6
INFO: Note: as the benchmark tool itself affects memory footprint, the following is only APPROXIMATE to the actual memory footprint of the model at runtime.
INFO: Memory footprint delta from the start of the tool (MB): init=4.5 overall=9.25
INFO: Overall peak memory footprint (MB) via periodic monitoring: 21.5
`;

export const slowModel = `
count=1 first=2345678 curr=2345678 min=2345678 max=2345678 avg=2.34568e+06 std=0
count=50 first=2305001 curr=2310001 min=2299001 max=2399001 avg=2.31257e+06 std=18000
Inference timings in us: Init: 1007529, First inference: 2345678, Warmup (avg): 2.34568e+06, Inference (avg): 2.31257e+06
`;

export const oldest = `
STARTING!
Num runs: [50]
Loaded model mobile_quant.tflite
resolved reporter
Initialized session in 5.12ms
Running benchmark for 1 iterations
count=1 curr=91000

Running benchmark for 50 iterations
count=50 first=88000 curr=87100 min=86900 max=93000 avg=87450 std=812

Average inference timings in us: Warmup: 91000, Init: 5120, no stats: 87450
`;

export const gpuComplete = `
INFO: Created TensorFlow Lite delegate for GPU.
INFO: Initialized OpenCL-based API.
INFO: Created 1 GPU delegate kernels.
Explicitly applied GPU delegate, and the model graph will be completely executed by the delegate.
Initialized session in 612.5ms.
count=9 first=64000 curr=60100 min=59000 max=64000 avg=60700 std=1200

count=50 first=60200 curr=60000 min=58800 max=61900 avg=60150 std=640

Inference timings in us: Init: 612500, First inference: 64000, Warmup (avg): 60700, Inference (avg): 60150
`;

const logcat = (line: string): string => `11-02 09:30:11.125  4321  4321 I tflite  : ${line}`;

export const nnapiPartial = [
  'NNAPI delegate created.',
  'Explicitly applied NNAPI delegate, and the model graph will be partially executed by the delegate w/ 7 delegate kernels.',
  'count=30 first=18000 curr=9100 min=9000 max=18000 avg=9400 std=1500',
  'count=60 first=9100 curr=9050 min=8990 max=9900 avg=9120.5 std=140',
  'Inference timings in us: Init: 90000, First inference: 18000, Warmup (avg): 9400, Inference (avg): 9120.5',
]
  .map(logcat)
  .join('\r\n');

export const nnapiRefused = [
  'NNAPI accelerators available: [qti-default,nnapi-reference]',
  'NNAPI delegate created.',
  'Though NNAPI delegate is explicitly applied, the model graph will not be executed by the delegate',
]
  .map(logcat)
  .join('\n');

export const hexagonPartial = `
loaded libadsprpc.so
Hexagon delegate created.
INFO: TfLiteHexagonDelegate delegate: 52 nodes delegated out of 55 nodes with 2 partitions.
Explicitly applied Hexagon delegate, and the model graph will be partially executed by the delegate w/ 2 delegate kernels.
ERROR: Disallowed CPU fallback detected.
ERROR: Benchmarking failed.
`;

export const qnnComplete = `
EXTERNAL delegate created.
INFO: Replacing 65 out of 65 node(s) with delegate (TfLiteQnnDelegate) node, yielding 1 partitions for subgraph 0.
Explicitly applied EXTERNAL delegate, and the model graph will be completely executed by the delegate.
count=600 first=900 curr=811 min=790 max=1400 avg=815.25 std=22 p5=795 median=810 p95=850
count=50 first=812 curr=809 min=792 max=905 avg=811.75 std=14 p5=796 median=810 p95=840
Inference timings in us: Init: 812000, First inference: 900, Warmup (avg): 815.25, Inference (avg): 811.75
`;
