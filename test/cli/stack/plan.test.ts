import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { agentConfigSchema } from '../../../agent/config';
import { planProcesses, type PlanOptions } from '../../../cli/stack/plan';
import { coordinatorConfigSchema } from '../../../coordinator/config';
import { readYamlFile } from '../../../platform/config/yaml_file';

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(path.join(os.tmpdir(), 'stack-plan-'));
});
afterEach(() => rmSync(dataDir, { recursive: true }));

const ports = { grpc: 7600, http: 7601, agentHttp: 7602, nats: 7603 };

function plan(options: Partial<PlanOptions> = {}): ReturnType<typeof planProcesses> {
  return planProcesses({
    dataDir,
    logDir: path.join(dataDir, 'log'),
    ports,
    realPhones: true,
    virtualFleet: undefined,
    agentConfig: {},
    logLevel: 'warn',
    predictorProcesses: 0,
    ...options,
  });
}

const names = (processes: readonly { readonly name: string }[]): string[] =>
  processes.map(({ name }) => name);
const agentConfig = (name: string): ReturnType<typeof agentConfigSchema.parse> =>
  readYamlFile(path.join(dataDir, `${name}.yaml`), agentConfigSchema);

describe('the processes of a farm on one machine', () => {
  it('start in the order in which they need each other', async () => {
    expect(names(await plan())).toEqual(['nats-server', 'coordinator', 'local-agent']);
    expect(names(await plan({ virtualFleet: { fleetYaml: '' } }))).toEqual([
      'nats-server',
      'coordinator',
      'local-agent',
      'virtual-adb',
      'virtual-agent',
    ]);
  });

  it('each have a log of their own, and only our own programs a channel', async () => {
    const processes = await plan({ virtualFleet: { fleetYaml: '' } });
    expect(new Set(processes.map(({ logPath }) => logPath)).size).toBe(processes.length);
    expect(names(processes.filter(({ channel }) => channel))).toEqual([
      'coordinator',
      'local-agent',
      'virtual-agent',
    ]);
  });

  it('meet at the same ports', async () => {
    await plan();
    const broker: unknown = JSON.parse(
      readFileSync(path.join(dataDir, 'nats-server.conf'), 'utf8'),
    );
    const coordinator = readYamlFile(
      path.join(dataDir, 'coordinator.yaml'),
      coordinatorConfigSchema,
    );
    expect(broker).toMatchObject({ host: '127.0.0.1', port: ports.nats });
    expect(coordinator).toMatchObject({
      nats: 'nats://127.0.0.1:7603',
      grpc: { port: ports.grpc },
      http: { port: ports.http },
    });
    expect(agentConfig('local-agent')).toMatchObject({
      nats: 'nats://127.0.0.1:7603',
      coordinator: '127.0.0.1:7600',
      http: { port: ports.agentHttp },
    });
  });

  it('keep their data apart, so that one can be deleted without another', async () => {
    await plan({ virtualFleet: { fleetYaml: '' } });
    const folders = [
      readYamlFile(path.join(dataDir, 'coordinator.yaml'), coordinatorConfigSchema).dataDir,
      agentConfig('local-agent').dataDir,
      agentConfig('virtual-agent').dataDir,
    ];
    expect(new Set(folders).size).toBe(3);
    for (const folder of folders) expect(path.dirname(folder)).toBe(dataDir);
  });
});

describe('the agents of a farm on one machine', () => {
  it('have what the operator says of agents, but not where it is about other phones', async () => {
    await plan({
      virtualFleet: { fleetYaml: '' },
      agentConfig: { pools: { P1: 'lab' }, adb: { port: 5555 }, host: { cores: [1] } },
    });
    expect(agentConfig('local-agent')).toMatchObject({
      pools: { P1: 'lab' },
      adb: { enabled: true, port: 5555 },
      host: { enabled: true, cores: [1] },
    });
    const virtual = agentConfig('virtual-agent');
    expect(virtual).toMatchObject({
      pools: { P1: 'lab' },
      adb: { enabled: true, startServer: false },
      host: { enabled: false },
    });
    expect(virtual.adb.port).not.toBe(5555);
  });

  it('leave the phones of the user alone where nobody asked for them', async () => {
    await plan({ realPhones: false });
    expect(agentConfig('local-agent').adb.enabled).toBe(false);
  });

  it('find the virtual phones behind the adb server that is started for them', async () => {
    const processes = await plan({ virtualFleet: { fleetYaml: 'seed: 7\n' } });
    const adb = processes.find(({ name }) => name === 'virtual-adb')!;
    expect(adb.command).toEqual([
      'adb',
      '-P',
      String(agentConfig('virtual-agent').adb.port),
      'nodaemon',
      'server',
    ]);
    const agent = processes.find(({ name }) => name === 'virtual-agent')!;
    const fleetPath = agent.command.at(-1)!;
    expect(agent.command.slice(-2, -1)).toEqual(['--virtual']);
    expect(readFileSync(fleetPath, 'utf8')).toBe('seed: 7\n');
  });
});
