import { join } from 'node:path/posix';
import { farmFault, type FarmFault } from '../../common/fault';
import { fail, ok, type Result } from '../../common/result';
import type { Device } from '../device/device';
import { bundlesFolder, type ToolBundle, type ToolFile } from '../runtimes/tool/tool_bundle';

/** For one shell command that only reads, makes a folder or removes; hashing a 100 MB library takes a phone under a second. */
const housekeepingDeadlineMs = 60_000;

/** For one tool file: 100 MB over slow USB 2 takes a few seconds. */
const toolPushDeadlineMs = 300_000;

/** On one phone, those of other agents too: a phone has six of one agent, so three agents or versions fit before the one used longest ago goes. */
export const mostBundles = 18;

/**
 * The tools on one device. Each bundle lies in a folder that is named by its content: whatever other agents put on the phone, the files in it are these or none.
 */
export class ToolInstallation {
  /** Folders that were looked at and hold what they should. */
  readonly #verified = new Set<string>();

  constructor(private readonly device: Device) {}

  /** Sees to it that the bundle is there, byte for byte: what the phone does not have yet is pushed. It is asked once per bundle. */
  async install(bundle: ToolBundle, signal: AbortSignal): Promise<Result<void, FarmFault>> {
    if (this.#verified.has(bundle.folder)) return ok(undefined);
    const before = await this.#digestsOf(bundle, bundle.files, signal);
    if (!before.ok) return before;
    const lacking = bundle.files.filter((file) => before.value.get(file.name) !== file.digest);
    const pushed = lacking.length === 0 ? ok(undefined) : await this.#push(bundle, lacking, signal);
    if (!pushed.ok) return pushed;
    await this.#removeOldest(bundle);
    this.#verified.add(bundle.folder);
    return ok(undefined);
  }

  /** After a tool could not be started: whatever is on the device is looked at again before the next job. */
  distrust(): void {
    this.#verified.clear();
  }

  async #push(
    bundle: ToolBundle,
    files: readonly ToolFile[],
    signal: AbortSignal,
  ): Promise<Result<void, FarmFault>> {
    const made = await this.#run(['mkdir', '-p', this.#pathOf(bundle)], signal);
    if (!made.ok) return made;
    for (const file of files) {
      const path = this.#pathOf(bundle, file);
      const limits = { deadlineMs: toolPushDeadlineMs, signal };
      const pushed = await this.device.push(file.localPath, path, {
        executable: file.executable,
        ...limits,
      });
      if (!pushed.ok) return pushed;
    }
    const after = await this.#digestsOf(bundle, files, signal);
    if (!after.ok) return after;
    const wrong = files.find((file) => after.value.get(file.name) !== file.digest);
    if (wrong === undefined) return ok(undefined);
    return fail(
      farmFault(
        'transfer-failed',
        `${bundle.folder}/${wrong.name} has the digest ${after.value.get(wrong.name) ?? '(none)'} on the device, not ${wrong.digest}: it changed since the agent started, or on the way`,
      ),
    );
  }

  /**
   * Marks the bundle as the one used last, and removes those used longest ago. One that another agent still uses comes back: its tool is not found, which makes that agent
   * look again and push it. Nothing here is the job's concern, so nothing here ends it.
   */
  async #removeOldest(bundle: ToolBundle): Promise<void> {
    const root = join(this.device.workFolder, bundlesFolder);
    await this.#run(['touch', this.#pathOf(bundle)]);
    const listed = await this.#run(['ls', '-t', root]);
    if (!listed.ok) return;
    const names = listed.value.stdout.split('\n').filter((name) => bundleName.test(name));
    const oldest = names.slice(mostBundles).map((name) => join(root, name));
    if (oldest.length > 0) await this.#run(['rm', '-rf', '--', ...oldest]);
  }

  /** By `sha256sum`, whose lines are `<digest>  <path>`; files that are not there have no line. */
  async #digestsOf(
    bundle: ToolBundle,
    files: readonly ToolFile[],
    signal: AbortSignal,
  ): Promise<Result<ReadonlyMap<string, string>, FarmFault>> {
    const nameByPath = new Map(files.map((file) => [this.#pathOf(bundle, file), file.name]));
    const hashed = await this.#run(['sha256sum', ...nameByPath.keys()], signal);
    if (!hashed.ok) return hashed;
    const lines = hashed.value.stdout.split('\n').flatMap((line) => {
      const [, digest = '', path = ''] = /^([0-9a-f]{64}) [ *](\S.*?)\r?$/.exec(line) ?? [];
      const name = nameByPath.get(path);
      return name === undefined ? [] : [[name, digest] as const];
    });
    return ok(new Map(lines));
  }

  #pathOf(bundle: ToolBundle, file?: ToolFile): string {
    return join(this.device.workFolder, bundle.folder, file?.name ?? '');
  }

  #run(command: readonly string[], signal?: AbortSignal): ReturnType<Device['execute']> {
    const limits = {
      deadlineMs: housekeepingDeadlineMs,
      ...(signal === undefined ? {} : { signal }),
    };
    return this.device.execute(command, limits);
  }
}

/** As toolBundle names its folders; anything else in there is not ours to remove. */
const bundleName = /^[a-z]+-[0-9a-f]{16}$/;
