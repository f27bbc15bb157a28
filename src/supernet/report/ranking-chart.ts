import { element, text } from '../../charts/svg/element.js';
import { formatIou } from '../../charts/svg/format.js';
import { svgDocument } from '../../charts/svg/frame.js';
import { textWidth } from '../../charts/svg/labels.js';
import { FAINT_INK, FRONT_COLOUR, GRID, INK } from '../../charts/svg/marks.js';
import { createScale } from '../../charts/svg/scale.js';

const WIDTH = 860;
const ROW = 20;
const TOP = 10;
/** Narrower than this names stand over their bars. */
const PHONE = 500;
const NAME_LINE = 15;

export interface RankedBlock {
  readonly name: string;
  readonly drop: number;
  readonly standardError?: number;
}

/** One bar a block: how much mIoU falls when it is left out, in the order given, with a whisker of one standard error to either side. */
export function rankingChart(ranking: readonly RankedBlock[], width = WIDTH): string {
  const over = width < PHONE ? NAME_LINE : 0;
  const row = ROW + over;
  const names = 24 + ranking.reduce((most, { name }) => Math.max(most, textWidth(name, 12)), 0);
  const ends = ranking.map(({ drop, standardError = 0 }) => [drop - standardError, drop + standardError] as const);
  const left = over > 0 ? 12 : names;
  const x = createScale([0, ...ends.flat()], left + 50, width - 70, { padding: 0 });
  const height = TOP + ranking.length * row + 34;
  const zero = (y1: number, y2: number) => element('line', { x1: x.at(0), x2: x.at(0), y1, y2, stroke: FAINT_INK });
  return svgDocument(width, height, `mIoU lost when one of ${ranking.length} blocks is left out`, [
    ...(over > 0 ? [] : [zero(TOP, height - 32)]),
    ...ranking.flatMap(({ name, drop, standardError }, i) => {
      const top = TOP + i * row;
      const y = top + over;
      const [from, to] = drop < 0 ? [x.at(drop), x.at(0)] : [x.at(0), x.at(drop)];
      const [low, high] = (ends[i] as readonly [number, number]).map(x.at) as [number, number];
      const whisker = { x1: low, x2: high, y1: y + ROW / 2, y2: y + ROW / 2, stroke: INK };
      return [
        ...(over > 0 ? [zero(y + 2, y + ROW - 2)] : []),
        element('line', { x1: 12, x2: width - 12, y1: y + ROW, y2: y + ROW, stroke: GRID }),
        element('text', { x: 12, y: top + 14, fill: INK, 'font-size': 12 }, text(name)),
        element('rect', { x: from, y: y + 4, width: Math.max(1, to - from), height: ROW - 8, fill: FRONT_COLOUR }),
        ...(standardError === undefined ? [] : [element('line', whisker)]),
        drop < 0
          ? element(
              'text',
              { x: Math.min(from, low) - 6, y: y + 14, 'text-anchor': 'end', fill: FAINT_INK, 'font-size': 11 },
              text(formatIou(drop)),
            )
          : element(
              'text',
              { x: Math.max(to, high) + 6, y: y + 14, fill: FAINT_INK, 'font-size': 11 },
              text(formatIou(drop)),
            ),
      ];
    }),
    element(
      'text',
      { x: (left + width) / 2, y: height - 10, 'text-anchor': 'middle', fill: INK, 'font-size': 13 },
      'mIoU lost when left out (below 0: gained)',
    ),
  ]);
}
