import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { withInlinedSpace } from '../../../cli/input/inlined_space';
import { parseSearchSpec } from '../../../search/spec/search_spec';
import { smallConvYaml } from '../../contract/small_spaces';

const rest = 'name: mine\ntargets: [host/onnxruntime/cpu/int8]\nbudget: { measurements: 3 }\n';

describe('the space of a specification', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(path.join(os.tmpdir(), 'farm-space-'))));
  afterEach(() => rmSync(folder, { recursive: true }));
  const specPath = (): string => path.join(folder, 'search.yaml');

  it.each(['nasbench201', 'donna-full'])('stays a name where it is the name %s', (name) => {
    const text = `space: ${name} # shipped\n${rest}`;
    expect(withInlinedSpace(text, specPath())).toBe(text);
  });

  it('stays a document where it is one', () => {
    const text = JSON.stringify({ space: { kind: 'cells', name: 'mine', cells: 'nasbench201' } });
    expect(withInlinedSpace(text, specPath())).toBe(text);
  });

  it.each(['./two.yaml', 'two.yaml', '../SELF/two.yaml'])(
    'becomes the document of the file %s beside the specification',
    (written) => {
      writeFileSync(path.join(folder, 'two.yaml'), smallConvYaml);
      const text = `space: ${written.replace('SELF', path.basename(folder))}\n${rest}`;
      const spec = parseSearchSpec(withInlinedSpace(text, specPath()), 'search.yaml');
      expect(spec.space).toMatchObject({ kind: 'conv', name: 'two', imageSize: 16 });
      expect(spec.name).toBe('mine');
    },
  );

  it('keeps what else stands in the specification, comments too', () => {
    writeFileSync(path.join(folder, 'two.yaml'), smallConvYaml);
    const inlined = withInlinedSpace(`# my search\nspace: ./two.yaml\n${rest}`, specPath());
    expect(inlined).toContain('# my search');
    expect(inlined).toContain('budget: { measurements: 3 }');
  });

  it('is refused where the file is not there, is no space, or is wrong', () => {
    const asking = (text: string) => () => withInlinedSpace(text, specPath());
    expect(asking(`space: ./none.yaml\n${rest}`)).toThrow(/none\.yaml: cannot be read \(ENOENT\)/);
    writeFileSync(path.join(folder, 'two.yaml'), 'kind: recurrent\n');
    expect(asking(`space: ./two.yaml\n${rest}`)).toThrow(
      /two\.yaml: .*expected a mapping with kind: conv, transformer or cells/,
    );
    writeFileSync(path.join(folder, 'two.yaml'), smallConvYaml.replace('classes: 3', ''));
    expect(asking(`space: ./two.yaml\n${rest}`)).toThrow(
      /two\.yaml: field classes: expected a whole number/,
    );
    expect(asking('space: [\n')).toThrow(/not valid YAML/);
  });
});
