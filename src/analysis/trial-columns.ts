import { ownValue } from '../base/json.js';
import type { Value } from '../core/space.js';
import type { StudyRecord } from '../store/study-record.js';
import { trialRecords } from './trial-record.js';

type Cell = number | boolean | string | Date | undefined;

/** A column of a table of trials; lists and records are JSON texts. */
export interface TrialColumn {
  readonly name: string;
  readonly type: 'integer' | 'number' | 'boolean' | 'text' | 'time';
  readonly cells: readonly Cell[];
}

/**
 * A study as columns of one type each, a row a trial by number: number, technique, state, parameters, every metric,
 * seconds, started, finished, failure and message. What is inactive or was not measured is undefined. A metric of the name
 * of another column is called `metric_NAME`.
 */
export function trialColumns(study: StudyRecord): TrialColumn[] {
  const trials = trialRecords(study);
  const objectives = study.definition.objectives.map(({ metric }) => metric);
  const metrics = [...new Set([...objectives, ...trials.flatMap(({ metrics: own }) => Object.keys(own ?? {}))])];
  const parameters = Object.keys(study.definition.space.parameters);
  const taken = new Set([...BEFORE, ...parameters, ...AFTER]);
  const column = (
    name: string,
    type: TrialColumn['type'],
    read: (trial: (typeof trials)[number]) => Cell,
  ): TrialColumn => ({
    name,
    type,
    cells: trials.map(read),
  });
  const time = (at: string | null) => (at === null ? undefined : new Date(at));
  return [
    column('number', 'integer', ({ number }) => number),
    column('technique', 'text', ({ technique }) => technique),
    column('state', 'text', ({ state }) => state),
    ...parameters.map((name) => {
      const values = trials.map(({ configuration }) => ownValue(configuration, name));
      const type = typeOf(values);
      return {
        name,
        type,
        cells: values.map((value) =>
          value === undefined ? undefined : type === 'text' ? textOf(value) : (value as Cell),
        ),
      };
    }),
    ...metrics.map((name) =>
      column(ownName(name, taken), 'number', (trial) => ownValue(trial.metrics ?? trial.values ?? {}, name)),
    ),
    column('seconds', 'number', ({ seconds }) => seconds ?? undefined),
    column('started', 'time', ({ startedAt }) => time(startedAt)),
    column('finished', 'time', ({ finishedAt }) => time(finishedAt)),
    column('failure', 'text', ({ failure }) => failure?.kind),
    column('message', 'text', ({ failure }) => failure?.message),
  ];
}

const BEFORE = ['number', 'technique', 'state'] as const;
const AFTER = ['seconds', 'started', 'finished', 'failure', 'message'] as const;

function ownName(metric: string, taken: Set<string>): string {
  let name = metric;
  while (taken.has(name)) name = `metric_${name}`;
  taken.add(name);
  return name;
}

function typeOf(values: readonly (Value | undefined)[]): TrialColumn['type'] {
  const there = values.filter((value) => value !== undefined);
  if (there.every((value) => typeof value === 'boolean')) return 'boolean';
  if (!there.every((value) => typeof value === 'number')) return 'text';
  return there.every(Number.isSafeInteger) ? 'integer' : 'number';
}

const textOf = (value: Value): string => (typeof value === 'string' ? value : JSON.stringify(value));
