import type { Command } from 'commander';
import { systemClock } from '../../platform/time/clock';
import { farmVersion } from '../../platform/config/version';
import type { Terminal } from '../output/terminal';
import { writeWholeFile, writeWholeFolder } from '../output/whole_file';
import { withFarm } from './connection';
import { jsonOr } from '../output/json_or';

interface ReportOptions {
  readonly output: string;
  readonly png?: string;
  readonly json?: boolean;
}

export function registerReport(program: Command, terminal: Terminal): void {
  program
    .command('report <search-id>')
    .description(
      'one HTML file that tells a search: fronts, progress, choices, predictions, conditions',
    )
    .requiredOption('-o, --output <file>', 'the HTML file to write')
    .option('--png <dir>', 'write the plots as PNG too, into a new folder')
    .option('--json', 'machine-readable output')
    .action(async (searchId: string, options: ReportOptions, command: Command) => {
      const files = await withFarm(command, (farm) => writeReport(farm, searchId, options));
      terminal.print(jsonOr(options, files, () => [files.report, ...files.plots].join('\n')));
    });
}

async function writeReport(
  farm: Parameters<Parameters<typeof withFarm>[1]>[0],
  searchId: string,
  { output, png }: ReportOptions,
): Promise<{ readonly report: string; readonly plots: readonly string[] }> {
  // Only this command needs the plotting library, which takes a tenth of a second to load.
  const [{ fetchReportInput }, { computeReport }, { renderPage }] = await Promise.all([
    import('../report/data/report_input.js'),
    import('../report/data/report_data.js'),
    import('../report/html/page.js'),
  ]);
  const data = computeReport(await fetchReportInput(farm, searchId), {
    atMs: systemClock.nowMs(),
    farmVersion: farmVersion(),
  });
  await writeWholeFile(output, renderPage(data), '-o FILE');
  if (png === undefined) return { report: output, plots: [] };
  const [{ namedPlots }, { renderPng }] = await Promise.all([
    import('../report/plots.js'),
    import('../report/png.js'),
  ]);
  const pictures = await Promise.all(
    namedPlots(data).map(async ([name, chart]) => [`${name}.png`, await renderPng(chart)] as const),
  );
  await writeWholeFolder(png, pictures, '--png DIR');
  return { report: output, plots: pictures.map(([name]) => `${png}/${name}`) };
}
