import type { Objective } from '../core/objective.js';
import type { Oracle } from '../core/oracle.js';
import type { SearchSpace } from '../core/space.js';
import type { StudyDefinition } from '../core/store.js';
import { UsageError } from '../errors.js';

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
