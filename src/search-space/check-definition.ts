import { ownValue } from '../base/json.js';
import type { DomainDefinition, Scalar, SpaceDefinition } from './definition.js';

/** A mistake and where it is, as keys and indices from the root. */
export interface Issue {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

const LARGEST_WEIGHTED = 65_536;

/** The columns of a study's table of trials beside its parameters and objectives. */
const RESERVED: readonly string[] = ['number', 'technique', 'state'];

/**
 * What the schema cannot say: ranges the right way round, different choices, as many weights as values, no cycles, names
 * that a table of trials can tell apart.
 */
export function checkDefinition(definition: SpaceDefinition): Issue[] {
  const issues: Issue[] = [];
  const seen = new Set<string>();
  for (const [i, parameter] of definition.parameters.entries()) {
    if (seen.has(parameter.name)) {
      issues.push({ path: ['parameters', i, 'name'], message: `"${parameter.name}" is declared twice` });
    }
    seen.add(parameter.name);
    if (RESERVED.includes(parameter.name)) {
      issues.push({
        path: ['parameters', i, 'name'],
        message: `"${parameter.name}" is a column of every table of trials; rename it, for example "${parameter.name}1"`,
      });
    }
    const label = `"${parameter.name}": `;
    for (const { path, message } of checkDomain(parameter)) {
      issues.push({ path: ['parameters', i, ...path], message: label + message });
    }
  }
  return issues;
}

function checkDomain(domain: DomainDefinition): Issue[] {
  switch (domain.type) {
    case 'integer':
    case 'float':
      return [
        ...checkRange(domain),
        ...checkWeights(domain, () => Math.floor((domain.max - domain.min) / (domain.step ?? 1)) + 1),
      ];
    case 'power-of-two':
      return [
        ...checkRange(domain),
        ...(['min', 'max'] as const)
          .filter((key) => !Number.isInteger(Math.log2(domain[key])))
          .map((key) => ({ path: [key], message: `${domain[key]} is not a power of two` })),
        ...checkWeights(domain, () => Math.log2(domain.max / domain.min) + 1),
      ];
    case 'boolean':
      return checkWeights(domain, () => 2);
    case 'categorical':
    case 'ordinal':
      return [...checkDistinct(domain.choices, 'choices'), ...checkWeights(domain, () => domain.choices.length)];
    case 'selector':
      return [
        ...checkDistinct(domain.choices, 'choices'),
        ...(domain.cutoffs > domain.max
          ? [{ path: ['cutoffs'], message: `there are only ${domain.max} places for cutoffs` }]
          : []),
      ];
    case 'permutation':
      return checkDistinct(domain.items, 'items');
    case 'schedule':
      return [...checkDistinct(domain.items, 'items'), ...checkOrder(domain.items, domain.after ?? {})];
    case 'array':
      return checkDomain(domain.element).map(({ path, message }) => ({ path: ['element', ...path], message }));
  }
}

function checkRange(range: {
  min: number;
  max: number;
  step?: number | undefined;
  scale?: string | undefined;
}): Issue[] {
  if (range.max < range.min) return [{ path: ['max'], message: `max ${range.max} is below min ${range.min}` }];
  if (range.scale !== undefined && range.scale !== 'linear' && range.min <= 0) {
    return [{ path: ['min'], message: `a ${range.scale} scale needs min above 0, not ${range.min}` }];
  }
  return [];
}

function checkWeights(domain: { weights?: number[] | undefined } | object, count: () => number): Issue[] {
  if (!('weights' in domain) || domain.weights === undefined) return [];
  const values = count();
  const { weights } = domain as { weights: number[] };
  if (values > LARGEST_WEIGHTED) return [{ path: ['weights'], message: `${values} values are too many for weights` }];
  if (weights.length !== values) {
    return [{ path: ['weights'], message: `${weights.length} weights for ${values} values` }];
  }
  if (weights.every((weight) => weight === 0)) return [{ path: ['weights'], message: 'all weights are 0' }];
  return [];
}

function checkDistinct(values: readonly Scalar[], key: string): Issue[] {
  const seen = new Set<Scalar>();
  return values.flatMap((value, i) => {
    const isNew = !seen.has(value);
    seen.add(value);
    return isNew ? [] : [{ path: [key, i], message: `${JSON.stringify(value)} is listed twice` }];
  });
}

/** Items are named by their text in `after`; every name must be an item and no item may wait for itself. */
function checkOrder(items: readonly Scalar[], after: { readonly [item: string]: readonly Scalar[] }): Issue[] {
  const names = new Set(items.map(String));
  const issues: Issue[] = [];
  for (const [item, before] of Object.entries(after)) {
    for (const [j, name] of [item, ...before.map(String)].entries()) {
      if (names.has(name)) continue;
      issues.push({
        path: j === 0 ? ['after', item] : ['after', item, j - 1],
        message: `"${name}" is not among the items`,
      });
    }
  }
  if (issues.length > 0) return issues;
  // Takes out one after another that waits for none that is left (Kahn, 1962).
  const waits = new Map([...names].map((name) => [name, new Set((ownValue(after, name) ?? []).map(String))]));
  const followers = new Map([...names].map((name): [string, string[]] => [name, []]));
  for (const [name, before] of waits) for (const item of before) followers.get(item)!.push(name);
  const ready = [...names].filter((name) => waits.get(name)!.size === 0);
  for (const placed of ready) {
    for (const name of followers.get(placed)!) {
      const left = waits.get(name)!;
      left.delete(placed);
      if (left.size === 0) ready.push(name);
    }
  }
  const stuck = [...names].find((name) => waits.get(name)!.size > 0);
  return stuck === undefined ? [] : [{ path: ['after', stuck], message: `"${stuck}" has to come after itself` }];
}
