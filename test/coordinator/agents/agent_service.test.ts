import type { DeviceDescription } from '../../../common/device';
import type { Result } from '../../../common/result';
import { createAgentDirectory, type AgentDirectory } from '../../../coordinator/agents/directory';
import {
  agentServiceDefinition,
  agentTiming,
  createAgentService,
} from '../../../coordinator/agents/agent_service';
import type { SchedulerEvent } from '../../../coordinator/schedule/event/event';
import { decodeAgentMessage, type AgentMessage } from '../../../proto/codec/agent_message';
import { loadFarmServices } from '../../../proto/service';
import { serve, silentLogger, type TestServer } from '../grpc_fixture';
import { samplePhone, samplePhones } from '../sample_fleet';
import { attachAgent } from '../scripted_agent';

const services = loadFarmServices();

describe('agent service', () => {
  let server: TestServer;
  let directory: AgentDirectory;
  let events: SchedulerEvent[];
  let saved: string[];
  let large = 0;
  let onEvent: () => void;

  const start = async (timing = agentTiming): Promise<void> => {
    directory = createAgentDirectory();
    onEvent = () => undefined;
    // Named here, so that what ends with the server of one test is not heard in the next.
    const heard: SchedulerEvent[] = [];
    const seen: string[] = [];
    [events, saved] = [heard, seen];
    const engine = {
      dispatch: (event: SchedulerEvent): void => {
        heard.push(event);
        onEvent();
      },
    };
    const devices = {
      seen: (agentId: string, all: readonly DeviceDescription[]) =>
        Promise.resolve(void seen.push(...all.map(({ serial }) => `${agentId}/${serial}`))),
    };
    const decodeLarge = (bytes: Uint8Array): Promise<Result<AgentMessage, string>> => {
      large += 1;
      return Promise.resolve(decodeAgentMessage(Buffer.from(bytes), services));
    };
    server = await serve(
      agentServiceDefinition(services),
      createAgentService({
        engine,
        directory,
        devices,
        logger: silentLogger,
        timing,
        services,
        decodeLarge,
      }),
    );
  };
  const event = async <K extends SchedulerEvent['kind']>(
    kind: K,
  ): Promise<Extract<SchedulerEvent, { kind: K }>> => {
    for (;;) {
      const found = events.find(
        (each): each is Extract<SchedulerEvent, { kind: K }> => each.kind === kind,
      );
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => {
        onEvent = resolve;
      });
    }
  };
  beforeEach(() => start());
  afterEach(() => server.stop());

  it('welcomes an agent and attaches its devices once they are durable', async () => {
    const lease = { jobId: 'job', deviceSerial: 'phone-0', epoch: 7, nonce: 'n' };
    const agent = attachAgent(server.address, 'shelf');
    agent.hello(samplePhones(2), [lease]);
    expect(await agent.next('welcome')).toEqual({
      kind: 'welcome',
      heartbeatIntervalMs: agentTiming.heartbeatIntervalMs,
    });
    expect(await event('agent-attached')).toMatchObject({
      agentId: 'shelf',
      devices: samplePhones(2),
      heldLeases: [lease],
    });
    expect(saved).toEqual(['shelf/phone-0', 'shelf/phone-1']);
    agent.leave();
  });

  it('has the hello of a large shelf read elsewhere, before what comes after it', async () => {
    const agent = attachAgent(server.address, 'shelf');
    agent.hello(samplePhones(100));
    agent.say({ kind: 'device-detached', deviceSerial: 'phone-0', reason: 'unplugged' });
    expect((await event('agent-attached')).devices).toEqual(samplePhones(100));
    await event('device-detached');
    expect(events.map(({ kind }) => kind)).toEqual(['agent-attached', 'device-detached']);
    expect(large).toBe(1);
    agent.leave();
  });

  it('passes on what the agent says, in order', async () => {
    const agent = attachAgent(server.address, 'shelf');
    agent.hello([]);
    agent.say({ kind: 'device-attached', device: samplePhone('late') });
    agent.say({ kind: 'heartbeat', heldLeases: [] });
    agent.say({ kind: 'device-detached', deviceSerial: 'late', reason: 'unplugged' });
    agent.say({
      kind: 'unusable-phones',
      phones: [
        {
          adbSerial: 'x',
          adbState: 'unauthorized',
          reason: 'not allowed',
          remedy: 'accept the key',
        },
      ],
    });
    agent.leave();
    await event('agent-detached');
    expect(events.map(({ kind }) => kind)).toEqual([
      'agent-attached',
      'device-attached',
      'agent-heard',
      'device-detached',
      'agent-detached',
    ]);
    expect(await agent.ended).toBe('OK');
    // What its phones were is remembered of it, not what it could not use.
    expect(directory.versionOf('shelf')).toBe('0.1.0');
    expect(directory.unusablePhones()).toEqual([]);
  });

  it('notices at once that an agent was killed', async () => {
    const agent = attachAgent(server.address, 'shelf');
    agent.hello([]);
    await event('agent-attached');
    agent.die();
    expect(await event('agent-detached')).toMatchObject({ agentId: 'shelf' });
  });

  it('lets the newer of two streams take over, without a gap', async () => {
    const older = attachAgent(server.address, 'shelf');
    older.hello(samplePhones(1));
    await older.next('welcome');
    const newer = attachAgent(server.address, 'shelf');
    newer.hello(samplePhones(1));
    await newer.next('welcome');
    expect(await older.ended).toBe('ABORTED: a newer stream of the same agent took over');
    directory.send('shelf', {
      kind: 'stop-job',
      lease: { jobId: 'job', deviceSerial: 'phone-0', epoch: 1, nonce: 'n' },
    });
    await newer.next('stop-job');
    expect(events.map(({ kind }) => kind)).not.toContain('agent-detached');
    newer.leave();
  });

  it.each([
    [
      'a heartbeat before the hello',
      { heartbeat: {} },
      /^INVALID_ARGUMENT: agent message: expected hello first, got heartbeat/,
    ],
    [
      'a hello without a name',
      { hello: { agentId: '' } },
      /^INVALID_ARGUMENT: agent message: hello.agentId: /,
    ],
    ['an empty message', {}, /^INVALID_ARGUMENT: agent message: /],
    [
      'a pool that is no name',
      { hello: { agentId: 'shelf', devices: [{ serial: 'x', kind: 'phone', pool: '../..' }] } },
      /^INVALID_ARGUMENT: agent message: hello.devices.0.pool/,
    ],
  ])('refuses %s, and nobody notices', async (_, message, expected) => {
    const agent = attachAgent(server.address, 'shelf');
    agent.sayRaw(message);
    expect(await agent.ended).toMatch(expected);
    expect(events).toEqual([]);
  });

  it('refuses a second hello and lets the agent go', async () => {
    const agent = attachAgent(server.address, 'shelf');
    agent.hello([]);
    agent.hello([]);
    expect(await agent.ended).toMatch(/^INVALID_ARGUMENT: agent message: a second hello/);
    await event('agent-detached');
  });

  it('waits neither for a hello nor for a heartbeat without end', async () => {
    server.stop();
    await start({ helloDeadlineMs: 30, heartbeatIntervalMs: 10, silenceDeadlineMs: 60 });
    const mute = attachAgent(server.address, 'mute');
    const fading = attachAgent(server.address, 'fading');
    fading.hello([]);
    expect(await mute.ended).toMatch(/^DEADLINE_EXCEEDED/);
    expect(await fading.ended).toMatch(/^DEADLINE_EXCEEDED/);
    expect(events.map((each) => [each.kind, 'agentId' in each ? each.agentId : ''])).toEqual([
      ['agent-attached', 'fading'],
      ['agent-detached', 'fading'],
    ]);
  });

  it('attaches 500 devices that come in one hello, and 100 agents at once', async () => {
    const crowd = attachAgent(server.address, 'crowd');
    crowd.hello(samplePhones(500));
    const agents = Array.from({ length: 100 }, (_, index) =>
      attachAgent(server.address, `agent-${String(index)}`),
    );
    for (const [index, agent] of agents.entries())
      agent.hello([samplePhone(`single-${String(index)}`)]);
    await Promise.all([crowd, ...agents].map((agent) => agent.next('welcome')));
    expect(saved).toHaveLength(600);
    for (const agent of [crowd, ...agents]) agent.die();
  });

  it('tells every attached agent that the coordinator stops', async () => {
    const agent = attachAgent(server.address, 'shelf');
    agent.hello([]);
    await agent.next('welcome');
    directory.endAll();
    expect(await agent.ended).toBe('UNAVAILABLE: the coordinator is stopping');
  });
});
