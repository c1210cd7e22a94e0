/** Phones have some 1,500 properties. */
const mostProperties = 10_000;

/** Reads `getprop`: one `[name]: [value]` a line, where a value may itself contain line breaks. Total: any text gives a map. */
export function parseGetprop(text: string): ReadonlyMap<string, string> {
  const properties = new Map<string, string>();
  let open: { readonly name: string; readonly lines: string[] } | undefined;
  for (const line of text.split(/\r?\n/)) {
    const start = /^\[([^\]]+)\]: \[/.exec(line);
    if (start !== null) open = { name: start[1] ?? '', lines: [line.slice(start[0].length)] };
    else open?.lines.push(line);
    if (open === undefined || !line.endsWith(']')) continue;
    if (properties.size < mostProperties)
      properties.set(open.name, open.lines.join('\n').slice(0, -1));
    open = undefined;
  }
  return properties;
}
