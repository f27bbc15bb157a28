import { didYouMean } from '../base/did-you-mean.js';
import { ownValue, setOwn } from '../base/json.js';
import type { Configuration, Value } from '../core/space.js';
import { SpaceError } from '../errors.js';
import { createDomain } from './create-domain.js';
import type { DomainDefinition, ParameterDefinition } from './definition.js';
import type { Domain } from './domains/domain.js';
import { compileExpression, type Expression } from './expression.js';
import type { Lookup, Term } from './terms.js';

export interface CompiledParameter {
  readonly name: string;
  /** Its place in the order of declaration. */
  readonly index: number;
  readonly domain: Domain;
  readonly when: Expression | undefined;
}

/** A configuration in the making. */
export type Draft = { [parameter: string]: Value };

/** What identifiers in expressions mean: a parameter by its name, or an element of its list as `name.0`. */
export interface Names {
  /** The index of the parameter that an identifier reads; undefined when it reads none of the first `before`. */
  indexOf(identifier: string, before?: number): number | undefined;
  /** What kind of values it has; undefined when it names no parameter and no element of one. */
  kindOf(identifier: string, before?: number): Term['kind'] | undefined;
  /** All values of a parameter that lists them. */
  choicesOf(identifier: string): readonly Value[] | undefined;
}

export function createNames(definitions: readonly ParameterDefinition[]): Names {
  const indices = new Map(definitions.map(({ name }, i) => [name, i]));
  const kinds = new Map<ParameterDefinition, Term['kind']>();
  const find = (name: string | undefined, before: number) => {
    const index = name === undefined ? undefined : indices.get(name);
    return index !== undefined && index < before ? index : undefined;
  };
  const indexOf = (identifier: string, before = Infinity) =>
    find(identifier, before) ?? find(elementOf(identifier)?.list, before);
  return {
    indexOf,
    kindOf(identifier, before) {
      const index = indexOf(identifier, before);
      if (index === undefined) return undefined;
      const definition = definitions[index]!;
      if (definition.name !== identifier) return kindOfElement(definition, elementOf(identifier)!.at);
      const kind = kinds.get(definition) ?? kindOfDomain(definition);
      kinds.set(definition, kind);
      return kind;
    },
    choicesOf(identifier) {
      const index = indices.get(identifier);
      const definition = index === undefined ? undefined : definitions[index];
      const isListed = definition?.type === 'categorical' || definition?.type === 'ordinal';
      return isListed ? definition.choices : undefined;
    },
  };
}

/** `list.3` as a list and a place; undefined where an identifier does not end in a number. */
function elementOf(identifier: string): { list: string; at: number } | undefined {
  const dot = identifier.lastIndexOf('.');
  const digits = identifier.slice(dot + 1);
  return dot > 0 && /^\d+$/.test(digits) ? { list: identifier.slice(0, dot), at: Number(digits) } : undefined;
}

function kindOfElement(parameter: ParameterDefinition, at: number): Term['kind'] | undefined {
  if (parameter.type === 'array') return at < parameter.length ? kindOfDomain(parameter.element) : undefined;
  const items = parameter.type === 'permutation' || parameter.type === 'schedule' ? parameter.items : [];
  return at < items.length ? 'any' : undefined;
}

function kindOfDomain(definition: DomainDefinition): Term['kind'] {
  if (definition.type === 'boolean') return 'boolean';
  if (definition.type === 'integer' || definition.type === 'float' || definition.type === 'power-of-two')
    return 'number';
  if (definition.type !== 'categorical' && definition.type !== 'ordinal') return 'any';
  const kinds = new Set(definition.choices.map((choice) => typeof choice as Term['kind']));
  return kinds.size === 1 ? [...kinds][0]! : 'any';
}

