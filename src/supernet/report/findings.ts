import { mean, sampleStandardDeviation } from 'simple-statistics';
import { formatDelta, formatIou, formatPercent } from '../../charts/svg/format.js';
import { ownInputSize, type TableLine, tableLines } from './controls-table.js';
import { PRE_TRAINED, type ReportInput, type ReportRow } from './report-model.js';

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
  const best = Object.values(smallest.scores).every(({ overOwnSize }) => overOwnSize !== undefined)
    ? `, and ${list(smallest, ({ overOwnSize }) => formatDelta(overOwnSize ?? 0))} against its best at ${ownInputSize(rows)}`
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

export interface Comparisons {
  /** How many there were: chosen subnets, prompts and what each is held against. */
  readonly count: number;
  /** A sentence for each that the subnet did not win. */
  readonly missed: readonly string[];
}

/**
 * What the chosen subnets were to win, and where they did not, so that no reader has to look for it: above the
 * pre-trained network at every input size, and above the mean of the random subnets of their size by more than that
 * difference varies over the prompt seeds. All compare the single mask with the same prompts on both sides.
 */
export function comparisons({
  rows,
  chosen,
}: {
  rows: readonly ReportRow[];
  chosen: readonly { name: string }[];
}): Comparisons {
  const split = headlineSplit(rows);
  const single = rows.filter((row) => row.mask === 'single' && row.split === split);
  const results = chosen.flatMap(({ name }) =>
    single.filter((row) => row.name === name).flatMap((own) => [...againstPretrained(own), ...againstRandom(own)]),
  );
  return { count: results.length, missed: results.flatMap((miss) => miss ?? []) };

  function againstPretrained({ name, prompt, meanIou }: ReportRow): (string | undefined)[] {
    return single
      .filter((row) => row.name === PRE_TRAINED && row.prompt === prompt)
      .map((rival) =>
        meanIou > rival.meanIou
          ? undefined
          : `${name} is not above the pre-trained network at ${rival.inputSize} pixels with a ${prompt}: ${formatIou(meanIou)} against ${formatIou(rival.meanIou)}.`,
      );
  }

  function againstRandom({ name, prompt, bySeed }: ReportRow): (string | undefined)[] {
    const random = single.filter((row) => row.name.startsWith(`${name} random #`) && row.prompt === prompt);
    if (random.length === 0) return [];
    const gains = bySeed.map((value, i) => value - mean(random.map((row) => row.bySeed[i] as number)));
    const [gain, noise] = [mean(gains), gains.length > 1 ? sampleStandardDeviation(gains) : 0];
    if (gain > noise) return [undefined];
    return [
      `${name} gains ${formatIou(gain)} over the mean of ${random.length} random subnets of its size with a ${prompt}, not more than that varies over prompt seeds (${formatIou(noise)}).`,
    ];
  }
}

/** The comparisons in one sentence. */
export function comparisonsSentence({ count, missed }: Comparisons): string {
  const rivals = 'with the pre-trained network and with random subnets of their size';
  return missed.length === 0
    ? `The chosen subnets win all ${count} comparisons ${rivals}.`
    : `The chosen subnets win ${count - missed.length} of ${count} comparisons ${rivals}.`;
}
