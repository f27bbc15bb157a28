import { createHash } from 'node:crypto';
import type { SpaceDefinition } from './definition.js';

/**
 * The sha256 of what configurations are legal and how they are drawn, in hex. Names of the space, descriptions, spelled
 * defaults, blanks in expressions and the order of keys and constraints do not matter; the order of parameters does.
 */
export function hashSpace(parameters: SpaceDefinition['parameters'], constraints: readonly string[]): string {
  const plain = {
    parameters: parameters.map(({ description: _, ...parameter }) => withoutDefaults(parameter)),
    constraints: constraints.map(squeeze).sort(),
  };
  return createHash('sha256').update(canonicalJson(plain)).digest('hex');
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
