import { sizeBytes } from '../../model/onnx/graph';
import { writeOnnx } from '../../model/onnx/write';
import { observedActivations } from '../../model/quantize/placement/observed';
import { defaultQuantization } from '../../model/quantize/options/options';
import { planQuantization, quantizeWithStatistics } from '../../model/quantize/quantize';
import { createReference } from '../../model/zoo/reference';

/** Prints how much memory one quantization takes above what the process with the float model has: run by quantize.ts. */
function main(): void {
  const graph = createReference('mobilenetv2');
  const ranges = new Map(
    observedActivations(graph, planQuantization(graph, defaultQuantization)).map((tensor) => [
      tensor,
      { min: -1, max: 6 },
    ]),
  );
  globalThis.gc?.();
  // The peak so far is of the making of the model: what that left free may be used again, so this is the lower baseline.
  const baselineBytes = process.memoryUsage().rss;
  const peakBeforeBytes = process.resourceUsage().maxRSS * 1024;
  const bytes = writeOnnx(quantizeWithStatistics(graph, ranges, defaultQuantization));
  const peakBytes = process.resourceUsage().maxRSS * 1024;
  const modelBytes = [...graph.initializers.values()].reduce(
    (sum, tensor) => sum + sizeBytes(tensor),
    0,
  );
  // When the peak did not move, the work fitted below it: the memory in use says how much it is.
  const addedBytes = Math.max(
    peakBytes > peakBeforeBytes ? peakBytes - baselineBytes : 0,
    process.memoryUsage().rss - baselineBytes,
    bytes.length,
  );
  process.stdout.write(JSON.stringify({ modelBytes, addedBytes }));
}

main();
