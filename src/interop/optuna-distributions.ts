import { z } from 'zod';
import { parsePythonJson } from '../base/parse-json.js';
import { whatIsWrong } from '../base/schema-issues.js';
import type { Value } from '../core/space.js';
import { StudyError } from '../errors.js';
import type { ParameterDefinition } from '../search-space/definition.js';
import { scalarOf } from './foreign-values.js';

/** Every kind of parameter but its name and condition. */
type Domain = ParameterDefinition extends infer P
  ? P extends unknown
    ? Omit<P, 'name' | 'when' | 'description'>
    : never
  : never;

/** A parameter by one of Optuna's distributions. */
export interface OptunaParameter {
  /** Choices that are written like another, as they are told apart. */
  readonly renamed?: readonly string[];
  readonly definition: Domain;
  /** A value from the number that is stored. */
  read(stored: number): Value;
  /** With the values of another distribution under the same name, which Optuna allows. */
  widen(other: OptunaParameter): OptunaParameter;
}

const numeric = z.object({ low: z.number(), high: z.number(), step: z.number().nullish(), q: z.number().nullish() });
const described = z.object({
  name: z.string(),
  attributes: z.object({ log: z.boolean().nullish(), choices: z.array(z.unknown()).min(1).optional() }).loose(),
});

/** Reads `distribution_json`, of every release. @throws StudyError STUDY_IMPORT for one that is not known or damaged. */
export function readDistribution(json: string, name: string): OptunaParameter {
  try {
    return parameterOf(described.parse(parsePythonJson(json)), name);
  } catch (error) {
    if (error instanceof StudyError) throw error;
    throw new StudyError('STUDY_IMPORT', `parameter "${name}" has a damaged distribution: ${whatIsWrong(error)}`, {
      remedy: 'copy the file again',
      cause: error,
    });
  }
}

function parameterOf({ name: kind, attributes }: z.infer<typeof described>, name: string): OptunaParameter {
  const isLog = attributes.log === true || /^(IntLogUniform|LogUniform)/.test(kind);
  const scale = isLog ? ({ scale: 'log' } as const) : {};
  if (/^(Int)/.test(kind)) {
    const { low, high, step } = numeric.parse(attributes);
    const apart = step === undefined || step === null || step === 1 ? {} : { step };
    return numberOf({ type: 'integer', min: low, max: high, ...apart, ...scale });
  }
  if (/^(Float|Uniform|LogUniform|DiscreteUniform)/.test(kind)) {
    const { low, high, step, q } = numeric.parse(attributes);
    const apart = step ?? q;
    return numberOf({
      type: 'float',
      min: low,
      max: high,
      ...(apart === undefined || apart === null ? {} : { step: apart }),
      ...scale,
    });
  }
  if (kind === 'CategoricalDistribution' && attributes.choices !== undefined) return choiceOf(attributes.choices);
  throw new StudyError('STUDY_IMPORT', `parameter "${name}" has a distribution that is not known: ${kind}`, {
    remedy: 'update supersam',
  });
}

type Numeric = Extract<Domain, { type: 'integer' | 'float' }>;

function numberOf(definition: Numeric): OptunaParameter {
  const { step } = definition;
  return {
    definition,
    // What arithmetic in steps left of a decimal: 0.30000000000000004.
    read: (stored) =>
      step === undefined
        ? stored
        : Number((definition.min + step * Math.round((stored - definition.min) / step)).toPrecision(12)),
    widen(other) {
      if (JSON.stringify(other.definition) === JSON.stringify(definition) || !('min' in other.definition)) return this;
      const [min, max] = [
        Math.min(definition.min, other.definition.min),
        Math.max(definition.max, other.definition.max),
      ];
      // Grids that begin elsewhere have no common step.
      const { step: _, ...rest } = definition;
      return numberOf({ ...rest, min, max } as Numeric);
    },
  };
}

/** Choices that are no numbers, texts, true or false stand as texts; so does one that looks like another. */
function choiceOf(choices: readonly unknown[]): OptunaParameter {
  const values: (string | number | boolean)[] = [];
  const renamed: string[] = [];
  for (const choice of choices) {
    const plain = choice === null ? 'None' : scalarOf(choice);
    const isTaken = values.includes(plain);
    if (isTaken) renamed.push(`${String(plain)} (${values.length})`);
    values.push(isTaken ? (renamed.at(-1) as string) : plain);
  }
  return {
    renamed,
    definition: { type: 'categorical', choices: [...new Set(values)] },
    read: (stored) => values[stored] as Value,
    widen(other) {
      if (!('choices' in other.definition)) return this;
      const both = [...new Set([...values, ...other.definition.choices])] as typeof values;
      return both.length === values.length ? this : { ...this, definition: { type: 'categorical', choices: both } };
    },
  };
}
