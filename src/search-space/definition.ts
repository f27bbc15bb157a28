import { z } from 'zod';
import { ownValue } from '../base/json.js';
import { sha256 } from '../base/sha256.js';

/** Items of an order and elements of a list at most: what is quadratic in them stays quick. */
const MOST_ITEMS = 4096;

const CHOICE = 'a choice is a number, a text, true or false';
const scalar = z.union([z.number(), z.string(), z.boolean()], {
  error: ({ input }) => {
    if (input === undefined) return undefined;
    const shown = JSON.stringify(input);
    const short = shown.length > 60 ? `${shown.slice(0, 60)}…` : shown;
    return `${CHOICE}, not ${short}; write a text that stands for it, such as ${JSON.stringify(
      Array.isArray(input) ? input.join('x') : 'none',
    )}`;
  },
});
const name = z
  .string()
  .regex(/^[A-Za-z_]\w*(\.\w+)*$/, 'must be letters, digits, "_" and dots, starting with a letter')
  .describe('Name; dots may group names: stage1.block0.mlp');
const weights = z
  .array(z.number().min(0))
  .describe('Prior probability of each value, in any scale; used by sampling alone');
const choices = z.array(scalar).min(1).describe('The values, all different');
const text = z.string().min(1);

const domains = {
  integer: {
    type: z.literal('integer'),
    min: z.int(),
    max: z.int(),
    step: z.int().positive().optional().describe('Distance of the values from min on (1)'),
    scale: z.enum(['linear', 'log', 'log2']).optional().describe('Axis on which draws are uniform and steps are taken'),
    weights: weights.optional(),
  },
  float: {
    type: z.literal('float'),
    min: z.number(),
    max: z.number(),
    step: z.number().positive().optional().describe('Distance of the values from min on (continuous without it)'),
    scale: z.enum(['linear', 'log', 'log2']).optional().describe('Axis on which draws are uniform and steps are taken'),
  },
  'power-of-two': {
    type: z.literal('power-of-two'),
    min: z.int().positive(),
    max: z.int().positive(),
    weights: weights.optional(),
  },
  boolean: {
    type: z.literal('boolean'),
    weights: weights.optional().describe('Prior probabilities of false and true'),
  },
  categorical: { type: z.literal('categorical'), choices, weights: weights.optional() },
  ordinal: { type: z.literal('ordinal'), choices, weights: weights.optional() },
  permutation: {
    type: z.literal('permutation'),
    items: z.array(scalar).min(1).max(MOST_ITEMS).describe('Every value is an order of these'),
  },
  schedule: {
    type: z.literal('schedule'),
    items: z.array(scalar).min(1).max(MOST_ITEMS).describe('Every value is an order of these that keeps `after`'),
    after: z.record(z.string(), z.array(scalar)).optional().describe('Item: the items that must come before it'),
  },
  selector: {
    type: z.literal('selector'),
    choices: z.array(scalar).min(1).describe('What is chosen for one interval of a size from 0 to max'),
    max: z.int().positive(),
    cutoffs: z.int().min(0).max(32).describe('The most cutoffs between intervals'),
  },
};

const element = z.discriminatedUnion('type', [
  z.strictObject(domains.integer),
  z.strictObject(domains.float),
  z.strictObject(domains['power-of-two']),
  z.strictObject(domains.boolean),
  z.strictObject(domains.categorical),
  z.strictObject(domains.ordinal),
]);

const common = {
  name,
  description: text.optional(),
  when: text.optional().describe('Expression over parameters before this one; inactive unless it holds'),
};

const parameterSchema = z.discriminatedUnion('type', [
  z.strictObject({ ...common, ...domains.integer }),
  z.strictObject({ ...common, ...domains.float }),
  z.strictObject({ ...common, ...domains['power-of-two'] }),
  z.strictObject({ ...common, ...domains.boolean }),
  z.strictObject({ ...common, ...domains.categorical }),
  z.strictObject({ ...common, ...domains.ordinal }),
  z.strictObject({ ...common, ...domains.permutation }),
  z.strictObject({ ...common, ...domains.schedule }),
  z.strictObject({ ...common, ...domains.selector }),
  z.strictObject({
    ...common,
    type: z.literal('array'),
    length: z.int().positive().max(MOST_ITEMS),
    element: element.describe('What every element is'),
  }),
]);

