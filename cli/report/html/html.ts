import { ownValue } from '../../../common/own_value';

/** Markup that may stand in a page as it is. Everything else is text, and is escaped. */
export class Html {
  constructor(readonly markup: string) {}
}

export type HtmlValue = string | number | Html | readonly Html[];

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text for elements and quoted attributes. Control characters, which HTML forbids, become U+FFFD. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll(/[^\P{Cc}\t\n]/gu, '\uFFFD')
    .replaceAll(/[&<>"']/g, (character) => ownValue(entities, character) ?? '');
}

/** A template whose values are escaped unless they are `Html` themselves. */
export function html(parts: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  return new Html(
    parts
      .map((part, index) => part + (index < values.length ? markupOf(values[index] ?? '') : ''))
      .join(''),
  );
}

function markupOf(value: HtmlValue): string {
  if (value instanceof Html) return value.markup;
  if (typeof value === 'object') return value.map(({ markup }) => markup).join('\n');
  return escapeHtml(String(value));
}

export const nothing = new Html('');
