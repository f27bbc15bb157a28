import type { Json } from '../base/json.js';
import { packageVersion } from '../base/package-root.js';
import { sha256 } from '../base/sha256.js';
import type { Direction, Objective } from '../core/objective.js';
import type { Oracle } from '../core/oracle.js';
import type { SearchSpace } from '../core/space.js';
import type { StudyDefinition } from '../core/store.js';
import type { PriorTrial } from '../core/technique.js';
import { StudyError, UsageError } from '../errors.js';

/**
 * Counts the changes that make a technique propose other trials from the same seed (docs/decisions/004). 1: version
 * 0.1. 2: version 0.2. 3: version 0.3 (docs/decisions/009). 4: version 0.4, a kernel for orders, noise
 * (docs/decisions/011, 012), many measurements at once, wide spaces, the middle first
 * (docs/benchmarks/workers.md, wide-spaces.md, continuous.md), the order and the risk of races (docs/racing.md).
 */
export const GENERATION = 4;

/** What the definition of a study is made of. */
export interface DefinitionOptions {
  readonly name: string;
  readonly space: SearchSpace;
  /** Absent when the caller measures. */
  readonly oracle?: Oracle | undefined;
  /** Without an oracle: what the caller tells beside the objectives. */
  readonly metrics?: readonly string[] | undefined;
  readonly techniqueSpec: string;
  readonly objectives: readonly Objective[];
  readonly seed: number;
  readonly constraints: readonly string[];
  /** The study's risk to stop a configuration that belongs on the front; nothing is stopped without it. */
  readonly race?: number | undefined;
  readonly prior?: readonly PriorTrial[] | undefined;
}

/**
 * Gathers what a study's numbers depend on.
 *
 * @throws UsageError for a name or seed that is none, and for an objective that has no direction, is not among the
 *   oracle's metrics, is named twice or not at all, or is named like a parameter.
 */
export async function defineStudy(options: DefinitionOptions): Promise<StudyDefinition> {
  const { name, space, oracle, techniqueSpec, seed, constraints, race } = options;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a terminal obeys them.
  if (typeof name !== 'string' || name.trim() === '' || /[\u0000-\u001f\u007f]/.test(name)) {
    throw new UsageError(`a study cannot be named ${JSON.stringify(name)}`, { remedy: 'give it a --name of letters' });
  }
  if (!Number.isSafeInteger(seed))
    throw new UsageError(`the seed ${seed} is not an integer`, { remedy: 'give a whole number' });
  const objectives = readObjectives(options.objectives);
  if (objectives.length === 0) {
    const known = oracle === undefined ? [] : [metricsOf(oracle)];
    throw new UsageError('a study needs at least one objective', {
      remedy: known[0] ?? 'give one as METRIC:min or METRIC:max',
    });
  }
  for (const [i, { metric }] of objectives.entries()) {
    if (oracle !== undefined && !oracle.metrics.includes(metric)) {
      throw new UsageError(`the oracle ${oracle.name} does not measure "${metric}"`, { remedy: metricsOf(oracle) });
    }
    if (objectives.findIndex((other) => other.metric === metric) !== i) {
      throw new UsageError(`objective "${metric}" is named twice`, { remedy: 'name it once, with one direction' });
    }
  }
  if (race !== undefined && !(race > 0 && race < 1)) {
    throw new UsageError(`a risk of ${race} cannot be taken`, { remedy: 'give one between 0 and 1, such as 0.05' });
  }
  const parameters = new Set(space.parameters.map((parameter) => parameter.name));
  const twice = measuredMetrics(options).find((metric) => parameters.has(metric));
  if (twice !== undefined) {
    throw new UsageError(`"${twice}" is a parameter of the space and a metric, so tables would have it twice`, {
      remedy: 'rename one of the two',
    });
  }
  return {
    name,
    space: {
      ...{ name: space.name, hash: space.hash, parameters: describeParameters(space) },
      ...(space.definition === undefined ? {} : { definition: space.definition }),
    },
    oracle: { name: oracle?.name ?? TOLD, fingerprint: (await oracle?.fingerprint()) ?? {} },
    technique: techniqueSpec,
    objectives,
    seed,
    ...(constraints.length === 0 ? {} : { constraints: [...new Set(constraints)].sort() }),
    ...(race === undefined ? {} : { race }),
    ...(options.prior === undefined ? {} : { prior: options.prior }),
    begun: { version: packageVersion, generation: GENERATION },
  };
}

