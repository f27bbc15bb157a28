import type { Command, Option } from 'commander';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createProgram, loadCommands } from '../../src/cli/program.js';
import { describeRange, type NumberRange, numberReader, numbersReader } from '../../src/cli/read-number.js';
import { runCommand } from './run-command.js';

/** What the values of options are called that are no numbers. */
const WORDS =
  /^<(folder|file|folder or file|file or name|name or file|json or file|db|db\[:name\]|name|names|network|metric:min\|max|expression|kind:where|spec|list|name=value|kinds|architecture|folder or name|x,y|x,y,w,h|files\.\.\.)>$/;

const program = createProgram();
await loadCommands(program);
const every = (command: Command): Command[] => [command, ...command.commands.flatMap(every)];
const pathOf = (command: Command): string =>
  command.parent?.parent ? `${pathOf(command.parent)} ${command.name()}` : command.name();
const commands = every(program).filter(({ commands: children }) => children.length === 0);
const rangeOf = ({ parseArg }: Option) => (parseArg as { range?: NumberRange } | undefined)?.range;
const valued = commands.flatMap((command) =>
  command.options
    .filter(({ required, optional, argChoices }) => (required || optional) && argChoices === undefined)
    .map((option) => ({ command, option, name: `${pathOf(command)} ${option.long}` })),
);
const numeric = valued.filter(({ option }) => rangeOf(option) !== undefined);

describe('every option of every command', () => {
  it('that is not called a word is read by the one reader of numbers', () => {
    const others = valued.filter(({ option }) => rangeOf(option) === undefined);
    const odd = others.filter(({ option }) => !WORDS.test(`<${/<(.*)>/.exec(option.flags)?.[1]}>`));
    expect(odd.map(({ name, option }) => `${name} ${option.flags}`)).toEqual([]);
    expect(numeric.length).toBeGreaterThan(80);
  });

  it.each(numeric)('$name refuses what is no number of its range', async ({ command, option }) => {
    const range = rangeOf(option) as NumberRange;
    const inside = (value: number) => value >= (range.min ?? -Infinity) && value > (range.above ?? -Infinity);
    const junk = ['abc', '', ' ', 'NaN', '1e999', 'Infinity', '0x10', '1,5;', '--1'];
    if (!inside(-1)) junk.push('-1');
    if (range.integer) junk.push('1.5', '99999999999999999999');
    for (const text of junk) {
      const said = { text: '' };
      // After an option that needs no value, a word with a dash would be the next option.
      const words = option.optional ? [`${option.long}=${text}`] : [option.long as string, text];
      const refused = runCommand(...pathOf(command).split(' '), ...words).catch((error) => {
        said.text = String(error.message);
        throw error;
      });
      await expect(refused, text).rejects.toMatchObject({ code: 'commander.invalidArgument', exitCode: 1 });
      expect(said.text.split('\n')).toHaveLength(1);
      expect(said.text).toContain(option.long as string);
      expect(said.text).toContain(`'${text}'`);
      expect(said.text).toContain(describeRange(range));
    }
  });

  it('has a default inside its range', () => {
    for (const { option, name } of numeric) {
      if (option.defaultValue === undefined) continue;
      const values = [option.defaultValue].flat();
      for (const value of values) expect(() => option.parseArg?.(String(value), undefined), name).not.toThrow();
    }
  });
});

describe('the reader of numbers', () => {
  it('takes what is written as a decimal within the range and nothing else', () => {
    const bounds = fc.tuple(fc.integer({ min: -50, max: 50 }), fc.integer({ min: -50, max: 50 }), fc.boolean());
    fc.assert(
      fc.property(
        bounds,
        fc.double({ min: -60, max: 60, noNaN: true }).map((x) => x + 0),
        ([a, b, integer], drawn) => {
          const [min, max] = [Math.min(a, b), Math.max(a, b)];
          const value = integer && drawn > 0 ? Math.round(drawn) : drawn;
          const read = numberReader({ min, max, integer });
          const fits = value >= min && value <= max && (!integer || Number.isInteger(value));
          if (fits) expect(read(String(value))).toBe(value);
          else expect(() => read(String(value))).toThrow(describeRange({ min, max, integer }));
        },
      ),
      { seed: 1 },
    );
  });

  it('takes any text without a fault of its own', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        for (const read of [numberReader({ above: 0 }), numbersReader({ max: 1 })]) {
          try {
            for (const value of [read(text)].flat()) expect(Number.isFinite(value)).toBe(true);
          } catch (error) {
            expect(error).toMatchObject({ code: 'commander.invalidArgument' });
          }
        }
      }),
      { seed: 1 },
    );
  });
});
