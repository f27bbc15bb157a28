import { z } from 'zod';
import { isSame, type Json } from '../base/json.js';
import { parseJson } from '../base/parse-json.js';
import { whatIsWrong } from '../base/schema-issues.js';
import type { Value } from '../core/space.js';
import { SpaceError } from '../errors.js';
import type { SpaceDefinition } from '../search-space/definition.js';
import { parseSpace } from '../search-space/parse-space.js';
import { listedCondition } from './listed-condition.js';
import { evaluatePython, type PythonValue } from './python.js';
import { translatePython } from './translate-python.js';

/** The parts of a T1 file that describe the space. */
const tuningProblem = z.object({
  General: z.object({ BenchmarkName: z.string().optional() }).nullish(),
  ConfigurationSpace: z.object({
    TuningParameters: z.array(z.object({ Name: z.string(), Type: z.string().nullish(), Values: z.unknown() })),
    Conditions: z
      .array(z.union([z.object({ Expression: z.string() }), z.string().transform((Expression) => ({ Expression }))]))
      .nullish(),
  }),
});

/**
 * The space of a tuning problem in the T1 format that Kernel Tuner and other autotuners of GPU kernels share. Numbers
 * become ordinal parameters in ascending order, other values categorical ones; conditions become constraints. Values and
 * conditions are texts of Python; nothing of them is executed. Undefined when the text is no T1 file.
 *
 * @throws SpaceError SPACE_INVALID for values that are no list, a condition that cannot be translated, and what
 *   `parseSpace` finds wrong.
 */
export function readTuningProblem(text: string, filename: string): SpaceDefinition | undefined {
  const content = problemOf(text);
  if (content === undefined) return undefined;
  const refuse = (message: string, remedy = 'write it as a search-space file'): never => {
    throw new SpaceError('SPACE_INVALID', `${filename}: ${message}`, { remedy });
  };
  const { success, data: problem, error } = tuningProblem.safeParse(content);
  if (!success) return refuse(`it is no tuning problem (T1): ${whatIsWrong(error)}`, 'mend the file at that place');
  const { TuningParameters: listed, Conditions } = problem.ConfigurationSpace;
  // A line that stands there twice says the same twice.
  const isRepeated = (line: (typeof listed)[number], i: number) =>
    listed.findIndex(({ Name, Values }) => Name === line.Name && isSame(Values as Json, line.Values as Json)) < i;
  const parameters = listed
    .filter((line, i) => !isRepeated(line, i))
    .map(({ Name, Type, Values }) => {
      const unusable = (reason: string) => refuse(`the values of ${Name}, ${JSON.stringify(Values)}: ${reason}`);
      const list = typeof Values === 'string' ? evaluatePython(asList(Values), unusable) : Values;
      if (!Array.isArray(list)) return unusable('they are no list');
      const values = [...new Set((list as PythonValue[]).map((value) => typed(value, Type)))];
      return values.every((value) => typeof value === 'number')
        ? { name: Name, type: 'ordinal', choices: values.sort((a, b) => a - b) }
        : { name: Name, type: 'categorical', choices: values };
    });
  const choices = new Map(parameters.map(({ name, choices }) => [name, choices as readonly Value[]]));
  const definition = {
    name: problem.General?.BenchmarkName ?? 'tuning-problem',
    parameters,
    constraints: (Conditions ?? []).map(({ Expression }) =>
      conditionOf(Expression, choices, (reason) => refuse(`condition "${Expression}": ${reason}`)),
    ),
  };
  return parseSpace(JSON.stringify(definition), filename);
}

/** As an expression, or as the values for which it holds; refused for the reason that there is no such expression. */
function conditionOf(text: string, choices: ReadonlyMap<string, readonly Value[]>, fail: (reason: string) => never) {
  const refusal = (reason: string): never => {
    throw new RefusedError(reason);
  };
  try {
    return translatePython(text, refusal);
  } catch (cause) {
    if (!(cause instanceof RefusedError)) throw cause;
    try {
      return listedCondition(text, choices, refusal);
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
      return fail(cause.message);
    }
  }
}

class RefusedError extends Error {}

/** Python takes values with commas between for a list without its brackets. */
const asList = (text: string): string => (/^\s*[^,()[\]{}#]+(,[^,()[\]{}#]+)+,?\s*$/.test(text) ? `[${text}]` : text);

/** A value that is written as a text, although the parameter's type says that it is a number or a truth value. */
function typed(value: PythonValue, type: string | null | undefined): PythonValue {
  if (typeof value !== 'string') return value;
  if (/^bool/i.test(type ?? '') && /^(true|false)$/i.test(value)) return value.toLowerCase() === 'true';
  const isNumber = /^(u?int|float|double|half|long|short|uchar|char)/i.test(type ?? '') && value.trim() !== '';
  return isNumber && !Number.isNaN(Number(value)) ? Number(value) : value;
}

/** Whatever has a list of tuning parameters. */
function problemOf(text: string): unknown {
  try {
    const file = parseJson(text) as { ConfigurationSpace?: { TuningParameters?: unknown } } | null;
    return Array.isArray(file?.ConfigurationSpace?.TuningParameters) ? file : undefined;
  } catch {
    return undefined;
  }
}
