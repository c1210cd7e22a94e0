import { html, nothing, type Html, type HtmlValue } from './html';

interface Column {
  readonly heading: string;
  /** Aligned to the right, in figures of equal width. */
  readonly isNumeric?: boolean;
  /** `whole`: never broken; `long`: given room. */
  readonly width?: 'whole' | 'long';
}

/** A table that scrolls sideways by itself where the screen is narrow. */
export function htmlTable(
  columns: readonly Column[],
  rows: readonly (readonly HtmlValue[])[],
): Html {
  const classOf = (column: Column | undefined): Html => {
    const name = column?.isNumeric === true ? 'number' : column?.width;
    return name === undefined ? nothing : html` class="${name}"`;
  };
  const headings = columns.map(
    (column) => html`<th scope="col" ${classOf(column)}>${column.heading}</th>`,
  );
  const cell = (value: HtmlValue, index: number): Html =>
    html`<td${classOf(columns[index])}>${value}</td>`;
  return html`<div class="table">
    <table>
      <thead>
        <tr>
          ${headings}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) =>
            html`<tr>
              ${row.map(cell)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
