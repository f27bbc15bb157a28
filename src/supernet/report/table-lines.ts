import { mean, sampleStandardDeviation } from 'simple-statistics';
import { PRE_TRAINED, type ReportRow } from './report-model.js';

export interface Score {
  readonly meanIou: number;
  readonly spread: number;
  /** Less the pre-trained network's, same split, prompt and mask; undefined for that network itself or without it. */
  readonly overSameSize: number | undefined;
  readonly overBest: number | undefined;
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

/** The input size at which SAM's encoder was pre-trained, where the network is at its best. */
export const BEST_INPUT_SIZE = 1024;

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
  const over = (inputSize: number): number | undefined => {
    const baseline = all.find(
      (row) => row.name === PRE_TRAINED && row.inputSize === inputSize && row.prompt === first.prompt,
    );
    return baseline === undefined || baseline === first ? undefined : meanIou - baseline.meanIou;
  };
  return {
    meanIou,
    spread: members.length > 1 ? sampleStandardDeviation(members.map((row) => row.meanIou)) : first.spread,
    overSameSize: over(first.inputSize),
    overBest: over(BEST_INPUT_SIZE),
  };
}

const baseName = (name: string): string => name.replace(/ #\d+$/, '');
