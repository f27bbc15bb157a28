import { UsageError } from '../../errors.js';

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
