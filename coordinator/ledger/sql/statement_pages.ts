/** Rows per statement: SQLite takes 32,766 parameters (https://www.sqlite.org/limits.html), and the widest row has 16. */
const rowsPerStatement = 500;

/** As many rows as one statement takes at a time; none for none, since SQL has no empty list. */
export function statementPages<Element>(all: readonly Element[]): Element[][] {
  const pages: Element[][] = [];
  for (let start = 0; start < all.length; start += rowsPerStatement)
    pages.push(all.slice(start, start + rowsPerStatement));
  return pages;
}
