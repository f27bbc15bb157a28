import { setOwn } from '../base/json.js';
import type { Measurement, Metrics } from '../core/oracle.js';
import type { Configuration, Value } from '../core/space.js';
import { createConditions } from './conditions.js';
import { numbersAmong, parameterNames } from './foreign-values.js';
import { readOptunaDatabase } from './optuna-database.js';
import { type OptunaParameter, readDistribution } from './optuna-distributions.js';
import { FINISHED, type OptunaStudy, type OptunaTrial } from './optuna-records.js';
import type { ForeignStudy, ForeignTrial } from './store-study.js';

/** The studies of an Optuna database, as `optunaStudy` makes them. Throws what `readOptunaDatabase` throws. */
export const readOptuna = (path: string, names: readonly string[] = []): ForeignStudy[] =>
  readOptunaDatabase(path, names).map(optunaStudy);

/**
 * A study of Optuna's as one of ours. Parameters keep their ranges; names are spelled as spaces here take them. A parameter
 * that some trials lack gets the condition that tells those trials apart, where one parameter before it does. Pruned trials
 * come as failed, those that break a constraint as infeasible, numbers among user attributes as metrics; trials that run or
 * wait are left out.
 */
export function optunaStudy({ name, directions, metricNames, trials, fingerprint }: OptunaStudy): ForeignStudy {
  const metrics = directions.map((_, i) => metricNames[i] ?? (directions.length === 1 ? 'value' : `value${i}`));
  const finished = trials
    .filter(({ state }) => FINISHED.includes(state))
    .sort((a, b) => (a.finishedAt ?? 0) - (b.finishedAt ?? 0));
  const given = trials.flatMap((trial) => trial.parameters.map((parameter) => parameter.name));
  const { names, notes } = parameterNames(given, metrics);
  const { parameters, configurations } = readParameters(trials, names);
  // One that failed may have ended before it had all.
  const complete = trials.filter(({ state }) => state === 'COMPLETE').map((trial) => configurations.get(trial) ?? {});
  const conditions = createConditions(complete, [...parameters.keys()]);
  const left = trials.length - finished.length;
  const gaps = conditions.filter(({ when, isComplete }) => when === undefined && !isComplete).map((gap) => gap.name);
  return {
    ...{ name, program: 'optuna', fingerprint },
    space: {
      name,
      parameters: [...parameters].map(([own, { definition }], i) => {
        const when = conditions[i]?.when;
        return { name: own, ...definition, ...(when === undefined ? {} : { when }) };
      }),
    },
    objectives: directions.map((direction, i) => ({ metric: metrics[i] as string, direction })),
    trials: finished.map((trial): ForeignTrial => {
      const { startedAt, finishedAt } = trial;
      const seconds =
        startedAt === null || finishedAt === null ? {} : { seconds: Math.max(0, finishedAt - startedAt) / 1000 };
      return {
        technique: 'optuna',
        configuration: configurations.get(trial) ?? {},
        measurement: { ...measured(trial, metrics), ...seconds },
        times: { startedAt, finishedAt },
      };
    }),
    notes: [
      ...(left > 0 ? [`${left} trials that ran or waited were left out`] : []),
      ...notes,
      ...[...parameters].flatMap(([own, { renamed = [] }]) =>
        renamed.map((choice) => `a choice of ${own} is written like another and stands as ${JSON.stringify(choice)}`),
      ),
      ...gaps.map((gap) => `some trials lack ${gap}, and no one parameter before it tells which`),
    ],
  };
}

function readParameters(trials: readonly OptunaTrial[], names: ReadonlyMap<string, string>) {
  const parameters = new Map<string, OptunaParameter>();
  const known = new Map<string, OptunaParameter>();
  const configurations = new Map<OptunaTrial, Configuration>();
  for (const trial of trials) {
    const configuration: { [name: string]: Value } = {};
    configurations.set(trial, configuration);
    for (const { name: given, stored, distribution } of trial.parameters) {
      const name = names.get(given) ?? given;
      const parameter = known.get(distribution) ?? readDistribution(distribution, given);
      known.set(distribution, parameter);
      const before = parameters.get(name);
      parameters.set(name, before === undefined ? parameter : before.widen(parameter));
      setOwn(configuration, name, parameter.read(stored));
    }
  }
  return { parameters, configurations: configurations as ReadonlyMap<OptunaTrial, Configuration> };
}

/** What a trial came to. */
function measured(trial: OptunaTrial, metrics: readonly string[]): Measurement {
  const { state, values, userAttributes, systemAttributes, lastStep } = trial;
  if (state === 'PRUNED') {
    return {
      state: 'failed',
      kind: 'timeout',
      message: `pruned${lastStep === undefined ? '' : ` at step ${lastStep}`}`,
    };
  }
  if (state === 'FAIL') {
    return { state: 'failed', kind: 'runtime', message: String(systemAttributes.get('fail_reason') ?? 'failed') };
  }
  const constraints = [systemAttributes.get('constraints') ?? []].flat();
  const broken = constraints.findIndex((value) => Number(value) > 0);
  if (broken >= 0) return { state: 'infeasible', message: `constraint ${broken} is ${constraints[broken]}` };
  const own: Metrics = Object.fromEntries(metrics.map((metric, i) => [metric, values[i] ?? Number.NaN]));
  return { state: 'complete', metrics: { ...numbersAmong(userAttributes), ...own } };
}
