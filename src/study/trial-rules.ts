import { z } from 'zod';
import { didYouMean } from '../base/did-you-mean.js';
import { losses, type Objective } from '../core/objective.js';
import { FAILURE_KINDS, type FailureKind, type Measurement, type Metrics, type SeenParts } from '../core/oracle.js';
import type { Configuration, SearchSpace } from '../core/space.js';
import type { FinishedTrial, OpenTrial } from '../core/trial.js';
import { EMPTY_FRONT, type GrowingFront, growFront, improvementOf } from '../pareto/growing-front.js';
import { compileExpression, constraintLabel } from '../search-space/expression.js';
import { lookupIn } from '../search-space/parameters.js';

/** What may be told of a trial: a measurement, its metrics alone, or with one objective its value. */
export type Told = Measurement | Metrics | number;

/** The front of the complete trials, with what growing it needs. */
export type TrialFront = GrowingFront<{ readonly losses: readonly number[]; readonly trial: FinishedTrial }>;

export const NO_TRIALS: TrialFront = EMPTY_FRONT;

export interface TrialRules {
  readonly objectives: readonly Objective[];
  readonly analytic: Metrics | undefined;
  readonly violated: ConstraintCheck;
}

/**
 * Turns a measurement into the trial that is stored and told. A complete one lacking a finite objective has failed; one
 * that breaks a constraint on its metrics is infeasible, has no values and keeps its metrics; so does a pruned one, whose
 * constraints nobody asks for: it is dominated in any case. Messages are cut at 2000 characters.
 */
export function judgeTrial(
  { number, technique, configuration }: OpenTrial,
  measurement: Measurement,
  { objectives, analytic, violated }: TrialRules,
  front: TrialFront,
): FinishedTrial {
  const base = { number, technique, configuration, values: null, metrics: null, improvement: 0 } as const;
  const failed = (kind: FailureKind, message: string) =>
    ({ ...base, state: 'failed', failure: { kind, message: cut(message) } }) as const;
  const infeasible = (metrics: Metrics | null, message: string | undefined) => {
    const failure = message === undefined ? {} : { failure: { kind: 'constraint', message: cut(message) } as const };
    return { ...base, state: 'infeasible', metrics, ...failure } as const;
  };
  if (measurement.state === 'failed') return failed(measurement.kind, measurement.message);
  if (measurement.state === 'infeasible') return infeasible(null, measurement.message);
  const metrics = finite({ ...analytic, ...measurement.metrics });
  const parts = measurement.parts === undefined ? {} : { parts: measurement.parts };
  const missing = objectives.find(({ metric }) => !Object.hasOwn(metrics, metric));
  if (missing !== undefined) return failed('correctness', `the oracle gave no finite ${missing.metric}`);
  if (measurement.state === 'pruned') return { ...base, state: 'pruned', metrics, ...parts };
  const message = violated(configuration, metrics);
  if (message !== undefined) return infeasible(metrics, message);
  const values = objectives.map(({ metric }) => metrics[metric] as number);
  const improvement = improvementOf(front, losses(values, objectives));
  return { ...base, state: 'complete', values, metrics, improvement, ...parts };
}

/** The front with a finished trial taken in. */
export function growTrials(front: TrialFront, trial: FinishedTrial, objectives: readonly Objective[]): TrialFront {
  return trial.values === null ? front : growFront(front, { losses: losses(trial.values, objectives), trial });
}

/**
 * Reads what an oracle or a caller, who may write JavaScript, handed in. A text says what is wrong with it: that it is no
 * measurement at all, or lacks an objective.
 */
export function readTold(
  told: unknown,
  objectives: readonly Objective[],
  analytic: Metrics | undefined,
): Measurement | string {
  if (typeof told === 'number') {
    const [only] = objectives;
    if (only !== undefined && objectives.length === 1) {
      return { state: 'complete', metrics: Object.fromEntries([[only.metric, told]]) };
    }
    return `one number does for one objective; ${wantedOf(objectives)}`;
  }
  if (typeof told !== 'object' || told === null || Array.isArray(told)) {
    return `got ${show(told)}; ${wantedOf(objectives)}`;
  }
  const { state, kind, message, seconds, metrics, parts } = told as { readonly [key: string]: unknown };
  const took = typeof seconds === 'number' && seconds >= 0 && Number.isFinite(seconds) ? { seconds } : {};
  const said = message === undefined ? {} : { message: String(message) };
  if (state === 'infeasible') return { state, ...said, ...took };
  if (state === 'failed') {
    const known = FAILURE_KINDS.find((name) => name === kind) ?? 'runtime';
    return { state, kind: known, message: said.message ?? '', ...took };
  }
  const isBare = typeof state !== 'string';
  const given = isBare ? told : metrics;
  const isPruned = state === 'pruned' && parts !== undefined;
  if (!isBare && !isPruned && state !== 'complete') {
    return `the state ${show(state)} is none; ${wantedOf(objectives)}`;
  }
  if (typeof given !== 'object' || given === null) return `got no metrics; ${wantedOf(objectives)}`;
  const own = given as Metrics;
  const lacking = objectives.find(
    ({ metric }) => typeof ownValue(own, metric) !== 'number' && typeof ownValue(analytic, metric) !== 'number',
  )?.metric;
  if (lacking === undefined) {
    const seen = isBare || parts === undefined ? undefined : readParts(parts);
    if (typeof seen === 'string') return seen;
    if (isPruned && seen !== undefined) return { state, metrics: own, parts: seen, ...took };
    return { state: 'complete', metrics: own, ...(isBare ? {} : took), ...(seen === undefined ? {} : { parts: seen }) };
  }
  const has = Object.keys(own).join(', ');
  return `got no number for "${lacking}"${has === '' ? '' : `; got ${has}`}`;
}

