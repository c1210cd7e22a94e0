import { darkColours, lightColours, type Theme } from '../chart/theme';

/** The page's style sheet, light or dark as the reader has it. */
export const styleSheet = `
:root { color-scheme: light dark; ${variables(lightColours)} --panel: #f5f7f9; --good: #18794e; --fair: #8a6100; --weak: #b3261e; }
@media (prefers-color-scheme: dark) { :root { ${variables(darkColours)} --panel: #1e252d; --good: #5fd39b; --fair: #e6bd5a; --weak: #ff8a80; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
main, header, footer { max-width: 1200px; margin: 0 auto; padding: 0 24px; }
header { padding-top: 40px; }
h1 { font-size: 28px; line-height: 1.2; margin: 0 0 4px; }
h2 { font-size: 20px; line-height: 1.3; margin: 52px 0 8px; padding-top: 14px; border-top: 1px solid var(--grid); }
h3 { font-size: 15px; line-height: 1.4; margin: 0 0 8px; overflow-wrap: anywhere; }
p { margin: 8px 0; max-width: 78ch; }
.quiet, figcaption, footer { color: var(--faint-ink); }
nav { margin: 18px 0 0; display: flex; flex-wrap: wrap; gap: 4px 18px; font-size: 14px; }
a { color: var(--front); text-decoration: none; }
a:hover { text-decoration: underline; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 480px), 1fr)); gap: 28px; margin-top: 18px; }
.pair > * { min-width: 0; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 480px), 1fr)); gap: 20px; margin-top: 24px; }
.card { background: var(--panel); border-radius: 10px; padding: 16px 20px; min-width: 0; }
.card dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(112px, 1fr)); gap: 10px 16px; margin: 10px 0 0; }
.card dt { font-size: 12px; color: var(--faint-ink); }
.card dd { margin: 0; font-size: 17px; font-variant-numeric: tabular-nums; line-height: 1.3; }
.card dd small { display: block; font-size: 12px; color: var(--faint-ink); }
main > h3 { margin-top: 30px; }
figure { margin: 0; }
figure svg { display: block; width: 100%; height: auto; }
figcaption { font-size: 13px; margin-top: 4px; }
.table { overflow-x: auto; margin: 12px 0; }
table { border-collapse: collapse; font-size: 13px; width: 100%; }
th { text-align: left; font-weight: 600; color: var(--faint-ink); white-space: nowrap; }
th, td { padding: 5px 14px 5px 0; border-bottom: 1px solid var(--grid); vertical-align: top; }
td code { overflow-wrap: anywhere; }
.whole, .whole code { white-space: nowrap; overflow-wrap: normal; }
.long { min-width: 34ch; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
code, pre { font: 12.5px/1.5 ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; }
pre { background: var(--panel); border-radius: 8px; padding: 14px 16px; overflow-x: auto; margin: 10px 0; }
.firm { color: var(--good); } .fair { color: var(--fair); } .weak { color: var(--weak); } .virtual { color: var(--second); }
.note { border-left: 3px solid var(--second); padding: 2px 0 2px 12px; }
dl.facts { display: grid; grid-template-columns: max-content 1fr; gap: 4px 20px; margin: 24px 0 0; }
dl.facts dt { color: var(--faint-ink); }
dl.facts dd { margin: 0; overflow-wrap: anywhere; }
footer { font-size: 13px; margin-top: 56px; padding-bottom: 40px; }
@media print { nav { display: none; } h2, figure, tr { break-inside: avoid; } }
@media (max-width: 560px) { main, header, footer { padding-left: 16px; padding-right: 16px; } dl.facts { grid-template-columns: 1fr; } dl.facts dd { margin-bottom: 6px; } }
`;

function variables({ ink, faintInk, grid, paper, cloud, front, second }: Theme): string {
  return `--ink: ${ink}; --faint-ink: ${faintInk}; --grid: ${grid}; --paper: ${paper}; --cloud: ${cloud}; --front: ${front}; --second: ${second};`;
}
