import { SpaceError } from '../errors.js';
import type { SpaceDefinition } from '../search-space/definition.js';
import { parseSpace } from '../search-space/parse-space.js';
import { translatePython } from './translate-python.js';

/** The parts of a T1 file that describe the space. */
interface TuningProblem {
  readonly General?: { readonly BenchmarkName?: string };
  readonly ConfigurationSpace: {
    readonly TuningParameters: readonly { readonly Name: string; readonly Values: unknown }[];
    readonly Conditions?: readonly { readonly Expression: string }[];
  };
}

/**
 * The space of a tuning problem in the T1 format that Kernel Tuner and other autotuners of GPU kernels share. Numbers
 * become ordinal parameters in ascending order, other values categorical ones; conditions become constraints.
 * Undefined when the text is no T1 file.
 *
 * @throws SpaceError SPACE_INVALID for values that are no plain list, a condition that cannot be translated, and what
 *   `parseSpace` finds wrong.
 */
export function readTuningProblem(text: string, filename: string): SpaceDefinition | undefined {
  const problem = parse(text);
  if (problem === undefined) return undefined;
  const refuse = (message: string): never => {
    throw new SpaceError('SPACE_INVALID', `${filename}: ${message}`, { remedy: 'write it as a search-space file' });
  };
  const { TuningParameters, Conditions = [] } = problem.ConfigurationSpace;
  const definition = {
    name: problem.General?.BenchmarkName ?? 'tuning-problem',
    parameters: TuningParameters.map(({ Name, Values }) => {
      const values = listOf(Values) ?? refuse(`the values of ${Name} are no list: ${JSON.stringify(Values)}`);
      return values.every((value) => typeof value === 'number')
        ? { name: Name, type: 'ordinal', choices: [...values].sort((a, b) => a - b) }
        : { name: Name, type: 'categorical', choices: values };
    }),
    constraints: Conditions.map(({ Expression }) =>
      translatePython(Expression, (reason) => refuse(`condition "${Expression}": ${reason}`)),
    ),
  };
  return parseSpace(JSON.stringify(definition), filename);
}

function parse(text: string): TuningProblem | undefined {
  try {
    const file = JSON.parse(text) as Partial<TuningProblem> | null;
    return Array.isArray(file?.ConfigurationSpace?.TuningParameters) ? (file as TuningProblem) : undefined;
  } catch {
    return undefined;
  }
}

/** A list, or the text of one in Python. */
function listOf(values: unknown): readonly unknown[] | undefined {
  if (typeof values !== 'string') return Array.isArray(values) ? values : undefined;
  const json = values
    .replaceAll("'", '"')
    .replace(/\bTrue\b/g, 'true')
    .replace(/\bFalse\b/g, 'false');
  try {
    return listOf(JSON.parse(json.replace(/,\s*\]$/, ']')) as unknown[]);
  } catch {
    return undefined;
  }
}
