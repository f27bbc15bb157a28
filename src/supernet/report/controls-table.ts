import { mean, sampleStandardDeviation } from 'simple-statistics';
import { element, text } from '../../charts/svg/element.js';
import { formatCount, formatDelta, formatIou, formatPercent } from '../../charts/svg/format.js';
import { PRE_TRAINED, type ReportRow } from './report-model.js';

export interface Score {
  readonly meanIou: number;
  readonly spread: number;
  /** Less the pre-trained network's, same split, prompt and mask; undefined for that network itself or without it. */
  readonly overSameSize: number | undefined;
  readonly overOwnSize: number | undefined;
}

/** One network of the table. */
export interface TableLine {
  readonly name: string;
  /** How many networks the line is the mean of. */
  readonly members: number;
  readonly encoderParameters: number;
  readonly reduction: number;
  readonly inputSize: number;
  readonly scores: { readonly [prompt in ReportRow['prompt']]?: Score };
}

/** The input size at which the pre-trained network came, where it is at its best; undefined where the run was made at that size. */
export function ownInputSize(rows: readonly ReportRow[]): number | undefined {
  const [first, ...others] = rows.filter(({ name }) => name === PRE_TRAINED).map(({ inputSize }) => inputSize);
  return others.find((size) => size !== first);
}

/**
 * The rows of one split and one choice of mask, box and point in one line, in the rows' order. `NAME #1`, `NAME #2`, …
 * become one line: the mean of the members, with their standard deviation as the spread.
 */
export function tableLines(rows: readonly ReportRow[], split: string, mask: ReportRow['mask']): TableLine[] {
  const wanted = rows.filter((row) => row.split === split && row.mask === mask);
  const groups = new Map<string, ReportRow[]>();
  for (const row of wanted) {
    const key = `${baseName(row.name)}@${row.inputSize}`;
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.values()].map((members) => {
    const first = members[0] as ReportRow;
    const names = new Set(members.map(({ name }) => name));
    const score = (prompt: ReportRow['prompt']) =>
      scoreOf(
        members.filter((row) => row.prompt === prompt),
        wanted,
      );
    const [box, point] = [score('box'), score('point')];
    return {
      name: baseName(first.name),
      members: names.size,
      encoderParameters: mean(members.map(({ encoderParameters }) => encoderParameters)),
      reduction: mean(members.map(({ reduction }) => reduction)),
      inputSize: first.inputSize,
      scores: { ...(box && { box }), ...(point && { point }) },
    };
  });
}

function scoreOf(members: readonly ReportRow[], all: readonly ReportRow[]): Score | undefined {
  const [first] = members;
  if (first === undefined) return undefined;
  const meanIou = mean(members.map((row) => row.meanIou));
  const over = (inputSize: number | undefined): number | undefined => {
    const baseline = all.find(
      (row) => row.name === PRE_TRAINED && row.inputSize === inputSize && row.prompt === first.prompt,
    );
    return baseline === undefined || baseline === first ? undefined : meanIou - baseline.meanIou;
  };
  return {
    meanIou,
    spread: members.length > 1 ? sampleStandardDeviation(members.map((row) => row.meanIou)) : first.spread,
    overSameSize: over(first.inputSize),
    overOwnSize: over(ownInputSize(all)),
  };
}

const baseName = (name: string): string => name.replace(/ #\d+$/, '');

export const MASK_TITLES: { readonly [mask in ReportRow['mask']]: string } = {
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
  const own = ownInputSize(rows);
  const head = (content: string, attributes: Record<string, string | number> = {}) =>
    element('th', { scope: 'col', ...attributes }, text(content));
  return element(
    'table',
    { class: 'numbers' },
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
          element('th', { scope: 'colgroup', colspan: own === undefined ? 2 : 3, class: 'group' }, `${prompt} prompt`),
        ),
      ),
      element(
        'tr',
        {},
        ...PROMPTS.flatMap(() => [
          head('mIoU', { class: 'group' }),
          head('vs. pre-trained, same input'),
          ...(own === undefined ? [] : [head(`vs. pre-trained at ${own}`)]),
        ]),
      ),
    ),
    element('tbody', {}, ...lines.map((line) => tableRow(line, chosen.has(line.name), own !== undefined))),
  );
}

function tableRow(line: TableLine, isChosen: boolean, hasOwnSize: boolean): string {
  const members = line.members > 1 ? ` (mean of ${line.members})` : '';
  return element(
    'tr',
    { class: isChosen ? 'chosen' : undefined },
    element('th', { scope: 'row', class: 'name' }, text(`${line.name}${members}`)),
    element('td', {}, String(line.inputSize)),
    element('td', {}, text(formatCount(line.encoderParameters))),
    element('td', {}, text(Math.abs(line.reduction) < 0.0005 ? '' : formatPercent(-line.reduction))),
    ...PROMPTS.flatMap((prompt) => scoreCells(line.scores[prompt], hasOwnSize)),
  );
}

function scoreCells(score: Score | undefined, hasOwnSize: boolean): string[] {
  const overOwnSize = hasOwnSize ? [deltaCell(score?.overOwnSize)] : [];
  if (score === undefined) return [element('td', { class: 'group' }, '–'), deltaCell(undefined), ...overOwnSize];
  const spread = element('small', {}, text(` ± ${formatIou(score.spread)}`));
  return [
    element('td', { class: 'group' }, text(formatIou(score.meanIou)), spread),
    deltaCell(score.overSameSize),
    ...overOwnSize,
  ];
}

function deltaCell(delta: number | undefined): string {
  if (delta === undefined) return element('td', {}, '');
  return element('td', { class: delta > 0 ? 'gain' : 'loss' }, text(formatDelta(delta)));
}

/** What the numbers of the tables are of. It stands above a table, outside the box it scrolls in. */
export function tableCaption(rows: readonly ReportRow[], split: string): string {
  const objects = Math.max(0, ...rows.filter((row) => row.split === split).map((row) => row.objects));
  const seeds = Math.max(0, ...rows.map((row) => row.seeds.length));
  return `Mean IoU on the ${split} split, ${objects} objects, ± over ${seeds} prompt ${seeds === 1 ? 'seed' : 'seeds'} (a mean of several: over its members).`;
}
