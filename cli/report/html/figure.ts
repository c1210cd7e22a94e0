import { renderSvg, type Chart } from '../chart/render';
import { pageTheme } from '../chart/theme';
import { Html, escapeHtml, html } from './html';

/** A plot within the page, or a sentence where there is none. */
export function figure(chart: Chart | undefined, title: string, caption: Html | string): Html {
  if (chart === undefined) return html`<p class="quiet">${caption}</p>`;
  const svg = renderSvg(chart, pageTheme).replace(
    '<svg ',
    `<svg role="img" aria-label="${escapeHtml(title)}" `,
  );
  return html`<figure>
    ${new Html(svg)}
    <figcaption>${caption}</figcaption>
  </figure>`;
}
