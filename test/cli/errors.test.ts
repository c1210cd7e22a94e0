import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { status, type ServiceError } from '@grpc/grpc-js';
import { exitStatusOf } from '../../cli/exit_status';
import { callError } from '../../cli/link/call_error';
import { runCommand } from '../../cli/main';
import { BadInputError } from '../../common/bad_input';
import { FarmError, longestErrorLine, type FarmErrorCode } from '../../common/farm_error';
import { createFleetService } from '../../coordinator/api/fleet_service';
import { createSearchService } from '../../coordinator/api/search_service';
import { FleetView } from '../../coordinator/views/fleet/fleet_view';
import { codeOf, statusOf } from '../../proto/codec/status';
import { loadFarmServices } from '../../proto/service';
import { systemClock } from '../../platform/time/clock';
import {
  describeError,
  insecure,
  serve,
  silentLogger,
  type TestServer,
} from '../coordinator/grpc_fixture';
import { createFarm, phone } from '../coordinator/schedule/farm';
import { fastTarget } from '../coordinator/searches/search_bench';
import { SearchLab } from '../coordinator/searches/search_lab';

const services = loadFarmServices();

interface Said {
  readonly exit: number;
  readonly lines: readonly string[];
}

async function farm(address: string, ...args: string[]): Promise<Said> {
  const lines: string[] = [];
  const terminal = {
    print: (text: string) => void lines.push(`out: ${text}`),
    note: (text: string) => void lines.push(text),
    interactive: false,
    columns: 80,
  };
  return { exit: await runCommand(['--coordinator', address, ...args], terminal), lines };
}

const codes: readonly (readonly [FarmErrorCode, keyof typeof status, number])[] = [
  ['invalid', 'INVALID_ARGUMENT', 2],
  ['not-found', 'NOT_FOUND', 2],
  ['conflict', 'FAILED_PRECONDITION', 2],
  ['exhausted', 'RESOURCE_EXHAUSTED', 2],
  ['unavailable', 'UNAVAILABLE', 2],
  ['timed-out', 'DEADLINE_EXCEEDED', 1],
  ['cancelled', 'CANCELLED', 1],
  ['failed', 'INTERNAL', 1],
];

describe('a farm error', () => {
  it.each(codes)(
    'of code %s is %s to gRPC, comes back as it was, and ends a command with %i',
    (code, name, exit) => {
      expect(status[statusOf(code)]).toBe(name);
      expect(codeOf(status[name])).toBe(code);
      expect(exitStatusOf(new FarmError(code, 'why'))).toBe(exit);
    },
  );

  it.each(['UNKNOWN', 'UNIMPLEMENTED', 'DATA_LOSS', 'INTERNAL'] as const)(
    'is a failure of the coordinator when that says %s',
    (name) => {
      const error = callError({ code: status[name], details: 'oops' } as ServiceError, 'host:1');
      expect(error).toMatchObject({
        code: 'failed',
        message: 'the coordinator at host:1 failed: oops',
      });
    },
  );

  it('is one printable line of bounded length, whatever it quotes', () => {
    const { message } = new FarmError('invalid', `a\nb\u001B[2J${'x'.repeat(5_000)}`);
    expect(message).not.toMatch(/\p{Cc}/u);
    expect(message.length).toBeLessThanOrEqual(longestErrorLine);
  });

  it('is of the code invalid where it is bad input, and any other error is a failure', () => {
    expect(new BadInputError('no')).toMatchObject({ code: 'invalid', name: 'BadInputError' });
    expect(exitStatusOf(new BadInputError('no'))).toBe(2);
    expect(exitStatusOf(new Error('disk full'))).toBe(1);
    expect(exitStatusOf('thrown by somebody')).toBe(1);
  });
});

