import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createRng } from '../src/base/rng.js';
import { readSeedConfigurations } from '../src/cli/read-seed-configurations.js';
import { readTrialsCsv } from '../src/cli/trial-table.js';
import { SupersamError } from '../src/errors.js';
import { readCard, readJob, readResult, write } from '../src/executors/messages.js';
import { createTableOracle } from '../src/oracles/table.js';
import { createTechnique } from '../src/plugins/create-technique.js';
import { compileSpace } from '../src/search-space/compile-space.js';
import { compileExpression } from '../src/search-space/expression.js';
import { parseSpace } from '../src/search-space/parse-space.js';
import random from '../techniques/random.js';

// What others hand in, changed at random: never more than an error in words, never a changed prototype. Data sets,
// checkpoints and databases have tests of their own kind.

vi.setConfig({ testTimeout: 120_000 });

const assets = join(import.meta.dirname, 'assets');
const folder = mkdtempSync(join(tmpdir(), 'supersam-hostile-'));
/** Fixed, so that a failure is found again. */
const seed = 11;
const RUNS = process.env['SUPERSAM_SLOW'] === '1' ? 2000 : 150;

const WORDS = [
  ...[
    '__proto__',
    'constructor',
    'toString',
    'null',
    'NaN',
    '1e999',
    '-0',
    '1e308',
    '9007199254740993',
    '""',
    '\u0000',
  ],
  ...[
    '{',
    '}',
    '[',
    ']',
    '(',
    ')',
    ',',
    ':',
    '"',
    '\\',
    '\ud800',
    '\ufeff',
    '&&',
    '==',
    '!',
    '%',
    '// x',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: that is what somebody may write
    '${x}',
    ';',
    '\r',
  ],
];
/** One change of a text: a piece taken out, doubled, moved or replaced by a word. */
const change = fc.record({
  kind: fc.constantFrom('cut', 'double', 'insert', 'replace', 'swap'),
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  length: fc.integer({ min: 1, max: 40 }),
  word: fc.constantFrom(...WORDS),
});
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;

const mutate = (text: string, changes: readonly Change[]): string =>
  changes.reduce((now, { kind, at, length, word }) => {
    const start = Math.floor(at * now.length);
    const [head, piece, tail] = [now.slice(0, start), now.slice(start, start + length), now.slice(start + length)];
    if (kind === 'cut') return head + tail;
    if (kind === 'double') return head + piece + piece + tail;
    if (kind === 'insert') return head + word + piece + tail;
    return kind === 'replace' ? head + word + tail : head + tail + piece;
  }, text);

/** Work on every changed text ends well or with one of our errors. */
async function survives(texts: readonly string[], work: (text: string) => unknown, runs = RUNS): Promise<void> {
  const changed = fc.tuple(fc.constantFrom(...texts), fc.array(change, { minLength: 1, maxLength: 5 }));
  await fc.assert(
    fc.asyncProperty(changed, async ([text, changes]) => {
      try {
        await work(mutate(text, changes));
      } catch (error) {
        expect(error).toBeInstanceOf(SupersamError);
      }
    }),
    { numRuns: runs, seed },
  );
}

const prototypeBefore = Object.getOwnPropertyNames(Object.prototype).join();
afterEach(() => expect(Object.getOwnPropertyNames(Object.prototype).join()).toBe(prototypeBefore));

const spaces = [
  readFileSync(join(assets, 'small-space.json'), 'utf8'),
  ...readdirSync(join(import.meta.dirname, '../search-spaces'))
    .filter((name) => name.endsWith('.json') && name !== 'schema.json')
    .map((name) => readFileSync(join(import.meta.dirname, '../search-spaces', name), 'utf8')),
  JSON.stringify({
    name: 'all',
    parameters: [
      { name: 'constructor', type: 'boolean' },
      { name: '__proto__', type: 'float', min: 1, max: 9, scale: 'log', when: 'constructor' },
      { name: 'p', type: 'permutation', items: ['a', 'b', 1] },
      { name: 's', type: 'schedule', items: ['x', 'y', 'z'], after: { y: ['x'] } },
      { name: 'e', type: 'selector', choices: ['u', 'v'], max: 8, cutoffs: 2 },
      { name: 'l', type: 'array', length: 3, element: { type: 'power-of-two', min: 1, max: 16 } },
    ],
    constraints: ['l.0 <= l.1 || p.0 == "a"', 'constructor == true || l.2 > 2'],
  }),
];

