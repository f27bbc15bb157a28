import { formatDelta, formatIou, formatPercent } from '../../charts/svg/format.js';
import { BEST_INPUT_SIZE, type TableLine, tableLines } from './controls-table.js';
import type { ReportInput, ReportRow } from './report-model.js';

/** The split and mask a report leads with. */
export const headlineSplit = (rows: readonly ReportRow[]): string =>
  rows.some(({ split }) => split === 'test') ? 'test' : (rows[0]?.split ?? 'test');

/**
 * What was found, in one sentence computed from the rows (single mask): the smallest chosen subnet that scores above the
 * pre-trained network at the same input size with every prompt, or that there is none.
 */
export function headline({ rows, chosen }: Pick<ReportInput, 'rows' | 'chosen'>): string {
  const split = headlineSplit(rows);
  const names = new Set(chosen.map(({ name }) => name));
  const lines = tableLines(rows, split, 'single').filter(({ name }) => names.has(name));
  if (lines.length === 0) return `No subnet was chosen and scored on the ${split} split.`;
  const better = lines.filter((line) => gains(line).length > 0 && gains(line).every((gain) => gain > 0));
  const smallest = better.sort((a, b) => a.encoderParameters - b.encoderParameters)[0];
  if (smallest === undefined) {
    return `No chosen subnet scores above the pre-trained network at the same input size with every prompt (${split} split, single mask).`;
  }
  const best = Object.values(smallest.scores).every(({ overBest }) => overBest !== undefined)
    ? `, and ${list(smallest, ({ overBest }) => formatDelta(overBest ?? 0))} against its best at ${BEST_INPUT_SIZE}`
    : '';
  return (
    `With ${formatPercent(smallest.reduction)} fewer encoder parameters, ${smallest.name} reaches an mIoU of ` +
    `${list(smallest, ({ meanIou }) => formatIou(meanIou))} on the ${split} split: ` +
    `${list(smallest, ({ overSameSize }) => formatDelta(overSameSize ?? 0))} against the pre-trained network at the same input size ` +
    `(${smallest.inputSize})${best}.`
  );
}

const gains = ({ scores }: TableLine): number[] =>
  Object.values(scores).map(({ overSameSize }) => overSameSize ?? Number.NEGATIVE_INFINITY);

/** "0.860 with a box and 0.791 with a point". */
function list({ scores }: TableLine, write: (score: NonNullable<TableLine['scores']['box']>) => string): string {
  return (['box', 'point'] as const)
    .flatMap((prompt) => (scores[prompt] === undefined ? [] : [`${write(scores[prompt])} with a ${prompt}`]))
    .join(' and ');
}
