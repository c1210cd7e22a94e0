import { runTool } from './run_tool';
import type { HealthFinding } from './finding';

/** The programs that a farm on this machine needs. */
export async function checkPrograms(): Promise<readonly HealthFinding[]> {
  return [
    await checkProgram('nats-server', ['--version'], 'sudo apt-get install nats-server'),
    await checkProgram('adb', ['version'], 'sudo apt-get install adb'),
  ];
}

async function checkProgram(
  name: string,
  args: readonly string[],
  remedy: string,
): Promise<HealthFinding> {
  try {
    const { stdout, stderr } = await runTool(name, args);
    return { check: name, state: 'good', detail: (stdout + stderr).split('\n')[0] ?? '' };
  } catch {
    return { check: name, state: 'bad', detail: `not installed; ${remedy}` };
  }
}