describe('what others hand in, changed at random', () => {
  it('spaces', async () => {
    await survives(spaces, (text) => {
      const space = compileSpace(parseSpace(text, 's.json'));
      const drawn = space.sample(createRng('hostile'));
      expect(space.isLegal(drawn)).toBe(true);
      expect(space.key(JSON.parse(JSON.stringify(drawn)))).toBe(space.key(drawn));
      space.mutate(drawn, { rate: 0.5 }, createRng('hostile', 1));
      space.neighbours(drawn).slice(0, 3).map(space.encode);
    });
  });

  it('expressions', async () => {
    const texts = [
      'a + b * 2 <= 3 && !(c == "x") || a % 3 != 1',
      'a in [1, 2, 3] && -a < 4 || b / a >= 1e-3',
      '(((a))) == 1 && (a > 1 || (b > 2 && c != "y"))',
      'constructor == 1 || __proto__ < 2 || toString == "x"',
    ];
    const values = new Map<string, unknown>([
      ['a', 3],
      ['b', 0],
      ['c', 'x'],
      ['constructor', 1],
      ['__proto__', 1],
    ]);
    const kinds = (name: string) => (name === 'c' ? 'string' : values.has(name) ? 'number' : undefined);
    await survives(
      texts,
      (text) => {
        const expression = compileExpression(text, 'constraint', kinds as never, [...values.keys()]);
        expect(typeof expression.fails((name) => values.get(name) as never)).toBe('boolean');
      },
      RUNS * 4,
    );
  });

  it('tables of measurements, of trials and of seeds', async () => {
    const space = compileSpace(parseSpace(spaces[0] ?? '', 's.json'));
    const table = readFileSync(join(assets, 'small-table.csv'), 'utf8');
    const file = join(folder, 'table.csv');
    await survives([table, table.replaceAll(',', ';'), table.replaceAll('\n', '\r\n')], async (text) => {
      writeFileSync(file, text);
      const oracle = await createTableOracle(file, space);
      const configuration = space.sample(createRng('hostile'));
      await oracle.measure(configuration, { trial: 0, seed: 1, signal: new AbortController().signal });
    });
    const trials =
      'number,technique,state,width,error\n0,random,complete,256,0.5\n1,tpe,failed,512,\n2,"a ""b""",complete,1,2\n';
    await survives([trials], (text) => readTrialsCsv(text, [{ metric: 'error', direction: 'min' }]));
    const seeds = join(folder, 'seeds.json');
    await survives(['[{"depth": 1, "mode": "on", "width": 512}]', '{"depth": 0}'], async (text) => {
      writeFileSync(seeds, text);
      await readSeedConfigurations([seeds], space);
    });
  });

  it('techniques', async () => {
    const registry = new Map([['random', random]]);
    await survives(['random', 'random:a=1,b=2', 'bandit:arms=random+tpe(startup=5)'], (text) =>
      createTechnique(text, registry),
    );
  });

  it('messages of a queue', async () => {
    const job = { card: 'k', trial: 3, attempt: 1, seed: 1, configuration: { x: 1, ['__proto__']: 2 } };
    const outcome = {
      kind: 'measured',
      result: { state: 'complete', metrics: { v: Number.NaN } },
      seconds: 0.1,
    } as const;
    const result = { card: 'k', trial: 3, attempt: 1, worker: 'w', outcome };
    await survives(
      [write(job), write(result)],
      (text) => {
        for (const read of [readCard, readJob, readResult]) {
          const message = read(text);
          // What is taken for one has numbers that can be used as keys.
          if (message !== undefined && 'trial' in message) expect(Number.isSafeInteger(message.trial)).toBe(true);
        }
      },
      RUNS * 4,
    );
    for (const deep of ['['.repeat(1e6), `${'{"a":'.repeat(1e5)}1${'}'.repeat(1e5)}`])
      expect(readJob(deep)).toBeUndefined();
  });
});
