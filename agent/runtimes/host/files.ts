import { join } from 'node:path';

/** Where the compiled benchmark programs are, beside this file: the host's tools come with the agent. */
export const hostProgramFolder = join(__dirname, 'program');
