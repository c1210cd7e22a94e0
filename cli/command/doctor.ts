import type { Command } from 'commander';
import { agentConfigSchema } from '../../agent/config';
import { readConfiguration } from '../../platform/config/yaml_file';
import { checkFarm } from '../doctor/farm';
import type { HealthFinding } from '../doctor/finding';
import { checkPhones } from '../doctor/phones';
import { checkPhoneTools } from '../doctor/phone_tools';
import { checkPrograms } from '../doctor/programs';
import { formatTable } from '../output/table';
import type { Terminal } from '../output/terminal';
import { jsonOr } from '../output/json_or';

interface DoctorOptions {
  readonly agentConfig?: string;
  readonly json?: boolean;
}

export function registerDoctor(program: Command, terminal: Terminal): void {
  program
    .command('doctor')
    .description(
      'check this machine, its phones and their tools; exit status 1 when something is broken',
    )
    .option('--agent-config <file>', "the agent's YAML, to check its tools")
    .option('--json', 'machine-readable output')
    .action(async (options: DoctorOptions, command: Command) => {
      const { coordinator } = command.optsWithGlobals<{ coordinator: string }>();
      const findings = await checkAll(options.agentConfig, coordinator);
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

/** From what everything needs to what only a running farm knows. Another check is another line. */
async function checkAll(
  agentConfig: string | undefined,
  coordinator: string,
): Promise<readonly HealthFinding[]> {
  const config = readConfiguration(agentConfig, agentConfigSchema);
  const findings = [
    ...(await checkPrograms()),
    ...(await checkPhones(config.adb)),
    ...(await checkPhoneTools(config.tools)),
    ...(await checkFarm(coordinator)),
  ];
  // An agent that sees the same phones says the same of them.
  return [...new Map(findings.map((each) => [JSON.stringify(each), each])).values()];
}
