import { parse, type DefaultTreeAdapterMap, type ParserError } from 'parse5';
import { renderPage } from '../../../../cli/report/html/page';
import { quote } from '../../../../cli/report/repeat';
import { failed, network, networks, report, reportInput, targets } from '../sample_report';

/** The specification's own parser, which reports what browsers only forgive. */
function parsed(page: string): {
  readonly document: DefaultTreeAdapterMap['document'];
  readonly errors: string[];
} {
  const errors: string[] = [];
  const document = parse(page, {
    onParseError: ({ code, startLine }: ParserError) =>
      void errors.push(`${code} in line ${String(startLine)}`),
  });
  return { document, errors };
}

function elements(node: DefaultTreeAdapterMap['node']): DefaultTreeAdapterMap['element'][] {
  const children = 'childNodes' in node ? node.childNodes : [];
  return [...('tagName' in node ? [node] : []), ...children.flatMap(elements)];
}

const both = [
  ...networks(targets[0], 27),
  ...networks(targets[1], 27),
  failed(targets[0], 30, { state: 'infeasible', faultCode: 'crashed', faultMessage: 'signal 11' }),
];

describe('the page of a report', () => {
  const page = renderPage(report(reportInput(both)));

  it('is HTML without an error, each id once', () => {
    const { document, errors } = parsed(page);
    expect(errors).toEqual([]);
    const ids = elements(document).flatMap(({ attrs }) =>
      attrs.filter(({ name }) => name === 'id').map(({ value }) => value),
    );
    expect(new Set(ids).size).toBe(ids.length);
    for (const { attrs, tagName } of elements(document))
      if (tagName === 'a') expect(ids).toContain(attrs[0]?.value.slice(1));
  });

  it('needs no network and no script', () => {
    const all = elements(parsed(page).document);
    expect(
      all.filter(({ tagName }) => ['script', 'link', 'img', 'iframe', 'object'].includes(tagName)),
    ).toEqual([]);
    const addresses = all.flatMap(({ attrs }) =>
      attrs
        .filter(({ name }) => ['src', 'href', 'srcset', 'data'].includes(name))
        .map(({ value }) => value),
    );
    expect(addresses.filter((address) => !address.startsWith('#'))).toEqual([]);
    expect(page).not.toMatch(/@import|url\((?!#)/);
  });

  it('has four plots for each target, each with a name for who cannot see it', () => {
    const plots = elements(parsed(page).document).filter(({ tagName }) => tagName === 'svg');
    expect(plots).toHaveLength(8);
    expect(
      plots.map(({ attrs }) => attrs.find(({ name }) => name === 'aria-label')?.value),
    ).toEqual(
      expect.arrayContaining([
        `Front of accuracy against latency on ${targets[0]}`,
        `Measured over predicted latency on ${targets[1]}`,
      ]),
    );
  });

  it("takes the reader's light or dark", () => {
    expect(page).toContain('prefers-color-scheme: dark');
    // Nothing in a plot has a colour of its own.
    const plots = [...page.matchAll(/<svg [^]*?<\/svg>/g)]
      .join('')
      .replaceAll(/<clipPath [^]*?<\/clipPath>/g, '');
    expect(plots.match(/(fill|stroke)="#\w+"/g) ?? []).toEqual([]);
  });

  it('says what was searched, what failed, and how to repeat it', () => {
    for (const text of [
      'surrogate, seed 3',
      'latencyMsMax 6',
      'signal 11',
      'Virtual phones measured for this search (P1)',
      'farm search create cells.yaml --fresh --watch',
      "farm search export cells-1 'skip+skip+skip' -o models".replaceAll("'", '&#39;'),
    ])
      expect(page).toContain(text);
  });

  it('shows what comes from outside as text', () => {
    const evil = '</pre><script>alert("1")</script>\u0000\u0007';
    const candidates = both.map((each) => ({
      ...each,
      architecture: `${each.architecture}${evil}`,
      faultMessage: evil,
    }));
    const input = reportInput(candidates);
    const hostile = renderPage(
      report({
        ...input,
        search: { ...input.search, name: evil },
        header: {
          ...input.header,
          specYaml: `# ${evil.slice(0, -2)}\n${input.header.specYaml}`,
          positions: input.header.positions.map((each) => ({
            name: evil,
            choices: each.choices.map((choice) => `${choice}${evil}`),
          })),
        },
      }),
    );
    const { document, errors } = parsed(hostile);
    expect(errors).toEqual([]);
    expect(elements(document).some(({ tagName }) => tagName === 'script')).toBe(false);
  });
});

describe('the page of a search without results', () => {
  it('says so where plots would be', () => {
    const page = renderPage(report(reportInput([], { state: 'running' })));
    expect(parsed(page).errors).toEqual([]);
    expect(page).not.toContain('<svg');
    for (const text of [
      'Nothing was measured on this target.',
      'Nothing was measured, so there is no front.',
      'Too few measurements',
      'No device measured anything.',
      'the search has not ended',
    ])
      expect(page).toContain(text);
  });

  it('tells of the failures when all failed', () => {
    const page = renderPage(
      report(
        reportInput([
          failed(targets[0], 0, {
            state: 'infeasible',
            faultCode: 'unsupported-operator',
            faultMessage: 'no kernel',
          }),
        ]),
      ),
    );
    expect(parsed(page).errors).toEqual([]);
    expect(page).toContain('no kernel');
    expect(page).not.toContain('<svg');
  });

  it('has a front of one network on one target', () => {
    const page = renderPage(
      report(reportInput([network(targets[0], 4)], { targets: [targets[0]] })),
    );
    expect(parsed(page).errors).toEqual([]);
    expect(page).toContain('One target');
    expect(page.match(/<svg /g)).toHaveLength(3);
    expect(page).not.toContain('NaN');
  });
});

describe('a word of a shell command', () => {
  it.each([
    ['plain-1.yaml', 'plain-1.yaml'],
    ['|a~0|+|b~1|', "'|a~0|+|b~1|'"],
    ["it's", "'it'\\''s'"],
    ['', "''"],
  ])('%s is written %s', (word, written) => {
    expect(quote(word)).toBe(written);
  });
});
