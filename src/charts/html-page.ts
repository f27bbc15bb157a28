import { element, text } from './svg/element.js';
import type { Size } from './svg/frame.js';
import { FAINT_INK, FONT, GRID, INK } from './svg/marks.js';

/** A whole page around `body` (markup): style inside, no scripts of its own, nothing loaded from elsewhere. `head` is more markup of its head. */
export function htmlPage(title: string, body: string, head = ''): string {
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
        head,
      ),
      element('body', {}, body),
    ),
    '\n',
  ].join('');
}

/**
 * A box for what may be wider than the page, such as a table: it scrolls sideways in itself, by keys too, and shadows at
 * its edges show that there is more.
 *
 * @param label what it holds, for who hears the page.
 */
export const scrollBox = (label: string, content: string): string =>
  element('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': label }, content);

/** Where a picture is drawn twice: for a page as wide as it may be, and for a phone. */
export const WIDE: Size = { width: 860, height: 400 };
export const NARROW: Size = { width: 340, height: 320 };

/** A picture that is drawn anew for a phone instead of being made small. */
export const responsiveFigure = (draw: (size: Size) => string, caption = '', wide: Size = WIDE): string =>
  element(
    'figure',
    {},
    element('div', { class: 'wide' }, draw(wide)),
    element('div', { class: 'narrow' }, draw(NARROW)),
    caption === '' ? '' : element('figcaption', {}, text(caption)),
  );

/**
 * The page's style, after the system's light or dark theme. Pictures are files of their own as well, on white; within the
 * page their ground and ink follow the theme. On paper everything is light.
 */
const PAGE_STYLE = `
:root {
  color-scheme: light dark;
  --ground: #f4f6f8; --paper: #ffffff; --ink: #1b2430; --quiet: #5a6675; --rule: #e3e8ee; --edge: #d3dae1;
  --lead: #eef5fa; --accent: #0072b2; --chosen: #fdf3ea; --gain: #00664a; --loss: #a33a00; --shadow: #1b243040;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --ground: #10151b; --paper: #181f27; --ink: #e4e9ee; --quiet: #a3b0be; --rule: #2c3641; --edge: #3b4754;
    --lead: #1b2c3a; --accent: #56b4e9; --chosen: #3a2c1f; --gain: #52d3a8; --loss: #ffa26b; --shadow: #000000c0;
  }
  figure svg > rect[fill="#ffffff"] { fill: var(--paper); }
  figure svg [fill="${INK}"] { fill: var(--ink); }
  figure svg [fill="${FAINT_INK}"] { fill: var(--quiet); }
  figure svg [stroke="${FAINT_INK}"] { stroke: var(--quiet); }
  figure svg [stroke="${INK}"] { stroke: var(--ink); }
  figure svg [stroke="${GRID}"] { stroke: var(--rule); }
  figure svg [stroke="#ffffff"] { stroke: var(--paper); }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 15px/1.55 ${FONT}; }
main { max-width: 1120px; margin: 0 auto; padding: 32px 40px 48px; background: var(--paper); }
h1 { font-size: 28px; line-height: 1.2; margin: 0 0 12px; }
h2 { font-size: 20px; margin: 44px 0 8px; padding-top: 14px; border-top: 1px solid var(--rule); }
h3 { font-size: 15px; margin: 20px 0 4px; }
h1, h2, h3, p, li { overflow-wrap: anywhere; }
p { margin: 6px 0 12px; max-width: 82ch; }
a { color: var(--accent); }
.headline { font-size: 19px; line-height: 1.45; padding: 14px 18px; background: var(--lead); border-left: 5px solid var(--accent); max-width: none; }
.quiet, small, figcaption { color: var(--quiet); }
small { font-size: 12px; white-space: nowrap; }
figure { margin: 12px 0; }
figcaption { font-size: 13px; }
figure svg { width: 100%; height: auto; display: block; }
figure > .narrow { display: none; }
.side { display: flex; flex-wrap: wrap; gap: 16px; }
.side > * { flex: 1 1 400px; min-width: 0; }
.scroll {
  overflow-x: auto; margin: 12px 0 24px;
  background: linear-gradient(90deg, var(--paper) 30%, transparent) left / 40px 100% local,
    linear-gradient(270deg, var(--paper) 30%, transparent) right / 40px 100% local,
    linear-gradient(90deg, var(--shadow), transparent) left / 12px 100% scroll,
    linear-gradient(270deg, var(--shadow), transparent) right / 12px 100% scroll;
  background-repeat: no-repeat;
}
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: 13.5px; width: 100%; }
th, td { padding: 5px 9px; border-bottom: 1px solid var(--rule); text-align: right; vertical-align: bottom; white-space: nowrap; }
thead th { color: var(--quiet); font-weight: 600; font-size: 12px; white-space: normal; line-height: 1.3; }
.name { text-align: left; }
th.name { font-weight: 500; }
th.group { text-align: center; }
.group { border-left: 1px solid var(--edge); }
thead tr + tr th.group { text-align: right; }
tr.chosen > * { background: var(--chosen); }
tr.chosen th { font-weight: 700; }
td.gain { color: var(--gain); }
td.loss { color: var(--loss); }
table.wrapped th, table.wrapped td { white-space: normal; padding: 5px 6px; }
table.wrapped th.name { min-width: 12ch; overflow-wrap: anywhere; }
table.facts th { text-align: left; color: var(--quiet); font-weight: 500; }
table.facts td { text-align: left; white-space: normal; overflow-wrap: anywhere; }
details { margin: 8px 0 14px; }
summary { cursor: pointer; color: var(--accent); }
.masks { display: grid; gap: 10px; margin: 0 0 22px; grid-template-columns: repeat(auto-fit, minmax(190px, 1fr)); }
.masks figure { margin: 0; }
.masks img { width: 100%; height: auto; display: block; border: 1px solid var(--edge); }
ul.notes { margin: 8px 0; padding-left: 22px; max-width: 90ch; }
pre { background: var(--ground); border: 1px solid var(--rule); padding: 12px 14px; overflow-x: auto; font-size: 13px; white-space: pre-wrap; overflow-wrap: anywhere; }
@media (max-width: 700px) {
  main { padding: 20px 16px; }
  figure { overflow-x: auto; }
  figure > svg { min-width: 680px; }
  .side figure > svg { min-width: 480px; }
  figure > .wide { display: none; }
  figure > .narrow { display: block; }
  th.name[scope="row"], thead tr:first-child th.name:first-child {
    position: sticky; left: 0; background: var(--paper); white-space: normal; min-width: 104px; max-width: 132px; overflow-wrap: anywhere;
  }
  tr.chosen th.name[scope="row"] { background: var(--chosen); }
}
@media print {
  body, main { background: #fff; padding: 0; max-width: none; font-size: 12px; }
  .scroll { background: none; }
  figure, tr, .masks { break-inside: avoid; }
  h2, h3 { break-after: avoid; }
  table { font-size: 10.5px; }
  th, td { padding: 3px 5px; }
}
`;
