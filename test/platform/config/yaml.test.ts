import { z } from 'zod';
import { parseYaml, withYamlFields } from '../../../platform/config/yaml';

const schema = z.strictObject({
  port: z.number().default(1),
  nested: z.strictObject({ name: z.string() }).optional(),
});

describe('reading YAML', () => {
  it('fills defaults in an empty file', () =>
    expect(parseYaml('', schema, 'f.yaml')).toEqual({ port: 1 }));
  it.each([
    ['port: x', 'f.yaml: field port'],
    ['nested: {name: 3}', 'f.yaml: field nested.name'],
    ['prot: 1', 'f.yaml: top level: unknown field prot; the fields here are port, nested'],
    [
      'nested: {nam: x, name: y}',
      'f.yaml: field nested: unknown field nam; the fields here are name',
    ],
    ['port: [', 'f.yaml: not valid YAML'],
    ['a: &a [*a]', 'f.yaml'],
  ])('names the file and the field of %s', (text, message) =>
    expect(() => parseYaml(text, schema, 'f.yaml')).toThrow(message),
  );
});

describe('setting a field of YAML text', () => {
  it.each([
    ['a: 1 # one\nb: [x]\n', 'a: 1 # one\nb: [ x ]\nfresh: true\n'],
    ['{ a: 1 }\n', '{ a: 1, fresh: true }\n'],
    ['fresh: false\n', 'fresh: true\n'],
  ])('adds it or changes it, and keeps the rest: %#', (text, expected) =>
    expect(withYamlFields(text, { fresh: true })).toBe(expected),
  );
  it.each(['', 'a: [', '- a\n', 'text'])('leaves what is no mapping to its reader: %#', (text) =>
    expect(withYamlFields(text, { fresh: true })).toBe(text),
  );
});
