import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { mostBundles, ToolInstallation } from '../../../agent/benchmark/tool_installation';
import type { Device } from '../../../agent/device/device';
import { benchmarkModel } from '../../../agent/runtimes/benchmark_model/adapter';
import { toolBundle, type ToolBundle } from '../../../agent/runtimes/tool/tool_bundle';
import { connectFleet } from '../../../phones/server_link';
import { startVirtualFleet } from '../../../phones/fleet';
import { fleetSchema } from '../../../phones/fleet_file';
import { startAdbServer, type TestAdbServer } from '../../servers/adb_server';
import { startShellPhone } from '../../servers/shell_phone';
import { watchPhones } from '../device/adb/adb_fixture';
import {
  benchmarkOn,
  benchmarkTool,
  printed,
  sha256,
  succeeding,
  toolFile,
  toolPath,
} from './scripted_benchmark';

describe('tool files', () => {
  test('that the phone still has from an earlier agent are not pushed', async () => {
    const { device, run } = benchmarkOn({ tool: succeeding(3) });
    device.files.set(toolPath, benchmarkTool.digest);
    await run();
    expect(device.calls).not.toContain(`push ${benchmarkTool.folder}/benchmark_model`);
  });

  test('that changed on this machine since the agent started are refused', async () => {
    const { run } = benchmarkOn({});
    const changed = {
      ...benchmarkTool,
      files: [{ ...toolFile('benchmark_model'), digest: 'b'.repeat(64) }] as const,
    };
    expect(await run({ adapter: benchmarkModel(changed, []) })).toMatchObject({
      kind: 'farm-fault',
      code: 'transfer-failed',
      message: expect.stringContaining('/benchmark_model has the digest') as string,
    });
  });

  test('are looked at again after the tool could not be started', async () => {
    const { device, run } = benchmarkOn({ tool: [printed('not found', 127), ...succeeding(3)] });
    expect(await run()).toMatchObject({ kind: 'farm-fault', code: 'tool-missing' });
    device.files.delete(toolPath);
    expect(await run()).toMatchObject({ kind: 'measured' });
  });
});

interface OpenedPhone {
  readonly device: Device;
  readonly close: () => Promise<void>;
}

let server: TestAdbServer;
let folder: string;
beforeAll(async () => {
  server = await startAdbServer();
  folder = mkdtempSync(path.join(os.tmpdir(), 'tool-installation-'));
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

async function shellPhone(): Promise<OpenedPhone> {
  const properties = {
    'ro.serialno': 'TOOLS',
    'sys.boot_completed': '1',
    'ro.soc.model': 'SM8550',
  };
  const phone = await startShellPhone({ properties });
  const watch = watchPhones(server.port);
  await server.connect(phone.port);
  const device = await watch.attached('TOOLS');
  const close = async (): Promise<void> => {
    await watch.tracker.close();
    await phone.close();
  };
  return { device, close };
}

async function virtualPhone(): Promise<OpenedPhone> {
  const fleet = await startVirtualFleet(
    fleetSchema.parse({ timeScale: 1, phones: [{ soc: 'sm8550', serialPrefix: 'TOOLS' }] }),
  );
  const link = connectFleet(fleet.phones, { adbHost: '127.0.0.1', adbPort: server.port });
  const watch = watchPhones(server.port);
  const device = await watch.attached('TOOLS-1');
  const close = async (): Promise<void> => {
    await link.close();
    await watch.tracker.close();
    fleet.stop();
  };
  return { device, close };
}

/** A tool that prints its version, with a library beside it. */
function version(text: string): ToolBundle {
  const file = (name: string, content: string): ToolBundle['files'][number] => {
    const localPath = path.join(folder, randomBytes(8).toString('hex'));
    writeFileSync(localPath, content);
    return { name, localPath, executable: true, digest: sha256(content) };
  };
  return toolBundle('tflite', [
    file('benchmark_model.sh', `#!/system/bin/sh\necho ${text}\n`),
    file('libdelegate.so', text),
  ]);
}

const signal = new AbortController().signal;
const deadlineMs = 10_000;

describe.each([
  ['a phone with a real shell', shellPhone],
  ['a virtual phone', virtualPhone],
])('the tools of several agents on %s', (_, openPhone) => {
  let opened: OpenedPhone;
  beforeEach(async () => {
    opened = await openPhone();
  });
  afterEach(() => opened.close());

  const run = async (...command: string[]): Promise<string> => {
    const executed = await opened.device.execute(command, { deadlineMs });
    expect(executed).toMatchObject({ ok: true });
    return executed.ok ? executed.value.stdout : '';
  };
  const says = (bundle: ToolBundle): Promise<string> =>
    run('sh', `${opened.device.workFolder}/${bundle.folder}/benchmark_model.sh`);
  const foldersThere = async (): Promise<readonly string[]> =>
    (await run('ls', `${opened.device.workFolder}/tools`)).split('\n').filter(Boolean).toSorted();

  it('are never replaced by those of another agent, whose tool has another version', async () => {
    const older = version('1.0');
    const newer = version('2.0');
    const agents = [new ToolInstallation(opened.device), new ToolInstallation(opened.device)];
    expect(await agents[0]!.install(older, signal)).toMatchObject({ ok: true });
    expect(await agents[1]!.install(newer, signal)).toMatchObject({ ok: true });
    expect(await agents[0]!.install(older, signal)).toMatchObject({ ok: true });
    expect([await says(older), await says(newer)]).toEqual(['1.0\n', '2.0\n']);
  });

  it('are shared where they are equal', async () => {
    const bundle = version('3.0');
    await new ToolInstallation(opened.device).install(bundle, signal);
    let pushes = 0;
    const counting: Device = {
      ...opened.device,
      push: (...call) => {
        pushes += 1;
        return opened.device.push(...call);
      },
    };
    expect(await new ToolInstallation(counting).install(bundle, signal)).toMatchObject({
      ok: true,
    });
    expect(pushes).toBe(0);
  });

  it('are mended where a file was changed on the phone', async () => {
    const bundle = version('4.0');
    await new ToolInstallation(opened.device).install(bundle, signal);
    const file = `${opened.device.workFolder}/${bundle.folder}/benchmark_model.sh`;
    await run('sh', '-c', `echo garbage >${file}`);
    await new ToolInstallation(opened.device).install(bundle, signal);
    expect(await says(bundle)).toBe('4.0\n');
  });

  it('do not fill the phone: those used longest ago go', async () => {
    const agent = new ToolInstallation(opened.device);
    const first = version('first');
    await agent.install(first, signal);
    const others = Array.from({ length: mostBundles }, (__, index) =>
      version(`5.${String(index)}`),
    );
    for (const [index, other] of others.entries()) {
      await agent.install(other, signal);
      // An agent that starts anew looks at the tools that it uses.
      if (index === 3) await new ToolInstallation(opened.device).install(first, signal);
    }
    const left = await foldersThere();
    expect(left).toHaveLength(mostBundles);
    expect(left).toContain(path.basename(first.folder));
    expect(left).toContain(path.basename(others.at(-1)!.folder));
    expect(left).not.toContain(path.basename(others[0]!.folder));
  });

  it('leave alone what is in their folder and is not theirs', async () => {
    await run('mkdir', '-p', `${opened.device.workFolder}/tools/notes`);
    const agent = new ToolInstallation(opened.device);
    for (let index = 0; index <= mostBundles; index += 1)
      await agent.install(version(`6.${String(index)}`), signal);
    expect(await foldersThere()).toContain('notes');
    await run('rm', '-r', `${opened.device.workFolder}/tools/notes`);
  });
});