/** Compiles domains and conditions; a condition may read the parameters declared before its own. */
export function compileParameters(definitions: readonly ParameterDefinition[], names: Names): CompiledParameter[] {
  return definitions.map((definition, index) => {
    const label = `"when" of "${definition.name}"`;
    const kindOf = (identifier: string) => {
      const kind = names.kindOf(identifier, index);
      const late = kind === undefined ? names.indexOf(identifier) : undefined;
      if (late !== undefined && late >= index) {
        const { name } = definitions[late]!;
        throw new SpaceError('SPACE_EXPRESSION', `${label} reads "${name}", which is not declared before it`, {
          remedy: `declare "${name}" above "${definition.name}"`,
        });
      }
      return kind;
    };
    const known = {
      *[Symbol.iterator]() {
        for (const { name } of definitions.slice(0, index)) yield name;
      },
    };
    return {
      name: definition.name,
      index,
      domain: createDomain(definition),
      when:
        definition.when === undefined
          ? undefined
          : compileExpression(definition.when, label, kindOf, known, names.choicesOf),
    };
  });
}

/** Reads identifiers from a draft; parameters that are inactive or not yet set are unknown. */
export function lookupIn(draft: Configuration): Lookup {
  return (identifier) => {
    const value = ownValue(draft, identifier);
    if (value !== undefined) return value;
    const element = elementOf(identifier);
    const list = element === undefined ? undefined : ownValue(draft, element.list);
    return Array.isArray(list) ? (list as readonly Value[])[element!.at] : undefined;
  };
}

/**
 * Walks the parameters in the order of declaration, drops those whose condition does not hold, and takes every other
 * value from `value`, so that the result is canonical.
 */
export function settle(
  parameters: readonly CompiledParameter[],
  value: (parameter: CompiledParameter) => Value,
): Configuration {
  const draft: Draft = {};
  const lookup = lookupIn(draft);
  for (const parameter of parameters) {
    if (parameter.when !== undefined && !parameter.when.holds(lookup)) continue;
    setOwn(draft, parameter.name, value(parameter));
  }
  return draft;
}

/**
 * Gives the one spelling of a configuration: inactive parameters dropped, keys in the order of declaration, values normalized.
 *
 * @throws SpaceError SPACE_UNKNOWN_PARAMETER, SPACE_VALUE_MISSING or SPACE_VALUE_OUTSIDE.
 */
export function canonicalOf(parameters: readonly CompiledParameter[]): (configuration: Configuration) => Configuration {
  const names = new Set(parameters.map(({ name }) => name));
  return (configuration) => {
    const unknown = Object.keys(configuration).find((name) => !names.has(name));
    if (unknown !== undefined) {
      throw new SpaceError(
        'SPACE_UNKNOWN_PARAMETER',
        `no parameter is named "${unknown}".${didYouMean(unknown, names)}`,
        { remedy: `the space has ${[...names].join(', ')}` },
      );
    }
    return settle(parameters, (parameter) => normalize(parameter, ownValue(configuration, parameter.name)));
  };
}

/**
 * Tells at a glance that a configuration is canonical already, as most are; false where that would take a longer look. Lists
 * have new copies, and what a condition reads is not looked at.
 */
export function canonicalTest(parameters: readonly CompiledParameter[]): (configuration: Configuration) => boolean {
  if (parameters.some(({ when }) => when !== undefined)) return () => false;
  return (configuration) => {
    const names = Object.keys(configuration);
    if (names.length !== parameters.length) return false;
    for (let i = 0; i < names.length; i++) {
      const { name, domain } = parameters[i] as CompiledParameter;
      if (names[i] !== name) return false;
      const value = configuration[name];
      if (value === undefined || !Object.is(domain.normalize(value), value)) return false;
    }
    return true;
  };
}

function normalize({ name, domain }: CompiledParameter, given: Value | undefined): Value {
  if (given === undefined) {
    throw new SpaceError('SPACE_VALUE_MISSING', `"${name}" has no value`, { remedy: `give it ${domain.description}` });
  }
  const value = domain.normalize(given);
  if (value === undefined) {
    throw new SpaceError('SPACE_VALUE_OUTSIDE', `"${name}" cannot be ${JSON.stringify(given)}`, {
      remedy: `give it ${domain.description}`,
    });
  }
  return value;
}
