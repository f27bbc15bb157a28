import { isSame, type Json } from '../base/json.js';
import type { Rng } from '../base/rng.js';
import type { Metrics } from '../core/oracle.js';
import type { Configuration, SearchSpace } from '../core/space.js';
import { SpaceError } from '../errors.js';
import type { SpaceDefinition } from './definition.js';
import { checkDefinition, hashSpace } from './definition.js';
import { countConfigurations, walkConfigurations } from './enumerate.js';
import { createLegalDraws } from './legal-draws.js';
import { createCoordinates, createOperators } from './operators.js';
import { canonicalOf, canonicalTest, compileParameters, createNames, settle } from './parameters.js';
import { readShape, SEE_FORMAT, writtenPath } from './read-shape.js';
import { compileRules } from './rules.js';

export interface CompileSpaceOptions {
  /** Besides those of the definition. */
  readonly constraints?: readonly string[];
  /** Exact metrics that constraints may use (the oracle's). */
  readonly analyze?: (configuration: Configuration) => Metrics;
}

/** Chance of either parent. */
const EVEN = 0.5;
/** Attempts at a legal step before it is repaired. */
const ATTEMPTS = 16;
/** Draws in search of another configuration where the parent has no neighbour. */
const FRESH_DRAWS = 32;
/** Up to this many configurations, the legal one nearest to a point is found by looking at all. */
const NEAREST_OF = 5000n;

/**
 * Makes a definition searchable.
 *
 * @throws SpaceError SPACE_INVALID, SPACE_EXPRESSION, or SPACE_UNSATISFIABLE when no legal configuration is found.
 */
