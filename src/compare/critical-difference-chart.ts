import { element, text } from '../charts/svg/element.js';
import { svgDocument } from '../charts/svg/frame.js';
import { line } from '../charts/svg/marks.js';
import { FAINT_INK, INK } from '../charts/svg/palette.js';
import { createScale } from '../charts/svg/scale.js';
import type { ComparisonSummary } from './comparison.js';

const WIDTH = 860;
const SIDE = 250;
const LINE = 20;

/**
 * Demsar's critical-difference picture (2006): techniques on the axis of mean ranks after `trials` trials, the best left; a
 * bar joins those whose ranks do not differ at the 5 % level. Empty with fewer than two ranked techniques.
 */
export function criticalDifferenceChart(summary: ComparisonSummary, trials: number): string {
  const ranked = summary.techniques
    .flatMap(({ technique, meanRank }) => {
      const rank = meanRank[trials] ?? null;
      return rank === null ? [] : [{ technique, rank }];
    })
    .sort((a, b) => a.rank - b.rank);
  const difference = summary.criticalDifference;
  if (ranked.length < 2 || difference === null) return '';
  const { at } = createScale([1, ranked.length], SIDE, WIDTH - SIDE, { padding: 0, integer: true });
  const bars = groups(ranked, difference);
  const axis = 64;
  const below = axis + 14 + bars.length * 8;
  const half = Math.ceil(ranked.length / 2);
  const height = below + half * LINE + 24;
  const label = (x: number, y: number, anchor: string, content: string) =>
    element('text', { x, y, 'text-anchor': anchor, fill: INK, 'font-size': 13 }, text(content));
  return svgDocument(WIDTH, height, `Mean ranks after ${trials} trials and their critical difference`, [
    line(
      [
        [at(1), 22],
        [Math.min(at(1 + difference), WIDTH - 40), 22],
      ],
      INK,
    ),
    label(at(1), 16, 'start', `critical difference ${difference.toFixed(2)}`),
    line(
      [
        [at(1), axis],
        [at(ranked.length), axis],
      ],
      INK,
      { width: 1 },
    ),
    ...ranked.flatMap((_, i) => [
      line(
        [
          [at(i + 1), axis - 6],
          [at(i + 1), axis],
        ],
        INK,
        { width: 1 },
      ),
      element(
        'text',
        { x: at(i + 1), y: axis - 10, 'text-anchor': 'middle', fill: FAINT_INK, 'font-size': 12 },
        String(i + 1),
      ),
    ]),
    ...bars.map(({ from, to }, i) =>
      line(
        [
          [at(from) - 4, axis + 10 + i * 8],
          [at(to) + 4, axis + 10 + i * 8],
        ],
        INK,
        { width: 4 },
      ),
    ),
    ...ranked.flatMap(({ technique, rank }, i) => {
      const isLeft = i < half;
      const y = below + (isLeft ? i : ranked.length - 1 - i) * LINE + LINE;
      const end = isLeft ? SIDE - 20 : WIDTH - SIDE + 20;
      return [
        line(
          [
            [at(rank), axis],
            [at(rank), y],
            [end, y],
          ],
          FAINT_INK,
          { width: 1 },
        ),
        label(end + (isLeft ? -6 : 6), y + 4, isLeft ? 'end' : 'start', `${technique}  ${rank.toFixed(2)}`),
      ];
    }),
  ]);
}

/** The widest runs of neighbours whose ranks lie within the difference, those inside another left out. */
function groups(ranked: readonly { readonly rank: number }[], difference: number) {
  const found: { from: number; to: number }[] = [];
  for (const { rank: from } of ranked) {
    const to = ranked.findLast(({ rank }) => rank <= from + difference)!.rank;
    if (to > from && to > (found.at(-1)?.to ?? 0)) found.push({ from, to });
  }
  return found;
}
