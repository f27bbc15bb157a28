import type { Json } from '../base/json.js';
import { UsageError } from '../errors.js';
import type { Technique } from './technique.js';

export type OptionValue = number | string | boolean;

/** One setting of a technique, as `supersam techniques` lists it and `--technique NAME:option=value` sets it. */
export interface OptionSpec<Value extends OptionValue = OptionValue> {
  readonly type: 'integer' | 'float' | 'boolean' | 'string';
  readonly default: Value;
  readonly min?: number;
  readonly max?: number;
  readonly choices?: readonly Value[];
  readonly description: string;
}

export type OptionSpecs = { readonly [option: string]: OptionSpec };

/** The literal type of a default widens to the type a user may give. */
type Widened<Value> = Value extends number ? number : Value extends boolean ? boolean : string;
export type OptionValues<Specs extends OptionSpecs> = {
  readonly [Option in keyof Specs]: Widened<Specs[Option]['default']>;
};

/** What a technique file default-exports. */
export interface TechniqueDefinition {
  readonly name: string;
  /** One line, with the paper it comes from. */
  readonly description: string;
  readonly options: OptionSpecs;
  /** For a technique of techniques: the string option that lists its parts, joined by "+". */
  readonly parts?: string;
  /** Fits a model to the trials when asked, so that a proposal takes milliseconds; tests then run shorter studies. */
  readonly modelBased?: boolean;
  create(options: { readonly [option: string]: OptionValue }, parts: readonly Technique[]): Technique;
}

/**
 * Types a technique file and erases the type of its state and options, so that techniques of any state share a list.
 *
 * @throws UsageError when `parts` does not name a string option.
 */
export function defineTechnique<const Specs extends OptionSpecs, State extends Json>(definition: {
  readonly name: string;
  readonly description: string;
  readonly options: Specs;
  readonly parts?: keyof Specs & string;
  readonly modelBased?: boolean;
  create(options: OptionValues<Specs>, parts: readonly Technique[]): Omit<Technique<State>, 'name'>;
}): TechniqueDefinition {
  const { name, parts } = definition;
  if (parts !== undefined && definition.options[parts]?.type !== 'string') {
    throw new UsageError(`technique ${name}: "parts" must name an option of type string`);
  }
  return {
    ...definition,
    create: (options, arms) => ({
      ...(definition.create(options as OptionValues<Specs>, arms) as unknown as Technique),
      name,
    }),
  };
}
