import { writeCsv } from '../base/csv.js';
import type { StoredStudy } from '../core/store.js';

/**
 * A study as CSV: number, technique, state, one column for every parameter (empty where inactive), one for every
 * objective (empty unless complete). No times: equal studies give equal bytes. Rows by number, open trials included.
 */
export function trialsCsv({ definition, finished, open }: StoredStudy): string {
  const parameters = Object.keys(definition.space.parameters);
  const objectives = definition.objectives.map(({ metric }) => metric);
  const rows = [
    ...finished.map((trial) => ({ ...trial, values: trial.values ?? [] })),
    ...open.map((trial) => ({ ...trial, state: 'pending', values: [] as number[] })),
  ].sort((a, b) => a.number - b.number);
  const lines = rows.map(({ number, technique, state, configuration, values }) => [
    number,
    technique,
    state,
    ...parameters.map((name) => configuration[name]),
    ...objectives.map((_, i) => values[i]),
  ]);
  return writeCsv([['number', 'technique', 'state', ...parameters, ...objectives], ...lines]);
}
