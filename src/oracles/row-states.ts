import type { RowReader } from '../base/csv.js';
import { FAILURE_KINDS } from '../core/oracle.js';
import { DataError } from '../errors.js';

const STATES: readonly string[] = ['complete', 'infeasible', 'failed', ...FAILURE_KINDS];
/** What a row that is not measured to its end says. */
const UNFINISHED = 'unfinished';
/** What other programs call the same. */
const OTHERS: { readonly [state: string]: readonly string[] } = {
  complete: ['completed', 'finished', 'success', 'succeeded', 'ok', 'terminated', 'done'],
  failed: ['fail', 'failure', 'error', 'errored', 'crash', 'crashed', 'abandoned', 'memout', 'memoryout'],
  infeasible: ['invalid'],
  timeout: ['timed_out'],
  [UNFINISHED]: [
    ...['pruned', 'running', 'waiting', 'pending', 'killed', 'stopped', 'early_stopped', 'scheduled', 'paused'],
    ...['candidate', 'staged', 'queued', 'canceled', 'cancelled', 'interrupted', 'inprogress', 'in_progress'],
  ],
};
const KNOWN: ReadonlyMap<string, string> = new Map([
  ...STATES.map((state) => [state, state] as const),
  ...Object.entries(OTHERS).flatMap(([state, names]) => names.map((name) => [name, state] as const)),
]);
const OWN = 'state';
/** Of exports of other programs: Weights & Biases, MLflow, Ax. */
const NAMES = /^(?:trial|run)?[_. ]?(?:state|status)$/i;

/** How the rows of a table say that their measurement ended. */
export interface RowStates {
  /** Every state that a row can have. */
  readonly known: readonly string[];
  /** The column that says nothing else; -1 where there is none. */
  readonly column: number;
  /** That of a row, `unfinished` among them, and undefined for what is none; complete where nothing says it. */
  of(row: RowReader, line: number): string | undefined;
  /** What to say of a cell that is no state. */
  refuse(row: RowReader, line: number): DataError;
  /** @throws DataError DATA_TABLE where the column of another program has states and other words. */
  notes(): readonly string[];
}

export const isUnfinished = (state: string | undefined): boolean => state === UNFINISHED;

/**
 * The column `state` says it; in a table without it the only one that other programs call so and that is no parameter, as long
 * as there is a state in it.
 */
export function rowStates(file: string, columns: readonly string[], parameters: readonly string[]): RowStates {
  const own = columns.indexOf(OWN);
  const others = columns.flatMap((name, i) => (NAMES.test(name) && !parameters.includes(name) ? [i] : []));
  const guessed = own < 0 && others.length === 1 ? (others[0] as number) : -1;
  const stateOf = (cell: unknown) => (cell === undefined ? 'complete' : KNOWN.get(textOf(cell).toLowerCase()));
  const refuse = (row: RowReader, line: number) =>
    new DataError('DATA_TABLE', `${file}:${line}: unknown state "${textOf(row.cell(guessed < 0 ? own : guessed))}"`, {
      remedy: `states are: ${STATES.join(', ')}`,
    });
  let hasStates = false;
  let unknown: DataError | undefined;
  return {
    known: STATES,
    column: own,
    refuse,
    of(row, line) {
      if (own >= 0) return stateOf(row.cell(own));
      if (guessed < 0) return 'complete';
      const state = stateOf(row.cell(guessed));
      if (state !== undefined) hasStates = true;
      else unknown ??= refuse(row, line);
      return state ?? 'complete';
    },
    notes() {
      if (!hasStates) return [];
      if (unknown !== undefined) throw unknown;
      return [`${file}: its column "${columns[guessed]}" says how runs ended`];
    },
  };
}

const textOf = (cell: unknown): string => String(cell ?? '').trim();
