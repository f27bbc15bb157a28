import { z } from 'zod';

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
