import { NARROW } from '../../charts/html-page.js';
import { element, text } from '../../charts/svg/element.js';
import { svgDocument } from '../../charts/svg/frame.js';
import { textWidth } from '../../charts/svg/labels.js';
import { FAINT_INK, FRONT_COLOUR, GRID, INK } from '../../charts/svg/marks.js';
import { type PiecePlace, placeOf } from './piece-place.js';
import type { ReportBlocks } from './report-model.js';

const CELL = 60;
const ROW = 34;
const GAP = 4;
const HEAD = 44;

/**
 * What one subnet keeps, as a grid: a column a block, a row a kind of piece. A kept piece is filled, a sliced width is
 * filled to its share and says it, a removed piece is an empty box with a cross. For a phone a row is a block.
 */
export function blockChart(
  blocks: ReportBlocks,
  subnet: ReportBlocks['subnets'][number],
  shape: 'wide' | 'tall' = 'wide',
): string {
  const places = blocks.pieces.map(({ name }) => placeOf(name));
  if (shape === 'tall') return tallChart(blocks, subnet, places);
  const columns = [...new Set(places.map(({ block }) => block))];
  const kinds = [...new Set(places.map(({ kind }) => kind))].sort();
  const left = 20 + kinds.reduce((most, kind) => Math.max(most, textWidth(kind, 12)), 0);
  return svgDocument(
    left + columns.length * CELL + 12,
    HEAD + kinds.length * (ROW + GAP) + 8,
    titleOf(blocks, subnet),
    [
      ...columns.map((column, i) => heading(column, left + i * CELL + (CELL - GAP) / 2)),
      ...kinds.map((kind, i) =>
        element('text', { x: 10, y: HEAD + i * (ROW + GAP) + ROW / 2 + 4, fill: INK, 'font-size': 12 }, text(kind)),
      ),
      ...blocks.pieces.map(({ full }, i) => {
        const { block, kind } = places[i] as PiecePlace;
        const x = left + columns.indexOf(block) * CELL;
        const y = HEAD + kinds.indexOf(kind) * (ROW + GAP);
        return cell(x, y, (subnet.active[i] ?? full) / full, full > 1);
      }),
    ],
  );
}

/** A row a block, a column a kind of piece, as wide as a phone. */
function tallChart(
  blocks: ReportBlocks,
  subnet: ReportBlocks['subnets'][number],
  places: readonly PiecePlace[],
): string {
  const rows = [...new Set(places.map(({ block }) => block))];
  const kinds = [...new Set(places.map(({ kind }) => kind))].sort();
  const left = 16 + rows.reduce((most, name) => Math.max(most, textWidth(name, 12)), 0);
  const step = Math.max(CELL, (NARROW.width - left) / Math.max(1, kinds.length));
  return svgDocument(left + kinds.length * step, 30 + rows.length * (ROW + GAP), titleOf(blocks, subnet), [
    ...kinds.map((kind, i) => heading(kind, left + i * step + (CELL - GAP) / 2)),
    ...rows.map((name, i) =>
      element('text', { x: 6, y: 30 + i * (ROW + GAP) + ROW / 2 + 4, fill: INK, 'font-size': 12 }, text(name)),
    ),
    ...blocks.pieces.map(({ full }, i) => {
      const { block, kind } = places[i] as PiecePlace;
      const y = 30 + rows.indexOf(block) * (ROW + GAP);
      return cell(left + kinds.indexOf(kind) * step, y, (subnet.active[i] ?? full) / full, full > 1);
    }),
  ]);
}

const titleOf = ({ pieces }: ReportBlocks, { name, active }: ReportBlocks['subnets'][number]): string =>
  `${name} keeps ${active.filter((size) => size > 0).length} of ${pieces.length} elastic pieces`;

function heading(column: string, x: number): string {
  const parts = column.split('.').slice(-2);
  return parts
    .map((part, i) =>
      element('text', { x, y: 18 + i * 15, 'text-anchor': 'middle', fill: FAINT_INK, 'font-size': 11 }, text(part)),
    )
    .join('');
}

function cell(x: number, y: number, share: number, sliced: boolean): string {
  const width = CELL - GAP;
  const filled = ROW * share;
  if (share === 0) {
    return [
      element('rect', {
        x: x + 0.5,
        y: y + 0.5,
        width: width - 1,
        height: ROW - 1,
        fill: '#ffffff',
        stroke: '#b9c2cc',
        'stroke-dasharray': '3 3',
      }),
      element('path', {
        d: `M${x + width / 2 - 5} ${y + ROW / 2 - 5}l10 10m0 -10l-10 10`,
        stroke: '#9aa5b1',
        'stroke-width': 1.5,
        fill: 'none',
      }),
    ].join('');
  }
  // The number stands on white unless most of the cell is filled.
  const onFill = share > 0.6;
  return [
    element('rect', { x, y, width, height: ROW, fill: GRID }),
    element('rect', {
      x,
      y: y + ROW - filled,
      width,
      height: filled,
      fill: FRONT_COLOUR,
      'fill-opacity': sliced ? 0.35 + 0.65 * share : 1,
    }),
    sliced
      ? element(
          'text',
          {
            x: x + width / 2,
            y: onFill ? y + ROW / 2 + 5 : y + Math.min(12, ROW - filled - 3),
            'text-anchor': 'middle',
            'font-size': 11,
            fill: onFill ? '#ffffff' : INK,
          },
          `${Math.round(share * 100)} %`,
        )
      : '',
  ].join('');
}
