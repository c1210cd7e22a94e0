import { readFileSync } from 'node:fs';
import path from 'node:path';

/** A shipped space's document. */
export function shippedYaml(name: string): string {
  return readFileSync(
    path.join(__dirname, '../../../../model/space/shipped', `${name}.yaml`),
    'utf8',
  );
}
