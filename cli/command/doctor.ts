import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Command } from 'commander';
import { BadInputError } from '../../common/bad_input';
import { toolPathProblems } from '../../agent/tools/tool_paths';
import { fetchCommand, phoneBundle } from '../../agent/tools/phone_bundle';
import { readToolCache, toolCacheFolder } from '../../agent/tools/tool_cache';
import { agentConfigSchema, type AgentConfig } from '../../agent/config';
import { isLoopback } from '../../platform/http/loopback';
import { parseYaml, readYamlFile } from '../../platform/config/yaml';
import type { Device__Output } from '../../proto/generated/farm/v1/Device';
import { connectFarm } from '../link/farm_client';
import { formatTable } from '../output/table';
import type { Terminal } from '../output/terminal';
import { jsonOr } from './connection';
import { phoneFindings } from './doctor_phones';

interface HealthFinding {
  readonly check: string;
  readonly state: 'good' | 'warning' | 'bad';
  readonly detail: string;
}

const run = promisify(execFile);
/** `adb` may start its server first; everything else answers at once. */
const toolDeadlineMs = 15_000;

export function registerDoctor(program: Command, terminal: Terminal): void {
  program
    .command('doctor')
    .description(
      'check this machine, its phones and their tools; exit status 1 when something is broken',
    )
    .option('--agent-config <file>', "the agent's YAML, to check its tools")
    .option('--json', 'machine-readable output')
    .action(async (options: { agentConfig?: string; json?: boolean }, command: Command) => {
      const config =
        options.agentConfig === undefined
          ? parseYaml('', agentConfigSchema, 'defaults')
          : readYamlFile(options.agentConfig, agentConfigSchema);
      const all = [
        await checkProgram('nats-server', ['--version'], 'sudo apt-get install nats-server'),
        await checkProgram('adb', ['version'], 'sudo apt-get install adb'),
        ...(config.adb.enabled ? await checkPhones(config.adb) : []),
        await checkFetchedTools(),
        ...toolPathProblems(config.tools).map((detail): HealthFinding => ({
          check: 'tools',
          state: 'bad',
          detail,
        })),
        ...(await checkFleet(command.optsWithGlobals<{ coordinator: string }>().coordinator)),
      ];
      // An agent that sees the same phones says the same of them.
      const findings = [...new Map(all.map((each) => [JSON.stringify(each), each])).values()];
      terminal.print(
        jsonOr(options, findings, () =>
          formatTable(
            ['CHECK', 'STATE', 'DETAIL'],
            findings.map((each) => [each.check, each.state, each.detail]),
          ),
        ),
      );
      if (findings.some((each) => each.state === 'bad')) process.exitCode = 1;
    });
}

async function checkProgram(
  name: string,
  args: readonly string[],
  remedy: string,
): Promise<HealthFinding> {
  try {
    const { stdout, stderr } = await run(name, args, { timeout: toolDeadlineMs });
    return { check: name, state: 'good', detail: (stdout + stderr).split('\n')[0] ?? '' };
  } catch {
    return { check: name, state: 'bad', detail: `not installed; ${remedy}` };
  }
}

/** What phones get that have no tools in the agent's YAML. */
async function checkFetchedTools(): Promise<HealthFinding> {
  const bundle = phoneBundle(await readToolCache(toolCacheFolder(process.env)));
  const check = 'phone tools';
  if (bundle === null)
    return {
      check,
      state: 'warning',
      detail: `none fetched; type: ${fetchCommand('litert', undefined)}`,
    };
  const { litertVersion, npu } = bundle;
  if (npu.kind === 'lacking')
    return {
      check,
      state: 'warning',
      detail: `LiteRT ${litertVersion}, but for NPUs ${npu.remedy}`,
    };
  return { check, state: 'good', detail: `LiteRT ${litertVersion} with QAIRT ${npu.qairtVersion}` };
}

/** What adb sees, farm or no farm: most trouble with phones starts here. */
async function checkPhones({ binary, host, port }: AgentConfig['adb']): Promise<HealthFinding[]> {
  // With -H adb takes the server for a remote one and starts none.
  const server = [...(isLoopback(host) ? [] : ['-H', host]), '-P', String(port)];
  const listed = await run(binary, [...server, 'devices', '-l'], { timeout: toolDeadlineMs }).catch(
    () => undefined,
  );
  if (listed === undefined)
    return [
      {
        check: 'phones',
        state: 'warning',
        detail: `the adb server at ${host}:${String(port)} does not answer; try there: ${binary} -P ${String(port)} start-server`,
      },
    ];
  return [...phoneFindings(listed.stdout)];
}

function quarantinedTargets({ description, troubles }: Device__Output): HealthFinding[] {
  const serial = description?.serial ?? '';
  const quarantined = troubles.filter(({ state }) => state === 'quarantined');
  return quarantined.map(({ target, detail }) => ({
    check: `device ${serial}`,
    state: 'warning',
    detail: `${target} is quarantined ${detail}; mend its tools, then: farm devices resume ${serial}`,
  }));
}

async function checkFleet(address: string): Promise<HealthFinding[]> {
  const farm = connectFarm(address);
  try {
    const { devices, unusablePhones } = await farm.listDevices();
    return [
      {
        check: 'coordinator',
        state: 'good',
        detail: `${address}, ${String(devices.length)} devices`,
      },
      ...devices.flatMap((device) =>
        (device.description?.missing ?? []).map((detail): HealthFinding => ({
          check: `device ${device.description?.serial ?? ''}`,
          state: 'warning',
          detail,
        })),
      ),
      ...devices.flatMap(quarantinedTargets),
      ...unusablePhones.map((phone): HealthFinding => ({
        check: `phone ${phone.adbSerial}`,
        state: 'warning',
        detail: `${phone.reason}; ${phone.remedy}`,
      })),
    ];
  } catch (error) {
    if (!(error instanceof BadInputError)) throw error;
    return [{ check: 'coordinator', state: 'warning', detail: error.message }];
  } finally {
    farm.close();
  }
}
