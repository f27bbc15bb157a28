import type { z } from 'zod';
import { didYouMean } from '../base/did-you-mean.js';
import { ownValue } from '../base/json.js';
import { definitionSchema, type Issue, type SpaceDefinition } from './definition.js';

export const SEE_FORMAT = 'see search-spaces/README.md for the format';

/** A definition of a space, or why something is none: types, keys that are not known or missing; in plain words, at the place of each mistake. */
export function readShape(value: unknown): SpaceDefinition | readonly Issue[] {
  const parsed = definitionSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  return [...parsed.error.issues].sort(unknownKeysFirst).map((issue) => explain(issue, value));
}

/** `parameters[0].scale` */
export const writtenPath = (path: readonly (string | number)[]) =>
  path.map((part, i) => (typeof part === 'number' ? `[${part}]` : `${i > 0 ? '.' : ''}${part}`)).join('');

/** A misspelt key also counts as missing; the spelling is what to mend. */
const unknownKeysFirst = (a: z.core.$ZodIssue, b: z.core.$ZodIssue) =>
  Number(b.code === 'unrecognized_keys') - Number(a.code === 'unrecognized_keys');

/** One issue of the schema in plain words, at the place of the mistake. */
function explain(issue: z.core.$ZodIssue, root: unknown): Issue {
  const path = issue.path.filter((part) => typeof part !== 'symbol');
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0] as string;
    return { path: [...path, key], message: `unknown key.${didYouMean(key, keysAt(path, root))}` };
  }
  if (issue.code === 'invalid_union' && path.at(-1) === 'type') {
    const given = at(path, root);
    const types = path.includes('element') ? ELEMENT_TYPES : TYPES;
    const message =
      given === undefined ? 'is missing;' : `unknown type ${JSON.stringify(given)}.${didYouMean(String(given), types)}`;
    return { path, message: `${message} Types are ${types.join(', ')}.` };
  }
  const missing = issue.code === 'invalid_type' && at(path, root) === undefined;
  return { path, message: missing ? 'is missing' : issue.message };
}

type Shape = { readonly shape: { readonly [key: string]: unknown } };
const options = definitionSchema.shape.parameters.element.options;
const typeOf = (option: (typeof options)[number]) => option.shape.type.value;
const TYPES: readonly string[] = options.map(typeOf);
const ELEMENT_TYPES = TYPES.slice(0, 6);

/** The keys that the object at `path` may have. */
function keysAt(path: readonly (string | number)[], root: unknown): string[] {
  const object = at(path, root) as { type?: unknown } | undefined;
  const shape: Shape = options.find((option) => typeOf(option) === object?.type) ?? definitionSchema;
  return Object.keys(shape.shape);
}

function at(path: readonly (string | number)[], root: unknown): unknown {
  return path.reduce<unknown>(
    (value, part) =>
      typeof value === 'object' && value !== null
        ? ownValue(value as { readonly [key: string]: unknown }, String(part))
        : undefined,
    root,
  );
}
