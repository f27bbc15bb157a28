import { readCsv } from '../base/csv.js';
import type { Objective } from '../core/objective.js';
import type { Configuration } from '../core/space.js';
import type { FinishedTrial } from '../core/trial.js';
import { UsageError } from '../errors.js';

const STATES: readonly string[] = ['complete', 'infeasible', 'failed'];

/**
 * The trials that `supersam trials --csv` has printed. Columns that are no objective are taken for parameters, as texts.
 *
 * @throws UsageError when a column is missing or a complete trial lacks a value.
 */
export function readTrialsCsv(text: string, objectives: readonly Objective[]): FinishedTrial[] {
  const [header = [], ...rows] = readCsv(text);
  const column = (name: string) => {
    const at = header.indexOf(name);
    if (at >= 0) return at;
    throw new UsageError(`the trial table has no column "${name}"`, {
      remedy: `it has ${header.join(', ') || 'none'}`,
    });
  };
  const [number, technique, state] = ['number', 'technique', 'state'].map(column) as [number, number, number];
  const values = objectives.map(({ metric }) => column(metric));
  const parameters = [...header.keys()].filter((at) => ![number, technique, state, ...values].includes(at));
  return rows.flatMap((row, i): FinishedTrial[] => {
    if (!STATES.includes(row[state] ?? '')) return [];
    const complete = row[state] === 'complete';
    const own = values.map((at) => (row[at]?.trim() ? Number(row[at]) : Number.NaN));
    if (complete && !own.every(Number.isFinite)) throw new UsageError(`line ${i + 2} of the trial table lacks a value`);
    const given = parameters.filter((at) => (row[at] ?? '') !== '');
    return [
      {
        number: Number(row[number]),
        technique: row[technique] ?? '',
        configuration: Object.fromEntries(given.map((at) => [header[at], row[at]])) as Configuration,
        state: row[state] as FinishedTrial['state'],
        values: complete ? own : null,
        metrics: null,
        improvement: 0,
      },
    ];
  });
}
