import type { Configuration, Feature, SearchSpace } from '../core/space.js';

/** The columns that surrogates see. */
export interface ModelInputs {
  readonly features: readonly Feature[];
  encode(configuration: Configuration): number[];
}

/** Up to so many choices a model finds an order by itself. */
const FEW = 3;

/**
 * The features of a space, and for every categorical parameter whose choices are more than a few numbers one more that
 * places them in a row: what is declared without an order, block sizes say, mostly has one, and a model that may see it
 * needs fewer trials. It stays free to take the choices for unrelated.
 */
export function modelInputs(space: SearchSpace): ModelInputs {
  const ranks = space.features.map(({ kind, cardinality, parameter }) => {
    const values = space.parameters.find(({ name }) => name === parameter)?.values;
    const isHidden = kind === 'category' && cardinality > FEW && values?.length === cardinality;
    if (!isHidden || !values.every((value) => typeof value === 'number')) return undefined;
    const sorted = [...(values as number[])].sort((a, b) => a - b);
    return values.map((value) => sorted.indexOf(value as number) / (cardinality - 1));
  });
  const hidden = [...ranks.keys()].filter((d) => ranks[d] !== undefined);
  return {
    features: [...space.features, ...hidden.map((d): Feature => ({ ...space.features[d]!, kind: 'numeric' }))],
    encode: (configuration) => {
      const row = space.encode(configuration);
      return [...row, ...hidden.map((d) => ranks[d]![row[d]!] ?? -1)];
    },
  };
}
