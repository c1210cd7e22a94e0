import { readOnnx } from '../../../model/onnx/read';
import { bytesField, intField, modelWith, textField } from './wire';

const domain = 'pkg.local';
const call = (
  name: string,
  input: string,
  output: string,
  ...attributes: readonly Buffer[]
): Buffer =>
  Buffer.concat([
    textField(1, input),
    textField(2, output),
    textField(3, `call.${output}`),
    textField(4, name),
    textField(7, domain),
    ...attributes,
  ]);
const operator = (
  kind: string,
  input: string,
  output: string,
  ...attributes: readonly Buffer[]
): Buffer =>
  Buffer.concat([textField(1, input), textField(2, output), textField(4, kind), ...attributes]);
const definition = (
  name: string,
  nodes: readonly Buffer[],
  ...attributes: readonly string[]
): Buffer =>
  bytesField(
    25,
    textField(1, name),
    textField(4, 'a'),
    textField(5, 'b'),
    ...attributes.map((one) => textField(6, one)),
    ...nodes.map((node) => bytesField(7, node)),
    textField(10, domain),
  );
const reference = (name: string, to: string): Buffer =>
  bytesField(5, textField(1, name), textField(21, to), intField(20, 2));
const value = (name: string, integer: number): Buffer =>
  bytesField(5, textField(1, name), intField(3, integer), intField(20, 2));

function read(
  nodes: readonly Buffer[],
  ...functions: readonly Buffer[]
): ReturnType<typeof readOnnx> {
  return readOnnx(
    Buffer.concat([modelWith(...nodes.map((node) => bytesField(1, node))), ...functions]),
  );
}

function errorOf(result: ReturnType<typeof readOnnx>): string {
  return result.ok ? 'it was read' : result.error;
}

describe('a function that a model defines', () => {
  test('is put in place of its calls, with tensors of its own for each', () => {
    const twice = definition('Twice', [
      operator('Relu', 'a', 'middle'),
      operator('Tanh', 'middle', 'b'),
    ]);
    const result = read([call('Twice', 'y', 'z'), call('Twice', 'z', 'w')], twice);
    expect(
      result.ok &&
        result.value.nodes
          .slice(1)
          .map(({ kind, inputs, outputs }) => [kind, ...inputs, ...outputs]),
    ).toEqual([
      ['Relu', 'y', 'call.z/middle'],
      ['Tanh', 'call.z/middle', 'z'],
      ['Relu', 'z', 'call.w/middle'],
      ['Tanh', 'call.w/middle', 'w'],
    ]);
  });

  test('takes attributes from its caller, through other functions', () => {
    const inner = definition(
      'Inner',
      [operator('Flatten', 'a', 'b', reference('axis', 'where'))],
      'where',
    );
    const outer = definition(
      'Outer',
      [call('Inner', 'a', 'b', reference('where', 'place'))],
      'place',
    );
    const result = read(
      [call('Outer', 'y', 'z', value('place', 1)), call('Outer', 'y', 'w')],
      inner,
      outer,
    );
    expect(
      result.ok && result.value.nodes.slice(1).map((node) => node.attributes.get('axis')?.value),
    ).toEqual([1, undefined]);
  });

  test('with a default that is not read is refused with the way out', () => {
    expect(
      errorOf(
        read(
          [call('F', 'y', 'z')],
          definition('F', [operator('Flatten', 'a', 'b', reference('axis', 'where'))]),
        ),
      ),
    ).toContain('inline the functions (onnx.inliner.inline_local_functions)');
  });

  test('that calls itself, by itself or by another, is refused', () => {
    expect(errorOf(read([call('F', 'y', 'z')], definition('F', [call('F', 'a', 'b')])))).toBe(
      "function 'F' calls itself",
    );
    expect(
      errorOf(
        read(
          [call('F', 'y', 'z')],
          definition('F', [call('G', 'a', 'b')]),
          definition('G', [call('F', 'a', 'b')]),
        ),
      ),
    ).toBe("function 'F' calls itself");
  });

  test('that multiplies without end is refused before it fills the memory', () => {
    const layers = Array.from({ length: 20 }, (_, depth) => {
      const next = (input: string, output: string): Buffer =>
        depth === 19 ? operator('Relu', input, output) : call(`F${depth + 1}`, input, output);
      return definition(`F${depth}`, [next('a', 'm1'), next('m1', 'm2'), next('m2', 'b')]);
    });
    expect(errorOf(read([call('F0', 'y', 'z')], ...layers))).toContain(
      'expand to more than 100000 nodes',
    );
    const chain = Array.from({ length: 40 }, (_, depth) =>
      definition(`F${depth}`, [
        depth === 39 ? operator('Relu', 'a', 'b') : call(`F${depth + 1}`, 'a', 'b'),
      ]),
    );
    expect(errorOf(read([call('F0', 'y', 'z')], ...chain))).toContain('deeper than 32');
  });
});
