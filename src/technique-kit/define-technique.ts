import type { Json } from '../base/json.js';
import type { OptionSpec, OptionSpecs, OptionValue, Technique, TechniqueDefinition } from '../core/technique.js';
import { UsageError } from '../errors.js';

/** The literal type of a default widens to the type a user may give. */
type Widened<Value> = Value extends number ? number : Value extends boolean ? boolean : string;
type OptionValues<Specs extends OptionSpecs> = { readonly [Option in keyof Specs]: Widened<Specs[Option]['default']> };

/** What is given in code: any of the options; the parts of a technique of techniques as techniques. */
export type TechniqueOptions<Specs extends OptionSpecs, Parts> = {
  readonly [Option in keyof Specs]?: Option extends Parts ? readonly Technique[] : Widened<Specs[Option]['default']>;
};

/** A technique file's default export: called with options, as in `tpe({ startup: 5 })`, it gives the technique. */
export interface DefinedTechnique<Specs extends OptionSpecs, Parts> extends TechniqueDefinition {
  (options?: TechniqueOptions<Specs, Parts>): Technique;
}

/**
 * Types a technique file and erases the type of its state and options, so that techniques of any state share a list.
 *
 * @throws UsageError when `parts` does not name a string option.
 */
export function defineTechnique<
  const Specs extends OptionSpecs,
  State extends Json,
  const Parts extends (keyof Specs & string) | undefined = undefined,
>(definition: {
  readonly name: string;
  readonly description: string;
  readonly options: Specs;
  readonly parts?: Parts;
  readonly modelBased?: boolean;
  create(options: OptionValues<Specs>, parts: readonly Technique[]): Omit<Technique<State>, 'name'>;
}): DefinedTechnique<Specs, Parts> {
  const { name, parts } = definition;
  if (parts !== undefined && definition.options[parts]?.type !== 'string') {
    throw new UsageError(`technique ${name}: "parts" must name an option of type string`, {
      remedy: 'give the option that lists the parts',
    });
  }
  const defined: TechniqueDefinition = {
    ...(definition as typeof definition & { readonly parts?: string }),
    create: (options, arms) => ({
      ...(definition.create(options as OptionValues<Specs>, arms) as unknown as Technique),
      name,
      spec: specOf(definition, options),
    }),
  };
  const call = (given: { readonly [option: string]: unknown } = {}) => build(defined, given);
  // `name` of a function can be defined but not assigned.
  const properties = Object.entries(defined).map(([key, value]) => [key, { value, enumerable: true }] as const);
  return Object.defineProperties(call, Object.fromEntries(properties)) as unknown as DefinedTechnique<Specs, Parts>;
}

/**
 * Whether a technique has the option, and may have it so.
 *
 * @throws UsageError that names the option and what it may be.
 */
export function checkOption(technique: TechniqueDefinition, option: string, value: unknown): OptionValue {
  const label = `technique ${technique.name}: ${option}`;
  const spec = Object.hasOwn(technique.options, option) ? technique.options[option] : undefined;
  if (spec === undefined) {
    throw new UsageError(`technique ${technique.name} has no option "${option}"`, {
      remedy: `it has: ${Object.keys(technique.options).join(', ') || 'none'}`,
    });
  }
  const remedy = `${option}: ${spec.description} (${spec.default})`;
  if (!isOf(spec.type, value)) {
    throw new UsageError(`${label}="${String(value)}" is not of type ${spec.type}`, { remedy });
  }
  if (spec.choices !== undefined && !spec.choices.includes(value)) {
    throw new UsageError(`${label} cannot be "${value}"`, { remedy: `choose of: ${spec.choices.join(', ')}` });
  }
  if (typeof value === 'number' && (value < (spec.min ?? -Infinity) || value > (spec.max ?? Infinity))) {
    throw new UsageError(`${label}=${value} is outside ${spec.min ?? '-∞'} to ${spec.max ?? '∞'}`, { remedy });
  }
  return value;
}

/** The parts of a technique of techniques go by what tells them apart: their names with their options. */
const asPart = (technique: Technique): Technique => ({
  ...technique,
  name: (technique.spec ?? technique.name).replace(/^([^:(]+):(.*)$/, '$1($2)'),
});

function build(definition: TechniqueDefinition, given: { readonly [option: string]: unknown }): Technique {
  const { parts, options: specs } = definition;
  const values = new Map(Object.entries(specs).map(([option, spec]) => [option, spec.default]));
  let members: readonly Technique[] = [];
  for (const [option, value] of Object.entries(given)) {
    if (value === undefined) continue;
    if (option !== parts) {
      values.set(option, checkOption(definition, option, value));
      continue;
    }
    members = (value as readonly Technique[]).map(asPart);
    values.set(option, members.map(({ name }) => name).join('+'));
  }
  if (parts !== undefined && members.length === 0) {
    throw new UsageError(`technique ${definition.name} needs its ${parts}`, {
      remedy: `give a list of techniques: { ${parts}: [random(), …] }`,
    });
  }
  if (new Set(members.map(({ name }) => name)).size !== members.length) {
    throw new UsageError(`technique ${definition.name}: a part is given twice`, { remedy: 'give each once' });
  }
  return definition.create(Object.fromEntries(values), members);
}

function specOf(
  { name, options }: Pick<TechniqueDefinition, 'name' | 'options'>,
  values: { readonly [option: string]: OptionValue },
): string {
  const changed = Object.entries(options).filter(([option, spec]) => values[option] !== spec.default);
  const list = changed.map(([option]) => `${option}=${values[option]}`);
  return list.length === 0 ? name : `${name}:${list.join(',')}`;
}

function isOf(type: OptionSpec['type'], value: unknown): value is OptionValue {
  if (type === 'integer') return Number.isInteger(value);
  return type === 'float' ? typeof value === 'number' && Number.isFinite(value) : typeof value === type;
}
