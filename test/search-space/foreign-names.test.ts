import fc from 'fast-check';
import { type Configuration, compileSpace, createRng, type SpaceDefinition } from 'supersam';
import { describe, expect, it } from 'vitest';
import { parseSpace } from '../../src/search-space/parse-space.js';

/** What every object inherits, and what an object literal does not set. */
const inherited = [...Object.getOwnPropertyNames(Object.prototype), 'prototype', 'then', 'length'];
const plain = inherited.map((_, i) => `p${i}`);

/** Two spaces that differ in the names of their parameters alone. */
const pairOf = (order: readonly number[]) => {
  const named = (names: readonly string[]): SpaceDefinition => {
    const [gate, size, kind, list, extra] = order.map((i) => names[i]!) as [string, string, string, string, string];
    return {
      name: 's',
      parameters: [
        { name: gate, type: 'boolean' },
        { name: size, type: 'integer', min: 0, max: 3, when: gate },
        { name: kind, type: 'categorical', choices: ['a', 'toString', 'constructor'] },
        {
          name: list,
          type: 'schedule',
          items: ['valueOf', 'b', 'c'],
          after: { b: ['valueOf'] },
          when: `${kind} == 'a'`,
        },
        { name: extra, type: 'float', min: 0, max: 1, when: `!${gate}` },
      ],
      constraints: [`${size} != 2 || ${kind} == 'a'`],
    };
  };
  return [compileSpace(named(plain)), compileSpace(named(inherited))] as const;
};
const renamed = (configuration: Configuration): [string, unknown][] =>
  Object.entries(configuration).map(([name, value]) => [plain[inherited.indexOf(name)]!, value]);

describe('names that objects inherit are names like any other', () => {
  const orders = fc.shuffledSubarray([...inherited.keys()], { minLength: 5, maxLength: 5 });
  it('in every operator of a space, and through JSON', () => {
    fc.assert(
      fc.property(orders, fc.nat(), (order, seed) => {
        const [usual, strange] = pairOf(order);
        for (const run of [
          (space: typeof usual) => {
            const rng = createRng(seed);
            const [a, b, c] = [space.sample(rng), space.sample(rng), space.sample(rng)] as const;
            const made = [
              a,
              space.mutate(a, { rate: 0.5 }, rng),
              space.crossover(a, b, rng, 'one-point'),
              space.difference(a, b, c, 0.7, rng),
              space.move(a, [{ to: b, weight: 0.8 }], rng),
              space.fromUnit(space.toUnit(c), rng),
              space.canonical(JSON.parse(JSON.stringify(b)) as Configuration),
              ...space.neighbours(c),
            ];
            return { made, numbers: [space.distance(a, b), ...space.encode(c), ...space.toUnit(b)] };
          },
        ]) {
          const [expected, found] = [run(usual), run(strange)];
          expect(found.made.map(renamed)).toEqual(expected.made.map((own) => Object.entries(own)));
          expect(found.numbers).toEqual(expected.numbers);
        }
        expect(strange.size()).toBe(usual.size());
      }),
      { seed: 1, numRuns: 60 },
    );
  });

  it('but not those of the columns of a table of trials', () => {
    fc.assert(
      fc.property(fc.constantFrom('number', 'technique', 'state'), fc.nat(3), (name, place) => {
        const parameters = ['a', 'b', 'c'].map((other) => ({ name: other, type: 'boolean' as const }));
        const text = JSON.stringify({
          name: 's',
          parameters: parameters.toSpliced(place, 0, { name, type: 'boolean' }),
        });
        expect(() => parseSpace(text, 's.json')).toThrow(
          `parameters[${place}].name: "${name}" is a column of every table of trials; rename it`,
        );
      }),
    );
  });
});
