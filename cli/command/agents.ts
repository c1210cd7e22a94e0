import type { Command } from 'commander';
import { formatTable } from '../output/table';
import type { Terminal } from '../output/terminal';
import { withFarm } from './connection';
import { jsonOr } from '../output/json_or';

export function registerAgents(program: Command, terminal: Terminal): void {
  program
    .command('agents')
    .description('agents that attached, and when each was last heard')
    .option('--json', 'machine-readable output')
    .action(async (options: { json?: boolean }, command: Command) => {
      const agents = await withFarm(command, (farm) => farm.listAgents());
      terminal.print(
        jsonOr(options, agents, () => {
          const rows = agents.map((agent) => [
            agent.agentId,
            agent.state,
            { value: agent.deviceCount, decimals: 0 },
            new Date(agent.lastHeardAtMs).toISOString(),
            agent.version,
          ]);
          return rows.length === 0
            ? 'no agent has attached yet; start one with: farm agent --config FILE'
            : formatTable(['AGENT', 'STATE', 'DEVICES', 'LAST HEARD', 'VERSION'], rows);
        }),
      );
    });
}
