import { didYouMean } from '../base/did-you-mean.js';
import type { Configuration, Value } from '../core/space.js';
import { UsageError } from '../errors.js';

export interface CommandTemplate {
  /** The words as written; those without a placeholder are the same for every configuration. */
  readonly words: readonly string[];
  /** The words for one configuration. A word that names an inactive parameter is left out. */
  fill(configuration: Configuration): string[];
}

const PLACEHOLDER = /\{([A-Za-z_][\w.]*|\*)\}/g;

/**
 * A command line in which `{parameter}` stands for its value and `{*}` for the whole configuration as JSON. Words are
 * split before values are filled in, so a value never becomes several words and no shell sees it.
 *
 * @throws UsageError for an empty command or a placeholder that names no parameter.
 */
export function commandTemplate(line: string, parameters: readonly string[]): CommandTemplate {
  const words = splitWords(line);
  if (words.length === 0) throw new UsageError('the command is empty', { remedy: 'write command:PROGRAM {parameter}' });
  for (const [, name] of words.flatMap((word) => [...word.matchAll(PLACEHOLDER)])) {
    if (name === '*' || parameters.includes(name as string)) continue;
    throw new UsageError(`the command names no parameter by {${name}}.${didYouMean(name as string, parameters)}`, {
      remedy: `parameters are ${parameters.join(', ')}; {*} is the whole configuration as JSON`,
    });
  }
  return {
    words,
    fill: (configuration) =>
      words.flatMap((word) => {
        const names = [...word.matchAll(PLACEHOLDER)].map((match) => match[1] as string);
        if (names.some((name) => name !== '*' && !Object.hasOwn(configuration, name))) return [];
        return [word.replace(PLACEHOLDER, (_, name: string) => (name === '*' ? json : text)(configuration, name))];
      }),
  };
}

const json = (configuration: Configuration) => JSON.stringify(configuration);
const text = (configuration: Configuration, name: string) => {
  const value = configuration[name] as Value;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
};

/**
 * Splits a command line into words as a shell would: blanks separate, single and double quotes hold together, a
 * backslash takes the next character as it is (inside single quotes it stands for itself). Nothing is expanded.
 *
 * @throws UsageError for a quote that is not closed.
 */
export function splitWords(line: string): string[] {
  const words: string[] = [];
  const part = /\s+|'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)|([^\s'"\\]+)/gy;
  let word: string | undefined;
  for (let at = 0; at < line.length; at = part.lastIndex) {
    part.lastIndex = at;
    const match = part.exec(line);
    if (match === null) {
      throw new UsageError(`cannot read the command ${line}`, { remedy: `close the quote at character ${at + 1}` });
    }
    const [, single, double, escaped, plain] = match;
    const piece = single ?? double?.replace(/\\(["\\$`])/g, '$1') ?? escaped ?? plain;
    if (piece !== undefined) word = (word ?? '') + piece;
    else if (word !== undefined) {
      words.push(word);
      word = undefined;
    }
  }
  return word === undefined ? words : [...words, word];
}
