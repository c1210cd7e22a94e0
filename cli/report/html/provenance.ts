import type { DeviceUse } from '../data/conditions';
import type { ReportData } from '../data/report_data';
import { repeatCommands } from '../repeat';
import { html, nothing, type Html } from './html';
import { htmlTable } from './table';

/** By what and how it was measured, what failed, and how to do it again. */
export function provenance(data: ReportData): Html {
  return html`<h2 id="devices">Devices and tools</h2>
    ${
      data.devices.length === 0
        ? html`<p class="quiet">No device measured anything.</p>`
        : html`${deviceTable(data)} ${toolTable(data)} ${caveatTable(data)}`
    }
    <h2 id="failures">What failed</h2>
    ${failureTable(data)}
    <h2 id="repeat">To repeat it</h2>
    <p>
      Save the specification below as <code>${data.search.name}.yaml</code>.
      ${data.spec.strategy.kind === 'external' ? 'A program of your own proposed the networks; it must do so again.' : 'The same seed proposes the same networks as long as the results come back alike.'}
    </p>
    <pre>${repeatCommands(data).join('\n')}</pre>
    <h3>Specification</h3>
    <pre>${data.specYaml.trimEnd()}</pre>`;
}

function deviceTable({ devices }: ReportData): Html {
  const columns = [
    { heading: 'device', width: 'whole' as const },
    { heading: 'kind' },
    { heading: 'model' },
    { heading: 'SoC' },
    { heading: 'operating system' },
    { heading: 'measurements', isNumeric: true },
    { heading: 'hottest sensor, °C', isNumeric: true },
    { heading: 'fastest core, MHz', isNumeric: true },
  ];
  const rows = devices.map((device) => [
    device.serial,
    kindOf(device),
    device.model === '' ? 'no longer registered' : device.model,
    device.soc,
    device.osBuilds.join(', '),
    String(device.measured),
    span(device.celsius, 1),
    span(device.cpuKhz, 1_000),
  ]);
  return htmlTable(columns, rows);
}

function kindOf({ kind }: DeviceUse): Html | string {
  return kind === 'virtual' ? html`<span class="virtual">virtual</span>` : kind;
}

function span(range: DeviceUse['celsius'], unit: number): string {
  if (range === undefined) return '-';
  const [least, most] = range.map((value) => (value / unit).toFixed(0));
  return least === most ? String(least) : `${String(least)} to ${String(most)}`;
}

/** Enough of a digest to tell files apart. */
const digestLength = 12;

function toolTable({ tools }: ReportData): Html {
  const columns = [
    { heading: 'target', width: 'whole' as const },
    { heading: 'tool' },
    { heading: 'version' },
    { heading: 'files, SHA-256' },
    { heading: 'agent' },
    { heading: 'threads', isNumeric: true },
    { heading: 'timed' },
    { heading: 'measurements', isNumeric: true },
  ];
  const rows = tools.map((use) => [
    use.target,
    use.tool,
    use.toolVersion ?? '-',
    use.toolDigest === null ? '-' : html`<code>${use.toolDigest.slice(0, digestLength)}</code>`,
    use.agentVersion,
    String(use.threads),
    use.boundary,
    String(use.measured),
  ]);
  return html`${htmlTable(columns, rows)}
    <p class="quiet">One command of each, as it ran:</p>
    <pre>${tools.map(({ command }) => command).join('\n')}</pre>`;
}

function caveatTable({ caveats }: ReportData): Html {
  if (caveats.length === 0) return html`<p class="quiet">No measurement has a caveat.</p>`;
  return htmlTable(
    [
      { heading: 'target' },
      { heading: 'caveat (N: any figure)' },
      { heading: 'measurements', isNumeric: true },
    ],
    caveats.map(({ target, caveat, count }) => [target, caveat, String(count)]),
  );
}

const meanings = {
  infeasible: 'infeasible: cannot run there',
  excluded: 'not measured: breaks a limit',
  abandoned: 'abandoned: the farm failed it',
  stopped: 'not measured: the search was stopped',
} as const;

function failureTable({ failures, search }: ReportData): Html {
  const unbuilt =
    search.targets.reduce((sum, { abandoned }) => sum + abandoned, 0) -
    failures
      .filter(({ state }) => state === 'abandoned')
      .reduce((sum, { count }) => sum + count, 0);
  const lost =
    unbuilt > 0
      ? html`<p class="quiet">${String(unbuilt)} more could not be built and left no record.</p>`
      : nothing;
  if (failures.length === 0)
    return html`<p class="quiet">Every candidate was measured.</p>
      ${lost}`;
  const columns = [
    { heading: 'target' },
    { heading: 'what' },
    { heading: 'code' },
    { heading: 'candidates', isNumeric: true },
    { heading: 'for example' },
  ];
  return html`${htmlTable(
    columns,
    failures.map(({ target, state, code, count, example }) => [
      target,
      meanings[state],
      html`<code>${code}</code>`,
      String(count),
      example,
    ]),
  )}${lost}`;
}
