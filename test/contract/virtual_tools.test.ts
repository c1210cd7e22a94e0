import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Hardware } from '../../agent/device/device';
import { toolPathProblems, toolPathsSchema } from '../../agent/tools/tool_paths';
import { runtimesFor } from '../../agent/runtimes/registry';
import { openLocalTools } from '../../agent/tools/local_tools';
import { writeVirtualTools } from '../../phones/tools/tool_files';

const aVirtualPhone: Omit<Hardware, 'soc'> = {
  serial: 'V-1',
  kind: 'virtual',
  manufacturer: 'Maker',
  model: 'Phone',
  osBuild: 'build',
  abi: 'arm64-v8a',
  cpuClusters: [],
  memoryBytes: 8e9,
  storageFreeBytes: 1e10,
  thermalSensors: [],
};

/** The phones' program and the agent do not know each other; this is what they must agree on. */
describe.each(['tflite', 'litert'] as const)(
  'the virtual tools with the benchmark_model of %s',
  (benchmark) => {
    let folder: string;
    beforeAll(() => {
      folder = mkdtempSync(path.join(os.tmpdir(), 'virtual-tools-'));
    });
    afterAll(() => rmSync(folder, { recursive: true }));

    it("are `tools:` of an agent's configuration, without a field that it does not know", async () => {
      const reported = await writeVirtualTools(folder, benchmark);
      const read = toolPathsSchema.parse(JSON.parse(JSON.stringify(reported)));
      expect(read).toMatchObject(reported);
      expect(toolPathProblems(read)).toEqual([]);
    });

    it('give a phone every unit that its SoC has', async () => {
      const chest = await openLocalTools(
        toolPathsSchema.parse(await writeVirtualTools(folder, benchmark)),
      );
      const units = (soc: string): string[] => {
        const { adapters } = runtimesFor({ ...aVirtualPhone, soc }, chest);
        return adapters.flatMap(({ offers }) =>
          offers.map(({ runtime, unit }) => `${runtime}/${unit}`),
        );
      };
      expect(units('sm8550')).toEqual(
        expect.arrayContaining(['tflite/cpu', 'tflite/gpu', 'tflite/npu', 'onnxruntime/npu']),
      );
    });
  },
);
