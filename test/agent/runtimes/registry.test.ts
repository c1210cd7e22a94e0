import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseYaml } from '../../../platform/config/yaml';
import type { Hardware } from '../../../agent/device/device';
import { adapterFor, runtimesFor, type RuntimeSelection } from '../../../agent/runtimes/registry';
import { openLocalTools } from '../../../agent/tools/local_tools';
import { toolPathProblems, toolPathsSchema, type ToolPaths } from '../../../agent/tools/tool_paths';

const folder = mkdtempSync(join(tmpdir(), 'tool-local-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string): string {
  const path = join(folder, name);
  writeFileSync(path, name);
  return path;
}

function tools(value: object): ToolPaths {
  return toolPathsSchema.parse(value);
}

function phone(soc: string): Hardware {
  return {
    serial: 'P1',
    kind: 'phone',
    manufacturer: 'Maker',
    model: 'Phone',
    soc,
    osBuild: 'build',
    abi: 'arm64-v8a',
    cpuClusters: [],
    memoryBytes: 8e9,
    storageFreeBytes: 1e10,
    thermalSensors: [],
  };
}

function unitsOf(selection: RuntimeSelection): string[] {
  return [
    ...new Set(
      selection.adapters.flatMap((adapter) =>
        adapter.offers.map((offer) => `${offer.runtime}/${offer.unit}`),
      ),
    ),
  ];
}

const allTools = tools({
  tflite: {
    benchmarkModel: file('benchmark_model_arm64'),
    qnnDelegate: file('delegate-2.40.so'),
    qnnLibraries: [file('libQnnHtp.so')],
    hexagonLibraries: [file('libhexagon_nn_skel.so')],
  },
  onnxruntime: {
    perfTest: file('perf'),
    libraries: [file('libonnxruntime.so')],
    qnnLibraries: [join(folder, 'libQnnHtp.so')],
  },
});

describe('what a device is offered', () => {
  test.each([
    [
      'SM8550, whose NPU takes HTP',
      'SM8550',
      [
        'tflite/cpu',
        'tflite/gpu',
        'tflite/nnapi',
        'tflite/npu',
        'onnxruntime/cpu',
        'onnxruntime/cpu-xnnpack',
        'onnxruntime/npu',
      ],
    ],
    [
      'SM8250, whose DSP is older',
      'SM8250',
      [
        'tflite/cpu',
        'tflite/gpu',
        'tflite/nnapi',
        'tflite/dsp',
        'onnxruntime/cpu',
        'onnxruntime/cpu-xnnpack',
      ],
    ],
    [
      'a phone of another maker',
      'Tensor G3',
      ['tflite/cpu', 'tflite/gpu', 'onnxruntime/cpu', 'onnxruntime/cpu-xnnpack'],
    ],
  ])('%s', async (_, soc, units) => {
    const selection = runtimesFor(phone(soc), await openLocalTools(allTools));
    expect(unitsOf(selection)).toEqual(units);
    expect(selection.missing).toEqual([]);
  });

  test('a missing tool is named with its YAML field', async () => {
    const selection = runtimesFor(
      phone('SM8550'),
      await openLocalTools(tools({ tflite: { benchmarkModel: file('benchmark_model') } })),
    );
    expect(unitsOf(selection)).toEqual(['tflite/cpu', 'tflite/gpu', 'tflite/nnapi']);
    expect(selection.missing).toEqual([
      expect.stringMatching(
        /^tflite on npu: tools\.tflite\.qnnDelegate is not set \(libQnnTFLiteDelegate\.so/,
      ) as string,
      expect.stringMatching(
        /^onnxruntime on cpu, cpu-xnnpack: tools\.onnxruntime\.perfTest is not set \(onnxruntime_perf_test/,
      ) as string,
      expect.stringMatching(/^onnxruntime on npu: tools\.onnxruntime\.perfTest/) as string,
    ]);
  });

  const litert = (): string => {
    const path = join(folder, 'litert_benchmark');
    // The mark lies across the border between two chunks of the file's stream.
    writeFileSync(
      path,
      Buffer.concat([
        Buffer.alloc(65_530),
        Buffer.from('\0dispatch_library_path\0'),
        Buffer.alloc(70_000),
      ]),
    );
    return path;
  };
  const npuLibraries = {
    dispatchLibrary: file('libLiteRtDispatch_Qualcomm.so'),
    compilerPlugin: file('libLiteRtCompilerPlugin_Qualcomm.so'),
    qnnLibraries: [file('libQnnHtp.so')],
  };

  test("LiteRT's newer benchmark_model is told by the file itself, and serves CPU, GPU and NPU", async () => {
    const selection = runtimesFor(
      phone('SM8550'),
      await openLocalTools(tools({ tflite: { benchmarkModel: litert(), ...npuLibraries } })),
    );
    expect(unitsOf(selection)).toEqual(['tflite/cpu', 'tflite/gpu', 'tflite/npu']);
    expect(new Set(selection.adapters.map(({ name }) => name))).toEqual(
      new Set(['benchmark_litert_model']),
    );
    expect(
      adapterFor(selection.adapters, {
        runtime: 'tflite',
        unit: 'npu',
        precision: 'int8',
      })?.tools?.files.map(({ name }) => name),
    ).toEqual([
      'benchmark_model',
      'libLiteRtDispatch_Qualcomm.so',
      'libLiteRtCompilerPlugin_Qualcomm.so',
      'libQnnHtp.so',
    ]);
    expect(selection.missing[0]).toMatch(
      /^tflite on nnapi: tools\.tflite\.benchmarkModel lists no such binary, but .*litert_benchmark \(benchmark_model; /,
    );
  });

  test('both may stand side by side: the NPU goes to the newer one, all else to the older', async () => {
    const both = tools({
      tflite: { benchmarkModel: [litert(), file('benchmark_model')], ...npuLibraries },
    });
    const selection = runtimesFor(phone('SM8550'), await openLocalTools(both));
    const toolOf = (unit: 'cpu' | 'nnapi' | 'npu'): string | undefined =>
      adapterFor(selection.adapters, { runtime: 'tflite', unit, precision: 'int8' })?.name;
    expect([toolOf('cpu'), toolOf('nnapi'), toolOf('npu')]).toEqual([
      'benchmark_model',
      'benchmark_model',
      'benchmark_litert_model',
    ]);
  });

  test('what the newer one lacks for the NPU is named', async () => {
    const selection = runtimesFor(
      phone('SM8550'),
      await openLocalTools(
        tools({
          tflite: { benchmarkModel: litert(), dispatchLibrary: npuLibraries.dispatchLibrary },
        }),
      ),
    );
    expect(selection.missing).toContainEqual(
      expect.stringMatching(/^tflite on npu: tools\.tflite\.compilerPlugin is not set/),
    );
  });

  test('a path that leads nowhere takes away what needs it, and says so', async () => {
    const local = await openLocalTools(
      tools({ tflite: { benchmarkModel: join(folder, 'nowhere') } }),
    );
    const selection = runtimesFor(phone('SM8550'), local);
    expect(unitsOf(selection)).toEqual([]);
    expect(selection.missing[0]).toContain(
      `tools.tflite.benchmarkModel: ${join(folder, 'nowhere')} cannot be read (ENOENT)`,
    );
  });

  test('the host brings its own', async () => {
    const selection = runtimesFor(
      { ...phone('x86'), kind: 'host' },
      await openLocalTools(tools({})),
    );
    expect(unitsOf(selection)).toEqual(['onnxruntime/cpu', 'tflite/cpu']);
    expect(selection.missing).toEqual([]);
  });
});

test('tools keep their digest, and get the names on the phone by which they are found', async () => {
  const { adapters } = runtimesFor(phone('SM8550'), await openLocalTools(allTools));
  const npu = adapterFor(adapters, { runtime: 'tflite', unit: 'npu', precision: 'int8' });
  expect(npu?.tools?.files.map((each) => each.name)).toEqual([
    'benchmark_model',
    'libQnnTFLiteDelegate.so',
    'libQnnHtp.so',
  ]);
  expect(npu?.tools?.files.map((each) => each.executable)).toEqual([true, false, false]);
  const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
  const listed =
    npu?.tools?.files.map(({ digest, name }) => `${digest}  tflite/${name}\n`).sort() ?? [];
  expect(listed).toContain(`${sha256('benchmark_model_arm64')}  tflite/benchmark_model\n`);
  expect(npu?.tools?.digest).toBe(sha256(listed.join('')));
  expect(
    adapterFor(adapters, { runtime: 'tflite', unit: 'dsp', precision: 'int8' }),
  ).toBeUndefined();
});

describe('tools: in the YAML', () => {
  test('may be left out', () => {
    expect(toolPathsSchema.parse(undefined)).toEqual({
      tflite: { libraries: [], qnnLibraries: [], hexagonLibraries: [] },
      onnxruntime: { libraries: [], qnnLibraries: [] },
    });
  });

  test('an unknown field is refused by name', () => {
    expect(() => parseYaml('tflite: {benchmarkModel: 7}', toolPathsSchema, 'agent.yaml')).toThrow(
      /benchmarkModel: expected the path of a file, or a list of two/,
    );
    expect(() => parseYaml('tflite: {benchmark_model: x}', toolPathsSchema, 'agent.yaml')).toThrow(
      /agent\.yaml: field tflite: .*benchmark_model/,
    );
  });

  test('each path that is no readable file is a problem of its field', () => {
    mkdirSync(join(folder, 'directory'));
    const problems = toolPathProblems(
      tools({
        tflite: { benchmarkModel: join(folder, 'directory') },
        onnxruntime: { qnnLibraries: [join(folder, 'gone.so'), file('here.so')] },
      }),
    );
    expect(problems).toEqual([
      expect.stringMatching(/^tools\.tflite\.benchmarkModel: .* is no file/) as string,
      expect.stringMatching(
        /^tools\.onnxruntime\.qnnLibraries: .*gone\.so cannot be read/,
      ) as string,
    ]);
  });
});
