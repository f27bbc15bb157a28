import { writeCsv } from '../base/csv.js';
import { ownValue } from '../base/json.js';
import type { Objective } from '../core/objective.js';
import type { FinishedTrial } from '../core/trial.js';
import { UsageError } from '../errors.js';
import type { StudyOrigin } from '../study/origin.js';
import { summariseFront } from './front-summary.js';
import { paretoChart } from './pareto-chart.js';

export type FrontFormat = 'csv' | 'json' | 'svg';

export interface FrontOptions {
  readonly reference?: readonly number[];
  /** The study that the trials are of, for JSON. */
  readonly origin?: StudyOrigin;
}

/**
 * The Pareto front of a study: CSV (number, technique, objectives, parameters that any member has), JSON (the same with
 * reference point, hypervolume and the study they are of) or a picture of the first two objectives. Rows by the first objective's value.
 *
 * @throws UsageError when the reference has another length than the objectives, or a picture lacks a second objective.
 */
export function exportFront(
  trials: readonly FinishedTrial[],
  objectives: readonly Objective[],
  format: FrontFormat,
  { reference, origin }: FrontOptions = {},
): string {
  checkReference(objectives, reference);
  const summary = summariseFront(trials, objectives, reference);
  if (format === 'svg') return `${paretoChart({ trials, objectives, chosen: [], baselines: [] })}\n`;
  if (format === 'json') {
    const content = {
      ...(origin === undefined ? {} : { origin }),
      objectives,
      reference: summary.reference,
      hypervolume: summary.hypervolume,
      front: summary.front.map(({ number, technique, configuration, values }) => ({
        number,
        technique,
        values: Object.fromEntries(objectives.map(({ metric }, i) => [metric, values[i]])),
        configuration,
      })),
    };
    return `${JSON.stringify(content, null, 2)}\n`;
  }
  const parameters = [...new Set(summary.front.flatMap(({ configuration }) => Object.keys(configuration)))];
  const rows = summary.front.map(({ number, technique, configuration, values }) => [
    number,
    technique,
    ...values,
    ...parameters.map((name) => ownValue(configuration, name)),
  ]);
  return writeCsv([['number', 'technique', ...objectives.map(({ metric }) => metric), ...parameters], ...rows]);
}

/** Throws `UsageError` unless there is one finite number an objective, or no reference at all. */
function checkReference(objectives: readonly Objective[], reference?: readonly number[]): void {
  if (reference === undefined || (reference.length === objectives.length && reference.every(Number.isFinite))) return;
  throw new UsageError(`the reference point needs ${objectives.length} numbers`, {
    remedy: `give one value an objective, in this order: ${objectives.map(({ metric }) => metric).join(',')}`,
  });
}
