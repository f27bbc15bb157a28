import type { Json } from '../base/json.js';
import type { Objective } from '../core/objective.js';
import type { Oracle } from '../core/oracle.js';
import type { SearchSpace } from '../core/space.js';
import type { StudyDefinition } from '../core/store.js';
import { StudyError, UsageError } from '../errors.js';

/**
 * Gathers what a study's numbers depend on.
 *
 * @throws UsageError when an objective is not among the oracle's metrics, or is named twice or not at all.
 */
export async function defineStudy(options: {
  readonly name: string;
  readonly space: SearchSpace;
  readonly oracle: Oracle;
  readonly techniqueSpec: string;
  readonly objectives: readonly Objective[];
  readonly seed: number;
  readonly constraints: readonly string[];
}): Promise<StudyDefinition> {
  const { name, space, oracle, techniqueSpec, objectives, seed, constraints } = options;
  if (objectives.length === 0)
    throw new UsageError('a study needs at least one objective', { remedy: metrics(oracle) });
  for (const [i, { metric }] of objectives.entries()) {
    if (!oracle.metrics.includes(metric)) {
      throw new UsageError(`the oracle ${oracle.name} does not measure "${metric}"`, { remedy: metrics(oracle) });
    }
    if (objectives.findIndex((other) => other.metric === metric) !== i) {
      throw new UsageError(`objective "${metric}" is named twice`);
    }
  }
  return {
    name,
    space: { name: space.name, hash: space.hash, parameters: describe(space) },
    oracle: { name: oracle.name, fingerprint: await oracle.fingerprint() },
    technique: techniqueSpec,
    objectives,
    seed,
    ...(constraints.length === 0 ? {} : { constraints: [...new Set(constraints)].sort() }),
  };
}

const metrics = ({ metrics: names }: Oracle) => `it measures: ${names.join(', ')}`;

const SHOWN_VALUES = 64;

function describe(space: SearchSpace): StudyDefinition['space']['parameters'] {
  return Object.fromEntries(
    space.parameters.map(({ name, type, cardinality, values }) => {
      const shown =
        values !== null && values.length <= SHOWN_VALUES ? values.map((value) => JSON.stringify(value)) : null;
      return [name, shown === null ? `${type} of ${cardinality}` : `${type} ${shown.join(' ')}`];
    }),
  );
}

/**
 * Holds a stored study to the definition it is resumed with.
 *
 * @throws StudyError STUDY_CHANGED with every difference, one a line.
 */
export function checkDefinition(stored: StudyDefinition, now: StudyDefinition): void {
  const differences = [
    ...differ('space', stored.space.parameters, now.space.parameters),
    ...differ('oracle', stored.oracle.fingerprint, now.oracle.fingerprint),
    ...differ('', { oracle: stored.oracle.name }, { oracle: now.oracle.name }),
    ...differ('', core(stored), core(now)),
  ];
  if (stored.space.hash !== now.space.hash && !differences.some((line) => line.startsWith('space'))) {
    differences.push(
      `space: its constraints, conditions or weights (hash ${stored.space.hash.slice(0, 12)} is now ${now.space.hash.slice(0, 12)})`,
    );
  }
  if (differences.length === 0) return;
  throw new StudyError(
    'STUDY_CHANGED',
    `study "${stored.name}" cannot go on, something it depends on has changed:\n  ${differences.join('\n  ')}`,
    { remedy: 'put it back as it was, or start a study of another --name' },
  );
}

const core = ({ technique, objectives, seed, constraints = [] }: StudyDefinition) => ({
  technique,
  objectives: objectives.map(({ metric, direction }) => `${metric}:${direction}`),
  seed,
  constraints,
});

type Facts = { readonly [key: string]: Json };

function differ(prefix: string, before: Facts, after: Facts): string[] {
  const show = (value: Json | undefined) => (value === undefined ? 'absent' : shorten(JSON.stringify(value)));
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]))
    .map((key) => `${prefix === '' ? '' : `${prefix} `}${key}: ${show(before[key])} is now ${show(after[key])}`);
}

const shorten = (text: string) => (text.length > 120 ? `${text.slice(0, 117)}…` : text);
