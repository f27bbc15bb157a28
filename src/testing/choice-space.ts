import type { Rng } from '../base/rng.js';
import type { Configuration, SearchSpace } from '../core/space.js';
import { SpaceError } from '../errors.js';

/** A space of ordinal parameters without conditions or constraints: enough to hold a technique to its contract. */
export function choiceSpace(choices: { readonly [parameter: string]: readonly number[] }): SearchSpace {
  const names = Object.keys(choices);
  const of = (name: string) => choices[name] as readonly number[];
  const index = (configuration: Configuration, name: string) => of(name).indexOf(configuration[name] as number);
  const build = (value: (name: string) => number): Configuration =>
    Object.fromEntries(names.map((name) => [name, value(name)]));
  const nearest = (name: string, at: number) =>
    of(name)[Math.min(of(name).length - 1, Math.max(0, Math.round(at)))] as number;
  const isLegal = (configuration: Configuration) =>
    Object.keys(configuration).length === names.length && names.every((name) => index(configuration, name) >= 0);
  const canonical = (configuration: Configuration) => {
    if (!isLegal(configuration))
      throw new SpaceError('SPACE_VALUE', 'a value is outside its domain or missing', {
        remedy: 'propose values of the space',
      });
    return build((name) => configuration[name] as number);
  };
  const key = (configuration: Configuration) => JSON.stringify(canonical(configuration));
  const step = (from: Configuration, by: (name: string) => number) =>
    build((name) => nearest(name, index(from, name) + by(name)));

  return {
    name: 'choices',
    hash: JSON.stringify(choices),
    parameters: names.map((name) => ({
      name,
      type: 'ordinal',
      cardinality: of(name).length,
      ordered: true,
      values: of(name),
    })),
    size: () => names.reduce((size, name) => size * BigInt(of(name).length), 1n),
    *enumerate() {
      const lists = names.reduce<number[][]>(
        (prefixes, name) => prefixes.flatMap((prefix) => of(name).map((value) => [...prefix, value])),
        [[]],
      );
      for (const list of lists) yield build((name) => list[names.indexOf(name)] as number);
    },
    sample: (rng) => build((name) => rng.pick(of(name))),
    mutate(parent, { rate, kind, sigma = 0.1 }, rng) {
      const forced = rng.pick(names);
      return build((name) => {
        if (name !== forced && rng.float() >= rate) return parent[name] as number;
        if (kind !== 'normal') return other(of(name), parent[name] as number, rng);
        return nearest(name, index(parent, name) + rng.normal() * sigma * of(name).length);
      });
    },
    crossover: (a, b, rng, _kind, share = 0.5) => build((name) => (rng.float() < share ? b : a)[name] as number),
    difference: (base, a, b, factor) => step(base, (name) => factor * (index(a, name) - index(b, name))),
    move: (current, attractors, rng) =>
      step(current, (name) =>
        attractors.reduce(
          (sum, { to, weight }) => sum + weight * rng.float() * (index(to, name) - index(current, name)),
          0,
        ),
      ),
    neighbours: (configuration) =>
      names.flatMap((name) =>
        [-1, 1].flatMap((by) => {
          const value = of(name)[index(configuration, name) + by];
          return value === undefined ? [] : [{ ...canonical(configuration), [name]: value }];
        }),
      ),
    distance: (a, b) =>
      names.reduce(
        (sum, name) => sum + Math.abs(index(a, name) - index(b, name)) / Math.max(1, of(name).length - 1),
        0,
      ) / names.length,
    features: names.map((name) => ({ parameter: name, kind: 'numeric', cardinality: of(name).length, absent: -1 })),
    encode: (configuration) => names.map((name) => index(configuration, name) / Math.max(1, of(name).length - 1)),
    unitDimension: names.length,
    toUnit: (configuration) => names.map((name) => (index(configuration, name) + 0.5) / of(name).length),
    fromUnit: (point) => build((name) => nearest(name, (point[names.indexOf(name)] ?? 0.5) * of(name).length - 0.5)),
    canonical,
    key,
    isLegal,
  };
}

const other = (values: readonly number[], value: number, rng: Rng) =>
  values.length === 1 ? value : rng.pick(values.filter((candidate) => candidate !== value));
