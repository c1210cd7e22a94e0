import { agentConfigSchema } from '../../agent/config';
import { parseYaml } from '../../platform/config/yaml';

const read = (yaml: string): ReturnType<typeof agentConfigSchema.parse> =>
  parseYaml(yaml, agentConfigSchema, 'agent.yaml');

describe("the agent's YAML", () => {
  it('may be empty: an agent for one machine, on loopback', () => {
    const config = read('');
    expect(config).toMatchObject({
      coordinator: '127.0.0.1:7600',
      http: { host: '127.0.0.1', port: 7602 },
      adb: { enabled: true, port: 5037, startServer: true },
      host: { enabled: true, cores: [] },
      pools: {},
      runtimes: {},
      exclude: [],
    });
    expect(config.agent).toMatch(/^[A-Za-z0-9._-]+-agent$/);
  });

  it('says what a phone offers as runtime, unit and precision', () => {
    expect(read('runtimes: { P1: [tflite/npu/int8, onnxruntime/cpu/float32] }').runtimes).toEqual({
      P1: [
        { runtime: 'tflite', unit: 'npu', precision: 'int8' },
        { runtime: 'onnxruntime', unit: 'cpu', precision: 'float32' },
      ],
    });
  });

  it.each([
    ['runtimes: { P1: [tflite/tpu/int8] }', '"tflite/tpu/int8" is no runtime; expected <runtime>/'],
    ['runtimes: { P1: [tflite/npu] }', 'is no runtime'],
    ['runtimes: { P1: [sm8550/tflite/npu/int8] }', 'is no runtime'],
    ['pools: { P1: Lab A }', 'expected lower-case letters'],
    ['agent: "two words"', 'expected letters, digits, dot, dash or underscore'],
    ['coordinator: nowhere', 'field coordinator'],
    ['http: { port: 70000 }', 'field http.port'],
    ['http: { host: "a b" }', 'expected an address or the name of a host'],
    ['host: { cores: [-1] }', 'field host.cores.0'],
    ['cacheBytes: 10', 'field cacheBytes'],
    ['readiness: { pollSeconds: 0 }', 'field readiness.pollSeconds'],
    ['tools: { tflite: { benchmark: x } }', 'benchmark'],
    ['adb: { prot: 1 }', 'prot'],
    ['virtual: true', 'virtual'],
  ])('%s is refused in one line that names file, field and what was expected', (yaml, words) => {
    expect(() => read(yaml)).toThrow(words);
    expect(() => read(yaml)).toThrow(/^agent\.yaml: .*$/);
  });

  it('knows phones by serials that no object has as keys', () => {
    const { pools } = read('pools: { constructor: lab-a, toString: lab-b }');
    expect(new Map(Object.entries(pools)).get('constructor')).toBe('lab-a');
  });
});
