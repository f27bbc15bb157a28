import type { SearchSpace } from '../core/space.js';
import { type CompileSpaceOptions, compileSpace } from './compile-space.js';
import type { ElementDefinition, ParameterDefinition, Scalar, SpaceDefinition } from './definition.js';

type Of<Type extends ParameterDefinition['type']> = Extract<ParameterDefinition, { type: Type }>;
/** The keys of a type's definition that a call does not take as arguments. */
type Options<Type extends ParameterDefinition['type'], Taken extends string = never> = Partial<
  Omit<Of<Type>, 'name' | 'type' | Taken>
>;
type Range = 'min' | 'max';

/** A space written in code; every call returns a new builder. `definition` is what a file would hold. */
export interface SpaceBuilder {
  readonly definition: SpaceDefinition;
  integer(name: string, min: number, max: number, options?: Options<'integer', Range>): SpaceBuilder;
  float(name: string, min: number, max: number, options?: Options<'float', Range>): SpaceBuilder;
  powerOfTwo(name: string, min: number, max: number, options?: Options<'power-of-two', Range>): SpaceBuilder;
  boolean(name: string, options?: Options<'boolean'>): SpaceBuilder;
  categorical(name: string, choices: readonly Scalar[], options?: Options<'categorical', 'choices'>): SpaceBuilder;
  ordinal(name: string, choices: readonly Scalar[], options?: Options<'ordinal', 'choices'>): SpaceBuilder;
  permutation(name: string, items: readonly Scalar[], options?: Options<'permutation', 'items'>): SpaceBuilder;
  schedule(name: string, items: readonly Scalar[], options?: Options<'schedule', 'items'>): SpaceBuilder;
  selector(
    name: string,
    choices: readonly Scalar[],
    max: number,
    cutoffs: number,
    options?: Options<'selector', 'choices' | 'max' | 'cutoffs'>,
  ): SpaceBuilder;
  array(
    name: string,
    element: ElementDefinition,
    length: number,
    options?: Options<'array', 'element' | 'length'>,
  ): SpaceBuilder;
  /** An expression that every configuration has to meet. */
  constraint(expression: string): SpaceBuilder;
  compile(options?: CompileSpaceOptions): SearchSpace;
}

export function space(name: string): SpaceBuilder {
  return build({ name, parameters: [] });
}

function build(definition: SpaceDefinition): SpaceBuilder {
  const add = (parameter: ParameterDefinition) =>
    build({ ...definition, parameters: [...definition.parameters, parameter] });
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
