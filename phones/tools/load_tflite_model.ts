import type { ToolRun } from '../system/phone_system';
import type { LoadedModel, RunOptions } from './benchmark_runs';
import type { Machine } from '../machine/machine';

/** The model of `--graph`, or undefined after the tool's complaint about it. */
export function loadTfliteModel(
  run: ToolRun,
  machine: Machine,
  options: RunOptions,
): LoadedModel | undefined {
  const path = run.resolve(options.graph);
  const bytes = machine.readFile(path);
  const inspected =
    bytes === undefined ? `Could not open '${options.graph}'.` : machine.inspect(bytes);
  const model =
    typeof inspected !== 'string' && inspected.cost.format !== 'tflite'
      ? 'The model is not a valid Flatbuffer buffer'
      : inspected;
  if (bytes !== undefined && typeof model !== 'string')
    return { model, prediction: machine.predict(path, bytes, model, options.placement) };
  run.printError(
    `ERROR: ${typeof model === 'string' ? model : ''}\nERROR: Failed to load model ${options.graph}\nERROR: Benchmarking failed.\n`,
  );
  return undefined;
}
