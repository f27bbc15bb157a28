import type { Configuration, SearchSpace, Value } from '../core/space.js';
import { type CompileSpaceOptions, compileSpace } from './compile-space.js';
import type { ElementDefinition, ParameterDefinition, Scalar, SpaceDefinition } from './definition.js';

type Of<Type extends ParameterDefinition['type']> = Extract<ParameterDefinition, { type: Type }>;
/** The keys of a type's definition that a call does not take as arguments. */
type Options<Type extends ParameterDefinition['type'], Taken extends string = never> = Partial<
  Omit<Of<Type>, 'name' | 'type' | Taken>
>;
type Range = 'min' | 'max';

/** A configuration with one parameter more, which may be absent where a condition (`when`) decides on it. */
type With<Known, Name extends string, Type, Given> = Simplified<
  Known & (Given extends { readonly when: string } ? { readonly [N in Name]?: Type } : { readonly [N in Name]: Type })
>;
type Simplified<T> = { [Key in keyof T]: T[Key] };
type ElementValue<Element extends ElementDefinition> = Element extends { readonly choices: readonly (infer Choice)[] }
  ? Choice
  : Element extends { readonly type: 'boolean' }
    ? boolean
    : number;

/**
 * A space written in code; every call returns a new builder. `Known` is what its configurations look like: numbers,
 * unions of choices, and optional what a condition may switch off. `definition` is what a file would hold.
 */
// biome-ignore lint/complexity/noBannedTypes: a space without parameters has configurations without keys.
export interface SpaceBuilder<Known = {}> {
  readonly definition: SpaceDefinition;
  integer<const Name extends string, const Given extends Options<'integer', Range>>(
    name: Name,
    min: number,
    max: number,
    options?: Given,
  ): SpaceBuilder<With<Known, Name, number, Given>>;
  float<const Name extends string, const Given extends Options<'float', Range>>(
    name: Name,
    min: number,
    max: number,
    options?: Given,
  ): SpaceBuilder<With<Known, Name, number, Given>>;
  powerOfTwo<const Name extends string, const Given extends Options<'power-of-two', Range>>(
    name: Name,
    min: number,
    max: number,
    options?: Given,
  ): SpaceBuilder<With<Known, Name, number, Given>>;
  boolean<const Name extends string, const Given extends Options<'boolean'>>(
    name: Name,
    options?: Given,
  ): SpaceBuilder<With<Known, Name, boolean, Given>>;
  categorical<
    const Name extends string,
    const Choice extends Scalar,
    const Given extends Options<'categorical', 'choices'>,
  >(name: Name, choices: readonly Choice[], options?: Given): SpaceBuilder<With<Known, Name, Choice, Given>>;
  ordinal<const Name extends string, const Choice extends Scalar, const Given extends Options<'ordinal', 'choices'>>(
    name: Name,
    choices: readonly Choice[],
    options?: Given,
  ): SpaceBuilder<With<Known, Name, Choice, Given>>;
  permutation<
    const Name extends string,
    const Item extends Scalar,
    const Given extends Options<'permutation', 'items'>,
  >(name: Name, items: readonly Item[], options?: Given): SpaceBuilder<With<Known, Name, readonly Item[], Given>>;
  schedule<const Name extends string, const Item extends Scalar, const Given extends Options<'schedule', 'items'>>(
    name: Name,
    items: readonly Item[],
    options?: Given,
  ): SpaceBuilder<With<Known, Name, readonly Item[], Given>>;
  selector<const Name extends string, const Given extends Options<'selector', 'choices' | 'max' | 'cutoffs'>>(
    name: Name,
    choices: readonly Scalar[],
    max: number,
    cutoffs: number,
    options?: Given,
  ): SpaceBuilder<With<Known, Name, { readonly [key: string]: Value }, Given>>;
  array<
    const Name extends string,
    const Element extends ElementDefinition,
    const Given extends Options<'array', 'element' | 'length'>,
  >(
    name: Name,
    element: Element,
    length: number,
    options?: Given,
  ): SpaceBuilder<With<Known, Name, readonly ElementValue<Element>[], Given>>;
  /** An expression that every configuration has to meet. */
  constraint(expression: string): SpaceBuilder<Known>;
  compile(options?: CompileSpaceOptions): SearchSpace;
}

/** What the configurations of a space look like: those of a builder as it declared them, else any. */
export type ConfigurationOf<Space> = Space extends SpaceBuilder<infer Known> ? Known : Configuration;

export function space(name: string): SpaceBuilder {
  return build({ name, parameters: [] });
}

function build<Known>(definition: SpaceDefinition): SpaceBuilder<Known> {
  // The types of the interface say what each call adds; here every parameter is added in the same way.
  const add = (parameter: unknown): SpaceBuilder<never> =>
    build({ ...definition, parameters: [...definition.parameters, parameter as ParameterDefinition] });
  return {
    definition,
    integer: (name, min, max, options) => add({ ...options, name, type: 'integer', min, max }),
    float: (name, min, max, options) => add({ ...options, name, type: 'float', min, max }),
    powerOfTwo: (name, min, max, options) => add({ ...options, name, type: 'power-of-two', min, max }),
    boolean: (name, options) => add({ ...options, name, type: 'boolean' }),
    categorical: (name, choices, options) => add({ ...options, name, type: 'categorical', choices: [...choices] }),
    ordinal: (name, choices, options) => add({ ...options, name, type: 'ordinal', choices: [...choices] }),
    permutation: (name, items, options) => add({ ...options, name, type: 'permutation', items: [...items] }),
    schedule: (name, items, options) => add({ ...options, name, type: 'schedule', items: [...items] }),
    selector: (name, choices, max, cutoffs, options) =>
      add({ ...options, name, type: 'selector', choices: [...choices], max, cutoffs }),
    array: (name, element, length, options) => add({ ...options, name, type: 'array', element, length }),
    constraint: (expression) => build({ ...definition, constraints: [...(definition.constraints ?? []), expression] }),
    compile: (options) => compileSpace(definition, options),
  };
}
