import { didYouMean } from '../base/did-you-mean.js';
import type { OptionSpec, OptionValue, Technique, TechniqueDefinition } from '../core/technique.js';
import { type PluginError, UsageError } from '../errors.js';
import { checkOption } from '../technique-kit/define-technique.js';

/**
 * What `--technique default`, or none, stands for: models have the first trials, which are worth most when chosen with
 * care, then compete with mutation of the best. Chosen by measurement: docs/benchmarks/default-technique.md.
 */
export const DEFAULT_TECHNIQUE = 'bandit:arms=hedged+greedy-mutation,lead=50';

/** Techniques by name, and why files were passed over, by the file's name. */
export interface TechniqueRegistry extends ReadonlyMap<string, TechniqueDefinition> {
  readonly faults?: ReadonlyMap<string, PluginError>;
}

/**
 * Builds a technique from its text: `name`, `name:option=value,option=value`, and for the parts of a composite
 * `bandit:arms=random+greedy-mutation(kind=normal,rate=0.3)`.
 *
 * @throws UsageError for an unknown technique, option or value, with the closest or all legal ones; PluginError for one
 *   whose file could not be loaded.
 */
export function createTechnique(spec: string, registry: TechniqueRegistry): Technique {
  const { name, given } = parse(spec);
  const definition = registry.get(name);
  if (definition === undefined) throw registry.faults?.get(name) ?? unknownTechnique(name, registry);
  const values = new Map(Object.entries(definition.options).map(([option, { default: value }]) => [option, value]));
  for (const [option, text] of given) {
    const type = Object.hasOwn(definition.options, option) ? definition.options[option]?.type : undefined;
    values.set(option, checkOption(definition, option, type === undefined ? text : fromText(text, type)));
  }
  const options = Object.fromEntries(values);
  const arms = definition.parts === undefined ? [] : splitOutside(String(options[definition.parts]), '+');
  if (new Set(arms).size !== arms.length)
    throw new UsageError(`technique ${name}: a part is named twice`, { remedy: 'name each once' });
  return definition.create(
    options,
    arms.map((arm) => ({ ...createTechnique(arm, registry), name: arm })),
  );
}

/**
 * Splits a list of techniques: commas separate them, except inside brackets and before an `option=value`, which belongs
 * to the technique before it: `random,greedy-mutation:kind=normal,rate=0.3,bandit:arms=random+tpe` is three.
 */
export function splitTechniqueList(text: string): string[] {
  const specs: string[] = [];
  for (const piece of splitOutside(text, ',')) {
    if (/^[\w-]+=/.test(piece) && specs.length > 0) specs[specs.length - 1] += `,${piece}`;
    else specs.push(piece);
  }
  return [...new Set(specs)];
}

const HOW = 'write NAME:option=value,…';

function unknownTechnique(name: string, registry: TechniqueRegistry): UsageError {
  const faults = [...(registry.faults?.values() ?? [])].map(({ message }) => `; ${message}`);
  return new UsageError(`unknown technique "${name}".${didYouMean(name, registry.keys())}`, {
    remedy: `there are: ${[...registry.keys()].join(', ')}${faults.join('')}`,
  });
}

function parse(spec: string): { name: string; given: Map<string, string> } {
  const bracketed = /^([^:(]+)\((.*)\)$/.exec(spec);
  const plain = /^([^:(]+)(?::(.*))?$/.exec(spec);
  const match = bracketed ?? plain;
  if (match === null) throw new UsageError(`cannot read technique "${spec}"`, { remedy: HOW });
  const given = new Map<string, string>();
  for (const part of splitOutside(match[2] ?? '', ',')) {
    const equals = part.indexOf('=');
    if (equals < 1) throw new UsageError(`technique option "${part}" is not option=value`, { remedy: HOW });
    given.set(part.slice(0, equals).trim(), part.slice(equals + 1).trim());
  }
  return { name: (match[1] as string).trim(), given };
}

/** Splits at `separator` where no bracket is open; no empty pieces. */
function splitOutside(text: string, separator: string): string[] {
  const pieces = [''];
  let depth = 0;
  for (const character of text) {
    if (character === '(') depth++;
    if (character === ')') depth--;
    if (character === separator && depth === 0) pieces.push('');
    else pieces[pieces.length - 1] += character;
  }
  return pieces.map((piece) => piece.trim()).filter((piece) => piece !== '');
}

/** A text that is none of the type stays one, for the check to refuse. */
function fromText(text: string, type: OptionSpec['type']): OptionValue {
  if (type === 'boolean') return text === 'true' ? true : text === 'false' ? false : text;
  const value = text === '' || type === 'string' ? Number.NaN : Number(text);
  return Number.isNaN(value) ? text : value;
}
