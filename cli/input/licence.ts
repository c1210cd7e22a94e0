import { createInterface } from 'node:readline/promises';
import type { Licence } from '../../agent/tools/tool_source';
import { BadInputError } from '../../common/bad_input';

/** Asks whether a licence is accepted. @throws BadInputError when it is not, or when nobody is there to be asked */
export async function acceptLicence(tool: string, licence: Licence): Promise<void> {
  const remedy = `read ${licence.url}, then add --accept-licence`;
  if (!process.stdin.isTTY) {
    throw new BadInputError(`${tool}: its licence (${licence.name}) must be accepted; ${remedy}`);
  }
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await prompt.question(`Do you accept it (${licence.url})? [y/N] `);
    if (/^y(?:es)?$/i.test(answer.trim())) return;
  } finally {
    prompt.close();
  }
  throw new BadInputError(
    `${tool}: nothing was fetched, since its licence was not accepted; ${remedy}`,
  );
}
