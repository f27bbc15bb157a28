import type { z } from 'zod';
import { didYouMean } from '../base/did-you-mean.js';
import { ownValue } from '../base/json.js';
import { JsonSyntaxError, type LocatedJson, locateJson } from '../base/locate-json.js';
import { SpaceError } from '../errors.js';
import { checkDefinition, definitionSchema, type Issue, type SpaceDefinition } from './definition.js';

/**
 * Reads the text of a search-space file.
 *
 * @throws SpaceError SPACE_SYNTAX or SPACE_INVALID with `file:line:column`, the path in the file and what is expected.
 */
export function parseSpace(source: string, filename: string): SpaceDefinition {
  // Some editors put a byte order mark before everything else.
  const text = source.replace(/^\uFEFF/, '');
  const located = readText(text, filename);
  const parsed = definitionSchema.safeParse(located.value);
  const issues = parsed.success
    ? [...checkDefinition(parsed.data), ...lostItems(located.value)]
    : [...parsed.error.issues].sort(unknownKeysFirst).map((issue) => explain(issue, located));
  if (parsed.success && issues.length === 0) return parsed.data;
  const lines = issues.map(({ path, message }) => {
    const at = `${filename}:${position(text, located.offset(path))}`;
    return path.length === 0 ? `${at} ${message}` : `${at} ${written(path)}: ${message}`;
  });
  const more = lines.length > 1 ? ` (and ${lines.length - 1} more)` : '';
  throw new SpaceError('SPACE_INVALID', `${lines[0]}${more}`, {
    remedy: lines.length > 1 ? lines.slice(1, 6).join('\n  ') : 'see search-spaces/README.md for the format',
  });
}

function readText(text: string, filename: string): LocatedJson {
  try {
    return locateJson(text);
  } catch (cause) {
    if (!(cause instanceof JsonSyntaxError)) throw cause;
    throw new SpaceError('SPACE_SYNTAX', `${filename}:${position(text, cause.offset)} is not JSON: ${cause.message}`, {
      cause,
      remedy: 'mend the file at that place',
    });
  }
}

/** What the schema's reader drops without a word. */
function lostItems(value: unknown): Issue[] {
  const { parameters } = value as { readonly parameters: readonly { readonly after?: object }[] };
  return parameters.flatMap(({ after }, i) =>
    after !== undefined && Object.hasOwn(after, '__proto__')
      ? [{ path: ['parameters', i, 'after'], message: 'an item cannot be named "__proto__"' }]
      : [],
  );
}

/** A misspelt key also counts as missing; the spelling is what to mend. */
const unknownKeysFirst = (a: z.core.$ZodIssue, b: z.core.$ZodIssue) =>
  Number(b.code === 'unrecognized_keys') - Number(a.code === 'unrecognized_keys');

/** One issue of the schema in plain words, at the place of the mistake. */
function explain(issue: z.core.$ZodIssue, located: LocatedJson): Issue {
  const path = issue.path.filter((part) => typeof part !== 'symbol');
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0] as string;
    return { path: [...path, key], message: `unknown key.${didYouMean(key, keysAt(path, located.value))}` };
  }
  if (issue.code === 'invalid_union' && path.at(-1) === 'type') {
    const given = at(path, located.value);
    const types = path.includes('element') ? ELEMENT_TYPES : TYPES;
    const message =
      given === undefined ? 'is missing;' : `unknown type ${JSON.stringify(given)}.${didYouMean(String(given), types)}`;
    return { path, message: `${message} Types are ${types.join(', ')}.` };
  }
  const missing = issue.code === 'invalid_type' && at(path, located.value) === undefined;
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

const written = (path: readonly (string | number)[]) =>
  path.map((part, i) => (typeof part === 'number' ? `[${part}]` : `${i > 0 ? '.' : ''}${part}`)).join('');

function position(text: string, offset: number): string {
  const before = text.slice(0, offset).split('\n');
  return `${before.length}:${before.at(-1)!.length + 1}`;
}
