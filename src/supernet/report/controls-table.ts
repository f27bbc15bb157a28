import { element, text } from '../../charts/svg/element.js';
import { formatCount, formatDelta, formatIou, formatPercent } from '../../charts/svg/format-number.js';
import type { ReportRow } from './report-model.js';
import { BEST_INPUT_SIZE, type Score, type TableLine, tableLines } from './table-lines.js';

const MASK_TITLES: { readonly [mask in ReportRow['mask']]: string } = {
  single: 'Single mask: the one mask a user gets who asks for one',
  predicted: 'Mask of best predicted IoU among the three',
  oracle: 'Best of the three masks by true IoU (an upper bound, no user can pick it)',
};
const PROMPTS = ['box', 'point'] as const;

/** All networks with box and point scores side by side, and what each gains over the pre-trained network. */
export function controlsTable(
  rows: readonly ReportRow[],
  split: string,
  mask: ReportRow['mask'],
  chosen: ReadonlySet<string>,
): string {
  const lines = tableLines(rows, split, mask);
  const objects = Math.max(0, ...rows.filter((row) => row.split === split).map((row) => row.objects));
  const seeds = Math.max(0, ...rows.map((row) => row.seeds.length));
  const head = (content: string, attributes: Record<string, string | number> = {}) =>
    element('th', { scope: 'col', ...attributes }, text(content));
  return element(
    'table',
    { class: 'numbers' },
    element(
      'caption',
      {},
      element('b', {}, text(`${MASK_TITLES[mask]}.`)),
      text(
        ` Mean IoU on the ${split} split, ${objects} objects, ± over ${seeds} prompt ${seeds === 1 ? 'seed' : 'seeds'} (a mean of several: over its members).`,
      ),
    ),
    element(
      'thead',
      {},
      element(
        'tr',
        {},
        head('network', { rowspan: 2, class: 'name' }),
        head('input', { rowspan: 2 }),
        head('encoder parameters', { rowspan: 2, colspan: 2 }),
        ...PROMPTS.map((prompt) =>
          element('th', { scope: 'colgroup', colspan: 3, class: 'group' }, `${prompt} prompt`),
        ),
      ),
      element(
        'tr',
        {},
        ...PROMPTS.flatMap(() => [
          head('mIoU', { class: 'group' }),
          head('vs. pre-trained, same input'),
          head(`vs. pre-trained at ${BEST_INPUT_SIZE}`),
        ]),
      ),
    ),
    element('tbody', {}, ...lines.map((line) => tableRow(line, chosen.has(line.name)))),
  );
}

function tableRow(line: TableLine, isChosen: boolean): string {
  const members = line.members > 1 ? ` (mean of ${line.members})` : '';
  return element(
    'tr',
    { class: isChosen ? 'chosen' : undefined },
    element('th', { scope: 'row', class: 'name' }, text(`${line.name}${members}`)),
    element('td', {}, String(line.inputSize)),
    element('td', {}, text(formatCount(line.encoderParameters))),
    element('td', {}, text(Math.abs(line.reduction) < 0.0005 ? '' : formatPercent(-line.reduction))),
    ...PROMPTS.flatMap((prompt) => scoreCells(line.scores[prompt])),
  );
}

function scoreCells(score: Score | undefined): string[] {
  if (score === undefined)
    return [element('td', { class: 'group' }, '–'), element('td', {}, ''), element('td', {}, '')];
  const spread = element('small', {}, text(` ± ${formatIou(score.spread)}`));
  return [
    element('td', { class: 'group' }, text(formatIou(score.meanIou)), spread),
    deltaCell(score.overSameSize),
    deltaCell(score.overBest),
  ];
}

function deltaCell(delta: number | undefined): string {
  if (delta === undefined) return element('td', {}, '');
  return element('td', { class: delta > 0 ? 'gain' : 'loss' }, text(formatDelta(delta)));
}
