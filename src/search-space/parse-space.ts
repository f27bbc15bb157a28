import { JsonSyntaxError, type LocatedJson, locateJson } from '../base/locate-json.js';
import { SpaceError } from '../errors.js';
import { checkDefinition, type Issue, type SpaceDefinition } from './definition.js';
import { readShape, SEE_FORMAT, writtenPath } from './read-shape.js';

/**
 * Reads the text of a search-space file.
 *
 * @throws SpaceError SPACE_SYNTAX or SPACE_INVALID with `file:line:column`, the path in the file and what is expected.
 */
export function parseSpace(source: string, filename: string): SpaceDefinition {
  // Some editors put a byte order mark before everything else.
  const text = source.replace(/^\uFEFF/, '');
  const located = readText(text, filename);
  const shape = readShape(located.value);
  const issues = 'parameters' in shape ? [...checkDefinition(shape), ...lostItems(located.value)] : shape;
  if ('parameters' in shape && issues.length === 0) return shape;
  const lines = issues.map(({ path, message }) => {
    const at = `${filename}:${position(text, located.offset(path))}`;
    return path.length === 0 ? `${at} ${message}` : `${at} ${writtenPath(path)}: ${message}`;
  });
  const more = lines.length > 1 ? ` (and ${lines.length - 1} more)` : '';
  throw new SpaceError('SPACE_INVALID', `${lines[0]}${more}`, {
    remedy: lines.length > 1 ? lines.slice(1, 6).join('\n  ') : SEE_FORMAT,
  });
}

function readText(text: string, filename: string): LocatedJson {
  try {
    return locateJson(text);
  } catch (cause) {
    if (!(cause instanceof JsonSyntaxError)) throw cause;
    throw new SpaceError('SPACE_SYNTAX', `${filename}:${position(text, cause.offset)} is not JSON: ${cause.message}`, {
      cause,
      remedy: /^\s*[{[]/.test(text)
        ? 'mend the file at that place'
        : 'a space file is JSON, { "name": …, "parameters": [ … ] }; YAML, TOML and Python are not read',
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

function position(text: string, offset: number): string {
  const before = text.slice(0, offset).split('\n');
  return `${before.length}:${before.at(-1)!.length + 1}`;
}
