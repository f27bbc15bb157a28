import { element, text } from './svg/element.js';
import { FONT } from './svg/marks.js';

/** A whole page around `body` (markup): style inside, no scripts, nothing loaded from elsewhere. */
export function htmlPage(title: string, body: string): string {
  return [
    '<!doctype html>\n',
    element(
      'html',
      { lang: 'en' },
      element(
        'head',
        {},
        element('meta', { charset: 'utf-8' }),
        element('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
        element('title', {}, text(title)),
        // An empty icon, or a browser would ask the server for one.
        '<link rel="icon" href="data:," />',
        element('style', {}, PAGE_STYLE),
      ),
      element('body', {}, body),
    ),
    '\n',
  ].join('');
}

/** The page's style: white paper whatever the system's theme, so that screen, dark mode and print show the same. */
const PAGE_STYLE = `
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 0; background: #f4f6f8; color: #1b2430; font: 15px/1.55 ${FONT}; }
main { max-width: 1120px; margin: 0 auto; padding: 32px 40px 48px; background: #fff; }
h1 { font-size: 28px; line-height: 1.2; margin: 0 0 12px; }
h2 { font-size: 20px; margin: 44px 0 8px; padding-top: 14px; border-top: 1px solid #e3e8ee; }
h3 { font-size: 15px; margin: 20px 0 4px; }
p { margin: 6px 0 12px; max-width: 82ch; }
.headline { font-size: 19px; line-height: 1.45; padding: 14px 18px; background: #eef5fa; border-left: 5px solid #0072b2; max-width: none; }
.quiet, small, figcaption { color: #5a6675; }
small { font-size: 12px; white-space: nowrap; }
figure { margin: 12px 0; }
figcaption { font-size: 13px; }
svg { max-width: 100%; height: auto; display: block; }
.side { display: flex; flex-wrap: wrap; gap: 16px; }
.side > * { flex: 1 1 400px; min-width: 0; }
.scroll { overflow-x: auto; margin: 12px 0 24px; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: 13.5px; }
caption { text-align: left; padding: 0 0 8px; }
th, td { padding: 5px 9px; border-bottom: 1px solid #e3e8ee; text-align: right; vertical-align: bottom; white-space: nowrap; }
thead th { color: #5a6675; font-weight: 600; font-size: 12px; white-space: normal; line-height: 1.3; }
th.name { text-align: left; font-weight: 500; }
th.group { text-align: center; }
.group { border-left: 1px solid #d3dae1; }
thead tr + tr th.group { text-align: right; }
tr.chosen > * { background: #fdf3ea; }
tr.chosen th { font-weight: 700; }
td.gain { color: #00664a; }
td.loss { color: #a33a00; }
table.facts th { text-align: left; color: #5a6675; font-weight: 500; }
table.facts td { text-align: left; white-space: normal; }
.masks { display: grid; gap: 10px; margin: 0 0 22px; grid-template-columns: repeat(auto-fit, minmax(190px, 1fr)); }
.masks figure { margin: 0; }
.masks img { width: 100%; height: auto; display: block; border: 1px solid #d3dae1; }
ul.notes { margin: 8px 0; padding-left: 22px; max-width: 90ch; }
pre { background: #f4f6f8; border: 1px solid #e3e8ee; padding: 12px 14px; overflow-x: auto; font-size: 13px; white-space: pre-wrap; }
@media (max-width: 700px) { main { padding: 20px 16px; } }
@media print {
  body, main { background: #fff; padding: 0; max-width: none; font-size: 12px; }
  figure, tr, .masks { break-inside: avoid; }
  h2, h3 { break-after: avoid; }
  table { font-size: 10.5px; }
  th, td { padding: 3px 5px; }
}
`;