describe('what goes wrong has the same code on the wire and at the exit', () => {
  let lab: SearchLab;
  let searchServer: TestServer;
  let fleetServer: TestServer;
  let folder: string;
  let running: string;
  let stopped: string;

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'farm-errors-'));
    lab = await SearchLab.open();
    const shelf = createFarm();
    shelf.attach('rack', [phone('p1')]);
    const parts = { fleet: new FleetView(() => shelf.state), logger: silentLogger };
    searchServer = await serve(
      services.SearchService.service,
      createSearchService({
        ...parts,
        searches: lab.runner,
        reader: lab.reader,
        summaries: lab.summaries,
        clock: lab.bench.clock,
      }),
    );
    const notUsed = (): never => {
      throw new Error('the disk is full');
    };
    fleetServer = await serve(
      services.FleetService.service,
      createFleetService({
        ...parts,
        engine: { dispatch: notUsed, timeOfDayMs: (atMs) => atMs },
        directory: { versionOf: notUsed, unusablePhones: notUsed },
        devices: {
          all: () => [],
          find: () => undefined,
          remove: notUsed,
          setDrained: notUsed,
          set: notUsed,
        } as never,
        workers: () => [],
        tally: { jobsMeasured: () => 0 },
        clock: systemClock,
      }),
    );
    const spec = (name: string): string =>
      `name: ${name}\nspace: nasbench201\nstrategy: { kind: random, seed: 3 }\ntargets: [${fastTarget}]\nbudget: { measurements: 9 }\n`;
    running = await lab.create(spec('running'));
    stopped = await lab.create(spec('stopped'));
    await lab.runner.stop(stopped);
    writeFileSync(path.join(folder, 'bad.yaml'), 'name: x\nspace: nowhere\n');
    writeFileSync(path.join(folder, 'strange.yaml'), spec('strange').replace('sm8550', 'sm9999'));
  });
  afterAll(async () => {
    searchServer.stop();
    fleetServer.stop();
    await lab.close();
    rmSync(folder, { recursive: true });
  });

  const situations: readonly (readonly [string, () => string[], RegExp])[] = [
    ['a search that there is not', () => ['search', 'show', 'none'], /there is no search "none"/],
    ['the front of one', () => ['search', 'front', 'none'], /there is no search "none"/],
    ['watching one', () => ['search', 'watch', 'none'], /there is no search "none"/],
    [
      'a target that the search does not have',
      () => ['search', 'front', running, '--target', 'sm1/tflite/npu/int8'],
      /has no target sm1.*its targets are/,
    ],
    [
      'a network that was not built',
      () => ['search', 'export', running, '0'.repeat(64), '-o', folder],
      /0000/,
    ],
    [
      'a search that is over',
      () => ['search', 'resume', stopped],
      /is stopped and cannot be resumed/,
    ],
    [
      'more for one',
      () => ['search', 'extend', stopped, '--measurements', '2'],
      /cannot be extended/,
    ],
    ['a front that the search has not', () => ['search', 'fleet-front', running], /none over all/],
    ['a specification', () => ['search', 'create', path.join(folder, 'bad.yaml')], /bad\.yaml/],
    [
      'a target that nobody offers',
      () => ['search', 'create', path.join(folder, 'strange.yaml')],
      /no device has ever offered sm9999/,
    ],
  ];

  it.each(situations)('of a search: %s', async (_, args, message) => {
    const { exit, lines } = await farm(searchServer.address, ...args());
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(message);
    expect(exit).toBe(2);
  });

  it.each([
    ['drain', 'stranger', /device "stranger" is not known/, 2],
    ['remove', 'p1', /device p1 is attached/, 2],
    ['drain', 'p1', /the coordinator failed on this call; its log says why/, 1],
  ] as const)('of a device: %s %s', async (change, serial, message, expected) => {
    const { exit, lines } = await farm(fleetServer.address, 'devices', change, serial);
    expect(lines.join('\n')).toMatch(message);
    expect(exit).toBe(expected);
  });

  it('and nobody at the address', async () => {
    const { exit, lines } = await farm('127.0.0.1:1', 'search', 'list');
    expect(lines).toEqual([
      expect.stringMatching(/no coordinator answers at 127.0.0.1:1; start one/),
    ]);
    expect(exit).toBe(2);
  });

  it.each([
    ['get', { searchId: 'none' }, 'NOT_FOUND'],
    ['front', { searchId: 'none' }, 'NOT_FOUND'],
    ['export', { searchId: 'none', architecture: 'x' }, 'NOT_FOUND'],
    ['create', { specYaml: 'name: [' }, 'INVALID_ARGUMENT'],
    ['extend', { searchId: 'none', extensionId: '' }, 'INVALID_ARGUMENT'],
  ] as const)('and gRPC says for %s of %p: %s', async (method, request, expected) => {
    const client = new services.SearchService(searchServer.address, insecure());
    const error = await new Promise((resolve) =>
      (client[method] as (asked: object, done: (error: unknown) => void) => void).call(
        client,
        request,
        resolve,
      ),
    );
    client.close();
    expect(describeError(error)).toMatch(new RegExp(`^${expected}: `));
  });
});