/** Stands for the oracle of a study whose caller measures. */
const TOLD = 'told';

/** Names of the metrics that trials may have. */
export function measuredMetrics({
  oracle,
  objectives,
  metrics = [],
}: Pick<DefinitionOptions, 'oracle' | 'objectives' | 'metrics'>): readonly string[] {
  return oracle?.metrics ?? [...new Set([...objectives.map(({ metric }) => metric), ...metrics])];
}

const DIRECTIONS = new Map<unknown, Direction>([
  ['min', 'min'],
  ['minimize', 'min'],
  ['max', 'max'],
  ['maximize', 'max'],
]);

/** Callers in JavaScript may write a direction as other tools do. */
function readObjectives(objectives: readonly Objective[]): Objective[] {
  return objectives.map(({ metric, direction: given }) => {
    const direction = DIRECTIONS.get(given);
    if (direction !== undefined && typeof metric === 'string' && metric !== '') return { metric, direction };
    throw new UsageError(`objective ${JSON.stringify({ metric, direction: given })} cannot be used`, {
      remedy: "write { metric: 'error', direction: 'min' }, or 'max'",
    });
  });
}

const metricsOf = ({ metrics: names }: Oracle) => `it measures: ${names.join(', ')}`;

const SHOWN_VALUES = 64;

/** One readable line a parameter. */
export function describeParameters(space: SearchSpace): StudyDefinition['space']['parameters'] {
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
 * @throws StudyError STUDY_GENERATION when only an earlier or later version can go on with it as it began,
 *   STUDY_CHANGED with every difference, one a line.
 */
export function checkDefinition(stored: StudyDefinition, now: StudyDefinition): void {
  if (stored.begun.generation !== now.begun.generation) {
    const { version } = stored.begun;
    throw new StudyError(
      'STUDY_GENERATION',
      `study "${stored.name}" was begun by supersam ${version}, which proposes other trials from the same seed than ${now.begun.version}`,
      {
        remedy: `go on with it by version ${version}, or begin a new study with its trials: --warm-start DB:${stored.name}`,
      },
    );
  }
  const differences = differencesOf(stored, now);
  if (differences.length === 0) return;
  throw new StudyError(
    'STUDY_CHANGED',
    `study "${stored.name}" cannot go on, something it depends on has changed:\n  ${differences.join('\n  ')}`,
    { remedy: 'put it back as it was, or start a study of another --name' },
  );
}

/** Every setting that differs, one line each; the versions that began the studies are none. */
export function differencesOf(stored: Settings, now: Settings): string[] {
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
  return differences;
}

/** A definition without what it is called. */
export type Settings = Pick<
  StudyDefinition,
  'oracle' | 'technique' | 'objectives' | 'seed' | 'constraints' | 'race' | 'prior'
> & {
  readonly space: Pick<StudyDefinition['space'], 'hash' | 'parameters'>;
};

const core = ({ technique, objectives, seed, constraints = [], race, prior }: Settings) => ({
  technique,
  objectives: objectives.map(({ metric, direction }) => `${metric}:${direction}`),
  seed,
  constraints,
  ...(race === undefined ? {} : { race }),
  ...(prior === undefined
    ? {}
    : {
        prior: `${prior.length} trials, ${sha256(JSON.stringify(prior)).slice(0, 12)}`,
      }),
});

type Facts = { readonly [key: string]: Json };

function differ(prefix: string, before: Facts, after: Facts): string[] {
  // Names of parameters may be those of an object's own members.
  const text = (facts: Facts, key: string) => (Object.hasOwn(facts, key) ? JSON.stringify(facts[key]) : 'absent');
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((key) => text(before, key) !== text(after, key))
    .map((key) => {
      const [was, is] = [before, after].map((facts) => shorten(text(facts, key)));
      return `${prefix === '' ? '' : `${prefix} `}${key}: ${was} is now ${is}`;
    });
}

const shorten = (text: string) => (text.length > 120 ? `${text.slice(0, 117)}…` : text);
