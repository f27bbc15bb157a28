import { didYouMean } from '../../base/did-you-mean.js';
import type { Configuration, Value } from '../../core/configuration.js';
import { UsageError } from '../../errors.js';
import { splitWords } from './split-words.js';

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
        if (names.some((name) => name !== '*' && configuration[name] === undefined)) return [];
        return [word.replace(PLACEHOLDER, (_, name: string) => (name === '*' ? json : text)(configuration, name))];
      }),
  };
}

const json = (configuration: Configuration) => JSON.stringify(configuration);
const text = (configuration: Configuration, name: string) => {
  const value = configuration[name] as Value;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
};