const wantedOf = (objectives: readonly Objective[]) => {
  const names = objectives.map(({ metric }) => metric);
  return `wanted is ${names.length === 1 ? 'a number, ' : ''}an object with ${names.join(', ')}, or { state: 'infeasible' }`;
};

const partsSchema = z.object({
  order: z.array(z.int().min(0)).nonempty(),
  values: z.record(z.string(), z.array(z.number())),
  rivals: z.array(z.int().min(0)),
  risk: z.number().min(0).max(1),
});

function readParts(given: unknown): SeenParts | string {
  const { data } = partsSchema.safeParse(given);
  const isWhole = data !== undefined && Object.values(data.values).every(({ length }) => length === data.order.length);
  return isWhole ? data : `the parts ${show(given)} are none`;
}

const ownValue = (metrics: Metrics | undefined, name: string) =>
  metrics !== undefined && Object.hasOwn(metrics, name) ? metrics[name] : undefined;

const show = (value: unknown) => cut(JSON.stringify(value) ?? String(value), 60);

const LONGEST_MESSAGE = 2000;

/** A text that comes back from a database as it went in. */
const cut = (text: string, length = LONGEST_MESSAGE) =>
  Buffer.from(text.length > length ? `${text.slice(0, length - 1)}…` : text)
    .toString()
    .replaceAll('\0', '');

/** The finite metrics by name, so that a trial reads the same before and after it was stored. */
function finite(metrics: Metrics): Metrics {
  return Object.fromEntries(
    Object.entries(metrics)
      .filter(([, value]) => Number.isFinite(value))
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** What is wrong with a measured configuration; undefined when every constraint holds. */
export interface ConstraintCheck {
  (configuration: Configuration, metrics: Metrics): string | undefined;
  /** What a constraint reads and these metrics lack: of the first trial, mostly a name misspelt. */
  missing(metrics: Metrics): string | undefined;
}

/**
 * Constraints that read measured metrics. One that reads an inactive parameter does not speak about that configuration;
 * one whose metric was not measured does not hold.
 *
 * @throws SpaceError SPACE_EXPRESSION when a name is neither a parameter of the space nor a metric.
 */
export function measuredConstraints(
  space: SearchSpace,
  metrics: readonly string[],
  constraints: readonly string[],
): ConstraintCheck {
  const parameters = new Set(space.parameters.map(({ name }) => name));
  const isParameter = (name: string) => parameters.has(name) || parameters.has(name.replace(/\.\d+$/, ''));
  const rules = constraints.map((text) => {
    const kindOf = (name: string) => (isParameter(name) ? 'any' : metrics.includes(name) ? 'number' : undefined);
    const expression = compileExpression(text, constraintLabel(text), kindOf, [...parameters, ...metrics]);
    return { ...expression, metrics: expression.identifiers.filter((name) => !isParameter(name)) };
  });
  const missing = (measured: Metrics) => {
    for (const rule of rules) {
      const name = rule.metrics.find((metric) => ownValue(measured, metric) === undefined);
      if (name === undefined) continue;
      const given = Object.keys(measured);
      return `${constraintLabel(rule.text)} reads "${name}", which is no parameter and was not measured; got ${given.join(', ')}.${didYouMean(name, [...parameters, ...given])}`;
    }
    return undefined;
  };
  const check = (configuration: Configuration, measured: Metrics) => {
    const parameter = lookupIn(configuration);
    const lookup = (name: string) => (isParameter(name) ? parameter(name) : ownValue(measured, name));
    for (const rule of rules) {
      const isWhole = rule.metrics.every((name) => ownValue(measured, name) !== undefined);
      if (isWhole && !rule.fails(lookup)) continue;
      const seen = rule.metrics.map((name) => `${name} ${ownValue(measured, name) ?? 'not measured'}`).join(', ');
      return `constraint "${rule.text}" does not hold: ${seen}`;
    }
    return undefined;
  };
  return Object.assign(check, { missing });
}
