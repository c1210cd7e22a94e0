import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { withInlinedCoefficients } from '../../../cli/input/inlined_coefficients';
import { parseSearchSpec } from '../../../search/spec/search_spec';

const rest =
  'name: mine\nspace: demo-small\ntargets: [host/onnxruntime/cpu/int8]\nbudget: { measurements: 3 }\n';
const ofFile = `# my search\n${rest}accuracy: { kind: coefficients, file: ./own.json }\n`;
const document = {
  base: 70,
  options: { 'block1.kernel': { 3: 0, 5: 0.4 } },
  together: [{ where: { 'block1.kernel': 5 }, adds: -0.1 }],
  standardDeviation: 0.6,
};

describe('the coefficients of a specification', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(path.join(os.tmpdir(), 'farm-coefficients-'))));
  afterEach(() => rmSync(folder, { recursive: true }));
  const specPath = (): string => path.join(folder, 'search.yaml');
  const write = (text: string): void => writeFileSync(path.join(folder, 'own.json'), text);

  it('become those of the file beside it; what else stands there stays', () => {
    write(JSON.stringify(document));
    const inlined = withInlinedCoefficients(ofFile, specPath());
    expect(inlined).toContain('# my search');
    expect(parseSearchSpec(inlined, 'search.yaml').accuracy).toEqual({
      kind: 'coefficients',
      logMacs: 0,
      ...document,
    });
  });

  it.each([
    ['there are no accuracies', rest],
    ['the accuracies are of another kind', `${rest}accuracy: { kind: table }\n`],
    [
      'they stand in it',
      `${rest}accuracy: { kind: coefficients, base: 70, options: {}, standardDeviation: 1 }\n`,
    ],
  ])('stay as they are where %s', (_, text) => {
    expect(withInlinedCoefficients(text, specPath())).toBe(text);
  });

  it('are refused where the file is not there, or is wrong', () => {
    const inlining = (): string => withInlinedCoefficients(ofFile, specPath());
    expect(inlining).toThrow(/own\.json: cannot be read \(ENOENT\)/);
    write(JSON.stringify({ ...document, standardDeviation: -1 }));
    expect(inlining).toThrow(/own\.json: field standardDeviation: expected a number from 0 to 100/);
    write(JSON.stringify({ ...document, together: [{ where: {}, adds: 1 }] }));
    expect(inlining).toThrow(/own\.json: field together\.0\.where: expected at least one position/);
  });
});
