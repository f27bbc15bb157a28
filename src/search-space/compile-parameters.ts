import type { Value } from '../core/space.js';
import { SpaceError } from '../errors.js';
import { createDomain } from './create-domain.js';
import type { DomainDefinition, ParameterDefinition } from './definition.js';
import type { Domain } from './domains/domain.js';
import { compileExpression, type Expression } from './expression.js';
import type { Lookup, Term } from './terms.js';

export interface CompiledParameter {
  readonly name: string;
  readonly domain: Domain;
  readonly when: Expression | undefined;
}

/** A configuration in the making. */
export type Draft = { [parameter: string]: Value };

/** Compiles domains and conditions; a condition may read the parameters declared before its own. */
export function compileParameters(definitions: readonly ParameterDefinition[]): CompiledParameter[] {
  return definitions.map((definition, i) => {
    const earlier = definitions.slice(0, i);
    const later = definitions.slice(i);
    const label = `"when" of "${definition.name}"`;
    const kindOf = (identifier: string) => {
      const late = later.find((other) => other.name === parameterOf(identifier, later)?.name);
      if (late !== undefined && kindOfIdentifier(identifier, earlier) === undefined) {
        throw new SpaceError('SPACE_EXPRESSION', `${label} reads "${late.name}", which is not declared before it`, {
          remedy: `declare "${late.name}" above "${definition.name}"`,
        });
      }
      return kindOfIdentifier(identifier, earlier);
    };
    const known = earlier.map(({ name }) => name);
    return {
      name: definition.name,
      domain: createDomain(definition),
      when: definition.when === undefined ? undefined : compileExpression(definition.when, label, kindOf, known),
    };
  });
}

/** The parameter that an identifier reads: by its name, or an element of its list as `name.0`. */
export function parameterOf<P extends { readonly name: string }>(
  identifier: string,
  parameters: readonly P[],
): P | undefined {
  const named = parameters.find(({ name }) => name === identifier);
  if (named !== undefined) return named;
  const [, list] = /^(.*)\.\d+$/.exec(identifier) ?? [];
  return parameters.find(({ name }) => name === list);
}

/** What kind of values an identifier has; undefined when it names no parameter and no element of one. */
export function kindOfIdentifier(
  identifier: string,
  parameters: readonly ParameterDefinition[],
): Term['kind'] | undefined {
  const parameter = parameterOf(identifier, parameters);
  if (parameter === undefined) return undefined;
  if (parameter.name === identifier) return kindOfDomain(parameter);
  const at = Number(identifier.slice(parameter.name.length + 1));
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

/** Reads identifiers from a draft; parameters that are inactive or not yet set are unknown. */
export function lookupIn(draft: { readonly [parameter: string]: Value }): Lookup {
  return (identifier) => {
    if (Object.hasOwn(draft, identifier)) return draft[identifier];
    const [, list, at] = /^(.*)\.(\d+)$/.exec(identifier) ?? [];
    const value = list !== undefined && Object.hasOwn(draft, list) ? draft[list] : undefined;
    return Array.isArray(value) ? (value as readonly Value[])[Number(at)] : undefined;
  };
}