/** The file format of a search space, as `search-spaces/*.json` and the builder write it. */
export const definitionSchema = z
  .strictObject({
    $schema: z.string().optional(),
    name: text,
    description: text.optional(),
    parameters: z.array(parameterSchema).min(1),
    constraints: z.array(text).optional().describe('Expressions over parameters and metrics known before measuring'),
  })
  .meta({ title: 'supersam search space' });

/** The format as a JSON Schema, for editors. */
export const spaceSchema = () => z.toJSONSchema(definitionSchema, { io: 'input' });

type Fixed<Value> = { readonly [Key in keyof Value]: Fixed<Value[Key]> };
export type SpaceDefinition = Fixed<z.infer<typeof definitionSchema>>;
export type ParameterDefinition = SpaceDefinition['parameters'][number];
export type ElementDefinition = Fixed<z.infer<typeof element>>;
/** What describes a domain, whether of a parameter or of an array's elements. */
export type DomainDefinition = ParameterDefinition | ElementDefinition;
export type Scalar = z.infer<typeof scalar>;

/** A mistake and where it is, as keys and indices from the root. */
export interface Issue {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

const LARGEST_WEIGHTED = 65_536;

/** The columns of a study's table of trials beside its parameters and objectives. */
const RESERVED: readonly string[] = ['number', 'technique', 'state'];
/** In an expression they are no parameter. */
const CONSTANTS: readonly string[] = ['true', 'false'];

/**
 * What the schema cannot say: ranges the right way round, different choices, as many weights as values, no cycles, names
 * that a table of trials can tell apart.
 */
export function checkDefinition(definition: SpaceDefinition): Issue[] {
  const issues: Issue[] = [];
  const seen = new Set<string>();
  for (const [i, parameter] of definition.parameters.entries()) {
    if (seen.has(parameter.name)) {
      issues.push({ path: ['parameters', i, 'name'], message: `"${parameter.name}" is declared twice` });
    }
    seen.add(parameter.name);
    if (RESERVED.includes(parameter.name)) {
      issues.push({
        path: ['parameters', i, 'name'],
        message: `"${parameter.name}" is a column of every table of trials; rename it, for example "${parameter.name}1"`,
      });
    }
    if (CONSTANTS.includes(parameter.name)) {
      issues.push({
        path: ['parameters', i, 'name'],
        message: `"${parameter.name}" stands for itself in expressions; rename it, for example "${parameter.name}1"`,
      });
    }
    const label = `"${parameter.name}": `;
    for (const { path, message } of checkDomain(parameter)) {
      issues.push({ path: ['parameters', i, ...path], message: label + message });
    }
  }
  return issues;
}

function checkDomain(domain: DomainDefinition): Issue[] {
  switch (domain.type) {
    case 'integer':
    case 'float':
      return [
        ...checkRange(domain),
        ...checkWeights(domain, () => Math.floor((domain.max - domain.min) / (domain.step ?? 1)) + 1),
      ];
    case 'power-of-two':
      return [
        ...checkRange(domain),
        ...(['min', 'max'] as const)
          .filter((key) => !Number.isInteger(Math.log2(domain[key])))
          .map((key) => ({ path: [key], message: `${domain[key]} is not a power of two` })),
        ...checkWeights(domain, () => Math.log2(domain.max / domain.min) + 1),
      ];
    case 'boolean':
      return checkWeights(domain, () => 2);
    case 'categorical':
    case 'ordinal':
      return [...checkDistinct(domain.choices, 'choices'), ...checkWeights(domain, () => domain.choices.length)];
    case 'selector':
      return [
        ...checkDistinct(domain.choices, 'choices'),
        ...(domain.cutoffs > domain.max
          ? [{ path: ['cutoffs'], message: `there are only ${domain.max} places for cutoffs` }]
          : []),
      ];
    case 'permutation':
      return checkDistinct(domain.items, 'items');
    case 'schedule':
      return [...checkDistinct(domain.items, 'items'), ...checkOrder(domain.items, domain.after ?? {})];
    case 'array':
      return checkDomain(domain.element).map(({ path, message }) => ({ path: ['element', ...path], message }));
  }
}

function checkRange(range: {
  min: number;
  max: number;
  step?: number | undefined;
  scale?: string | undefined;
}): Issue[] {
  if (range.max < range.min) return [{ path: ['max'], message: `max ${range.max} is below min ${range.min}` }];
  if (range.scale !== undefined && range.scale !== 'linear' && range.min <= 0) {
    return [{ path: ['min'], message: `a ${range.scale} scale needs min above 0, not ${range.min}` }];
  }
  if (range.step !== undefined && range.max > range.min && range.step > range.max - range.min) {
    return [{ path: ['step'], message: `a step of ${range.step} leads from ${range.min} beyond ${range.max} at once` }];
  }
  return [];
}

function checkWeights(domain: { weights?: number[] | undefined } | object, count: () => number): Issue[] {
  if (!('weights' in domain) || domain.weights === undefined) return [];
  const values = count();
  const { weights } = domain as { weights: number[] };
  if (values > LARGEST_WEIGHTED) return [{ path: ['weights'], message: `${values} values are too many for weights` }];
  if (weights.length !== values) {
    return [{ path: ['weights'], message: `${weights.length} weights for ${values} values` }];
  }
  if (weights.every((weight) => weight === 0)) return [{ path: ['weights'], message: 'all weights are 0' }];
  return [];
}

function checkDistinct(values: readonly Scalar[], key: string): Issue[] {
  const seen = new Set<Scalar>();
  return values.flatMap((value, i) => {
    const isNew = !seen.has(value);
    seen.add(value);
    return isNew ? [] : [{ path: [key, i], message: `${JSON.stringify(value)} is listed twice` }];
  });
}

/** Items are named by their text in `after`; every name must be an item and no item may wait for itself. */
function checkOrder(items: readonly Scalar[], after: { readonly [item: string]: readonly Scalar[] }): Issue[] {
  const names = new Set(items.map(String));
  const issues: Issue[] = [];
  for (const [item, before] of Object.entries(after)) {
    for (const [j, name] of [item, ...before.map(String)].entries()) {
      if (names.has(name)) continue;
      issues.push({
        path: j === 0 ? ['after', item] : ['after', item, j - 1],
        message: `"${name}" is not among the items`,
      });
    }
  }
  if (issues.length > 0) return issues;
  // Takes out one after another that waits for none that is left (Kahn, 1962).
  const waits = new Map([...names].map((name) => [name, new Set((ownValue(after, name) ?? []).map(String))]));
  const followers = new Map([...names].map((name): [string, string[]] => [name, []]));
  for (const [name, before] of waits) for (const item of before) followers.get(item)!.push(name);
  const ready = [...names].filter((name) => waits.get(name)!.size === 0);
  for (const placed of ready) {
    for (const name of followers.get(placed)!) {
      const left = waits.get(name)!;
      left.delete(placed);
      if (left.size === 0) ready.push(name);
    }
  }
  const stuck = [...names].find((name) => waits.get(name)!.size > 0);
  return stuck === undefined ? [] : [{ path: ['after', stuck], message: `"${stuck}" has to come after itself` }];
}

/**
 * The sha256 of what configurations are legal and how they are drawn, in hex. Names of the space, descriptions, spelled
 * defaults, blanks in expressions and the order of keys and constraints do not matter; the order of parameters does.
 */
export function hashSpace(parameters: SpaceDefinition['parameters'], constraints: readonly string[]): string {
  const plain = {
    parameters: parameters.map(({ description: _, ...parameter }) => withoutDefaults(parameter)),
    constraints: constraints.map(squeeze).sort(),
  };
  return sha256(canonicalJson(plain));
}

type Plain = { readonly [key: string]: unknown };

function withoutDefaults(domain: Plain): Plain {
  const entries = Object.entries(domain).flatMap(([key, value]): [string, unknown][] => {
    if (value === undefined) return [];
    if (key === 'scale') return value === 'linear' ? [] : [[key, 'log']];
    if (key === 'step' && domain['type'] === 'integer' && value === 1) return [];
    if (key === 'when') return [[key, squeeze(value as string)]];
    if (key === 'element') return [[key, withoutDefaults(value as Plain)]];
    return [[key, value]];
  });
  return Object.fromEntries(entries);
}

/** Takes out blanks that stand neither inside a string nor between two words. */
function squeeze(expression: string): string {
  return expression
    .trim()
    .replace(/('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|\s+/g, (_blank, string: string | undefined) => string ?? ' ')
    .replace(
      /('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|(?<!\w) | (?!\w)/g,
      (_blank, string: string | undefined) => string ?? '',
    );
}

function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`).join(',')}}`;
}
