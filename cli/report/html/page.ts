import type { ReportData } from '../data/report_data';
import { Html, html } from './html';
import { overview } from './overview';
import { provenance } from './provenance';
import { styleSheet } from './style';
import { targetSections } from './target_sections';

const sections = [
  ['fronts', 'Fronts'],
  ['progress', 'Progress'],
  ['choices', 'What the front is made of'],
  ['predictions', 'Predicted and measured'],
  ['devices', 'Devices and tools'],
  ['failures', 'What failed'],
  ['repeat', 'To repeat it'],
] as const;

/** The report as one HTML document that needs nothing else: no network, no script. */
export function renderPage(data: ReportData): string {
  const { search, made } = data;
  const page = html`<!DOCTYPE html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; style-src 'unsafe-inline'"
        />
        <title>${search.name}: a search for fast networks</title>
        <style>
          ${new Html(styleSheet)}
        </style>
      </head>
      <body>
        <header>
          <h1>${search.name}</h1>
          <p class="quiet">
            Search ${search.searchId}, ${search.state}, created ${day(search.createdAtMs)}.
            ${search.targets.length === 1 ? 'One target' : `${String(search.targets.length)} targets`}.
          </p>
          <nav aria-label="Sections">
            ${sections.map(([id, title]) => html`<a href="#${id}">${title}</a>`)}
          </nav>
        </header>
        <main>${overview(data)} ${targetSections(data)} ${provenance(data)}</main>
        <footer>
          <p>
            Made by farm ${made.farmVersion} on
            ${day(made.atMs)}${search.state === 'running' || search.state === 'paused' ? '; the search has not ended, and what it measures later is not here' : ''}.
            Trust: firm, fair or weak by the rules of docs/search.md.
          </p>
        </footer>
      </body>
    </html>`;
  return `${page.markup}\n`;
}

function day(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