export function compileSpace(definition: SpaceDefinition, options: CompileSpaceOptions = {}): SearchSpace {
  const label = `space "${definition.name}"`;
  // Code without types may say anything; unlike a file it may also mean the space of one configuration, which has no parameters.
  const shape = definition.parameters?.length === 0 ? definition : readShape(definition);
  const [misshapen] = 'parameters' in shape ? [] : shape;
  if (misshapen !== undefined) {
    throw new SpaceError('SPACE_INVALID', `${label}: ${writtenPath(misshapen.path)}: ${misshapen.message}`, {
      remedy: SEE_FORMAT,
    });
  }
  const [issue] = checkDefinition(definition);
  if (issue !== undefined) throw new SpaceError('SPACE_INVALID', `${label}: ${issue.message}`, { remedy: SEE_FORMAT });
  const constraints = [...new Set([...(definition.constraints ?? []), ...(options.constraints ?? [])])];
  const names = createNames(definition.parameters);
  const parameters = compileParameters(definition.parameters, names);
  const rules = compileRules(parameters, names, constraints, options.analyze, () =>
    settle(parameters, ({ domain }) => domain.middle),
  );
  const operators = createOperators(parameters);
  const coordinates = createCoordinates(parameters);
  const legal = createLegalDraws(label, parameters, names, operators, rules);
  const copy = canonicalOf(parameters);
  const isCanonical = canonicalTest(parameters);
  /** The configuration itself where nothing has to be changed: for what is done with it here, where nothing changes it. */
  const canon = (configuration: Configuration) => (isCanonical(configuration) ? configuration : copy(configuration));
  const key = (configuration: Configuration) => JSON.stringify(canon(configuration));
  let size: bigint | null | undefined;

  /** A legal result of `step`: tried again, then repaired, then `fallback`. */
  function legally(step: () => Configuration, fallback: () => Configuration, rng: Rng): Configuration {
    let drafted: Configuration | undefined;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      drafted = step();
      if (rules.isMet(drafted)) return drafted;
    }
    return legal.repair(drafted!, rng) ?? fallback();
  }

  const space: SearchSpace = {
    name: definition.name,
    parameters: parameters.map(({ name, domain }) => ({
      name,
      type: domain.type,
      cardinality: domain.cardinality === null ? Infinity : Number(domain.cardinality),
      ordered: domain.ordered,
      values: domain.values,
    })),
    hash: hashSpace(definition.parameters, constraints),
    definition: { ...definition, constraints } as unknown as Json,
    size: () => {
      size = size === undefined ? countLegal() : size;
      return size;
    },
    enumerate: () => {
      const endless = parameters.find(({ domain }) => domain.cardinality === null);
      if (endless !== undefined) {
        throw new SpaceError('SPACE_INFINITE', `${label} cannot be enumerated: "${endless.name}" has too many values`, {
          remedy: 'give every float a "step"',
        });
      }
      return enumerate();
    },
    sample: legal.sample,
    mutate: (given, how, rng) => {
      const parent = canon(given);
      const other = (found: Configuration) => !isSame(found, parent);
      const child = legally(
        () => operators.mutate(parent, how, rng),
        () => parent,
        rng,
      );
      if (other(child)) return child;
      const beside = space.neighbours(parent);
      if (beside.length > 0) return rng.pick(beside);
      for (let draw = 0; draw < FRESH_DRAWS; draw++) {
        const drawn = legal.sample(rng);
        if (other(drawn)) return drawn;
      }
      return legal.list(NEAREST_OF)?.find(other) ?? parent;
    },
    crossover: (a, b, rng, kind = 'uniform', share = EVEN) => {
      const parents = [canon(a), canon(b)] as const;
      return legally(
        () => operators.cross(...parents, kind, share, rng),
        () => parents[0],
        rng,
      );
    },
    difference: (base, a, b, factor, rng) => {
      const [own, plus, minus] = [canon(base), canon(a), canon(b)];
      return legally(
        () => operators.difference(own, plus, minus, factor, rng),
        () => own,
        rng,
      );
    },
    move: (current, attractors, rng) => {
      const own = canon(current);
      const targets = attractors.map(({ to, weight }) => ({ to: canon(to), weight }));
      return legally(
        () => operators.move(own, targets, rng),
        () => own,
        rng,
      );
    },
    neighbours: (configuration) => {
      const own = canon(configuration);
      const found = new Map(operators.neighbours(own).map((other) => [JSON.stringify(other), other]));
      found.delete(JSON.stringify(own));
      return [...found.values()].filter(rules.isMet);
    },
    distance: (a, b) => coordinates.distance(canon(a), canon(b)),
    features: coordinates.features,
    encode: (configuration) => coordinates.encode(canon(configuration)),
    unitDimension: coordinates.unitDimension,
    toUnit: (configuration) => coordinates.toUnit(canon(configuration)),
    fromUnit: (point, rng) => {
      const draft = coordinates.fromUnit(point);
      if (rules.isMet(draft)) return draft;
      const listed = legal.list(NEAREST_OF);
      if (listed !== undefined) return nearest(listed, point);
      return legal.repair(draft, rng) ?? legal.sample(rng);
    },
    canonical: copy,
    key,
    isLegal: (configuration) => {
      try {
        return rules.isMet(canon(configuration));
      } catch (error) {
        if (error instanceof SpaceError) return false;
        throw error;
      }
    },
  };
  return space;

  function countLegal(): bigint | null {
    const listed = rules.list.length > 0 ? legal.list() : undefined;
    if (listed !== undefined) return BigInt(listed.length);
    return rules.readMetrics ? null : countConfigurations(parameters, names, rules);
  }

  function* enumerate(): Generator<Configuration> {
    const listed = rules.list.length > 0 ? legal.list() : undefined;
    for (const found of listed ?? walkConfigurations(parameters, rules)) if (rules.isMet(found)) yield { ...found };
  }

  function nearest(candidates: readonly Configuration[], point: readonly number[]): Configuration {
    let [best, least] = [candidates[0]!, Infinity];
    for (const candidate of candidates) {
      const unit = coordinates.toUnit(candidate);
      const distance = unit.reduce((sum, x, i) => sum + (x - Math.min(1, Math.max(0, point[i]!))) ** 2, 0);
      if (distance < least) [best, least] = [candidate, distance];
    }
    return best;
  }
}
