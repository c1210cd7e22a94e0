import { fork } from 'node:child_process';
import path from 'node:path';
import { z } from 'zod';
import { BadInputError } from '../../common/bad_input';
import { withDeadline } from '../../platform/time/deadline';
import type { Logger } from '../../platform/logger';
import { toolPathsSchema, type ToolPaths } from '../../agent/tools/tool_paths';

interface VirtualPhones {
  /** The benchmark tools of the virtual phones, as an operator would name those of real ones. */
  readonly tools: ToolPaths;
  /** Rejects when the process ends unasked. */
  readonly failed: Promise<never>;
  close(): Promise<void>;
}

interface VirtualPhonesOptions {
  readonly fleetPath: string;
  readonly adb: { readonly host: string; readonly port: number };
  /** Where the virtual tools are written. */
  readonly folder: string;
  readonly logger: Logger;
}

/** 500 phones start within a second; a minute means that something is broken. */
const readyDeadlineMs = 60_000;
const closeDeadlineMs = 5_000;

/** FleetReport of phones/, in the words of the agent's configuration (test/contract/virtual_tools.test.ts holds both together). */
const reportSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ready'), phones: z.number(), tools: toolPathsSchema }),
  z.object({ kind: z.literal('failed'), message: z.string() }),
]);

/**
 * Starts the program of the virtual phones: what they compute is the phones' time, not the agent's.
 * @throws BadInputError for what the operator can mend; nothing is left running then.
 */
export async function startVirtualPhones(options: VirtualPhonesOptions): Promise<VirtualPhones> {
  const { adb, fleetPath, folder } = options;
  const child = fork(
    path.join(__dirname, '../../phones/main.js'),
    [fleetPath, adb.host, String(adb.port), folder],
    { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] },
  );
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const failed = exited.then((code): never => {
    throw new Error(`the virtual phones' process ended with status ${String(code)}`);
  });
  failed.catch(() => undefined);
  const close = async (): Promise<void> => {
    if (child.connected) child.disconnect();
    if (!(await withDeadline(exited, closeDeadlineMs, 'virtual phones')).ok) child.kill('SIGKILL');
  };
  const message = await withDeadline(
    Promise.race([new Promise((resolve) => child.once('message', resolve)), exited]),
    readyDeadlineMs,
    'virtual phones',
  );
  const first = reportSchema.safeParse(message.ok ? message.value : undefined);
  if (!first.success || first.data.kind === 'failed') {
    await close();
    throw new BadInputError(
      first.success && first.data.kind === 'failed'
        ? first.data.message
        : `${fleetPath}: the virtual phones did not start`,
    );
  }
  options.logger.info({ phones: first.data.phones }, 'virtual phones are up');
  return { tools: first.data.tools, failed, close };
}
