import type { Rng } from '../base/rng.js';
import type { Configuration, CrossoverKind, MutateOptions, ParameterType, Value } from '../core/space.js';
import type { CompiledParameter } from './compile-parameters.js';
import { settle } from './settle.js';

const SIGMA = 0.1;
/** Types whose values have parts that a crossover mixes. */
const COMPOUND: readonly ParameterType[] = ['array', 'permutation', 'schedule'];

/** The steps of a search from canonical configurations to canonical ones; constraints are not looked at. */
export interface Operators {
  draw(rng: Rng): Configuration;
  mutate(parent: Configuration, options: MutateOptions, rng: Rng): Configuration;
  cross(a: Configuration, b: Configuration, kind: CrossoverKind, share: number, rng: Rng): Configuration;
  difference(base: Configuration, a: Configuration, b: Configuration, factor: number, rng: Rng): Configuration;
  move(
    current: Configuration,
    attractors: readonly { readonly to: Configuration; readonly weight: number }[],
    rng: Rng,
  ): Configuration;
  neighbours(configuration: Configuration): Configuration[];
}

/** Parameters that a step makes active are sampled, in `neighbours` set to their middle value. */
export function createOperators(parameters: readonly CompiledParameter[]): Operators {
  const changed = (base: Configuration, change: { readonly [name: string]: Value }, rng: Rng) =>
    settle(parameters, ({ name, domain }) => change[name] ?? base[name] ?? domain.sample(rng));

  return {
    draw: (rng) => settle(parameters, ({ domain }) => domain.sample(rng)),

    mutate(parent, { rate, kind = 'uniform', sigma = SIGMA }, rng) {
      const open = parameters.filter(({ name, domain }) => parent[name] !== undefined && domain.cardinality !== 1n);
      if (open.length === 0) return parent;
      const forced = rng.pick(open);
      const change: { [name: string]: Value } = {};
      for (const parameter of open) {
        const { name, domain } = parameter;
        if (rng.float() < rate || parameter === forced)
          change[name] = domain.mutate(parent[name]!, { kind, sigma }, rng);
      }
      return changed(parent, change, rng);
    },

    cross(a, b, kind, share, rng) {
      const fromB = parentMask(parameters.length, kind, share, rng);
      return settle(parameters, ({ name, domain }) => {
        const [own, other] = [a[name], b[name]];
        if (own === undefined || other === undefined) return own ?? other ?? domain.sample(rng);
        if (kind === 'sbx' || COMPOUND.includes(domain.type)) return domain.cross(own, other, kind, rng, share);
        return fromB[parameters.findIndex((parameter) => parameter.name === name)] === true ? other : own;
      });
    },

    difference(base, a, b, factor, rng) {
      const change: { [name: string]: Value } = {};
      for (const { name, domain } of parameters) {
        const [own, plus, minus] = [base[name], a[name], b[name]];
        if (own === undefined || plus === undefined || minus === undefined) continue;
        change[name] = domain.difference(own, plus, minus, factor, rng);
      }
      return changed(base, change, rng);
    },

    move(current, attractors, rng) {
      const change: { [name: string]: Value } = {};
      for (const { name, domain } of parameters) {
        const own = current[name];
        if (own === undefined) continue;
        const pulls = attractors.flatMap(({ to, weight }) => {
          const target = to[name];
          return target === undefined ? [] : [{ to: target, weight }];
        });
        change[name] = domain.move(own, pulls, rng);
      }
      return changed(current, change, rng);
    },

    neighbours: (configuration) =>
      parameters.flatMap((changing) => {
        const value = configuration[changing.name];
        if (value === undefined) return [];
        return changing.domain
          .neighbours(value)
          .map((next) =>
            settle(parameters, ({ name, domain }) =>
              name === changing.name ? next : (configuration[name] ?? domain.middle),
            ),
          );
      }),
  };
}

/** Which parameters come from the second parent. The crossovers of permutations mix all others one by one. */
function parentMask(count: number, kind: CrossoverKind, share: number, rng: Rng): boolean[] {
  if (kind !== 'one-point' && kind !== 'two-point') return Array.from({ length: count }, () => rng.float() < share);
  const cut = () => rng.int(1, Math.max(1, count - 1));
  const cuts = [cut(), kind === 'one-point' ? count : cut()];
  const [start, end] = [Math.min(...cuts), Math.max(...cuts)];
  return Array.from({ length: count }, (_, i) => i >= start && i < end);
}
