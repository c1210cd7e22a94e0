import path from 'node:path';
import { z } from 'zod';
import { parseYaml, withYamlFields } from '../../platform/config/yaml';
import { readYamlFile } from '../../platform/config/yaml_file';
import { coefficientsFileSchema } from '../../search/spec/accuracy_field';

const accuracyOnly = z.looseObject({ accuracy: z.unknown().optional() });
const ofFile = z.strictObject({ kind: z.literal('coefficients'), file: z.string() });

/**
 * A search's specification with the coefficients themselves in the place of the path of their file, JSON or YAML, which is relative to the specification. Any other
 * specification stays as it is.
 * @throws BadInputError for a file that holds no coefficients
 */
export function withInlinedCoefficients(specYaml: string, specPath: string): string {
  const accuracy = ofFile.safeParse(parseYaml(specYaml, accuracyOnly, specPath).accuracy);
  if (!accuracy.success) return specYaml;
  const file = path.resolve(path.dirname(specPath), accuracy.data.file);
  const document = readYamlFile(path.relative(process.cwd(), file), coefficientsFileSchema);
  return withYamlFields(specYaml, { accuracy: { kind: 'coefficients', ...document } });
}
