import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRng } from '../../src/base/rng.js';
import type { Configuration, Value } from '../../src/core/space.js';
import { crossoverKinds, mutationKinds, type SearchSpace } from '../../src/core/space.js';
import { space } from '../../src/search-space/space-builder.js';

const step = { type: 'integer', min: 0, max: 3 } as const;

/** One space a parameter type, then conditions and constraints of every rarity. */
const spaces: { readonly [name: string]: SearchSpace } = {
  integer: space('s').integer('x', -3, 9, { step: 4 }).integer('y', 1, 1000, { scale: 'log' }).compile(),
  float: space('s').float('x', -1, 2).float('y', 1e-5, 1, { scale: 'log' }).float('z', 0, 1, { step: 0.1 }).compile(),
  'power-of-two': space('s').powerOfTwo('x', 4, 512).compile(),
  boolean: space('s')
    .boolean('x', { weights: [1, 3] })
    .compile(),
  categorical: space('s')
    .categorical('x', ['a', 2, true, 'd'], { weights: [1, 0, 1, 2] })
    .compile(),
  ordinal: space('s').ordinal('x', [0, 64, 512]).ordinal('y', ['only']).compile(),
  permutation: space('s').permutation('x', [1, 2, 3, 4, 5]).compile(),
  schedule: space('s')
    .schedule('x', ['a', 'b', 'c', 'd', 'e'], { after: { c: ['a'], d: ['a', 'b'] } })
    .compile(),
  selector: space('s').selector('x', ['quick', 'merge', 'insert'], 7, 2).compile(),
  array: space('s').array('x', step, 4).array('y', { type: 'boolean' }, 2).compile(),
  conditional: space('s')
    .boolean('keep3')
    .ordinal('width3', [256, 512, 1024], { when: 'keep3' })
    .integer('deep', 1, 3, { when: 'width3 > 256' })
    .categorical('op', ['a', 'b'])
    .compile(),
  constrained: space('s')
    .integer('block', 1, 64, { scale: 'log2' })
    .categorical('op', ['a', 'b'])
    .constraint("block <= 32 || op == 'a'")
    .compile(),
  rare: space('s').integer('a', 0, 30).integer('b', 0, 30).integer('c', 0, 30).constraint('a + b * c == 29').compile(),
  analytic: space('s')
    .boolean('gate')
    .array('widths', step, 3)
    .ordinal('mlp', [0, 1, 2, 3], { when: 'gate' })
    .compile({ constraints: ['macs <= 3'], analyze: macs }),
  'large and rare': Array.from({ length: 24 }, (_, i) => `w${i}`)
    .reduce((builder, name) => builder.ordinal(name, [0, 1, 2, 3]), space('s'))
    .compile({ constraints: ['sum <= 8', 'sum >= 6'], analyze: (c) => ({ sum: total(Object.values(c)) }) }),
};

function total(values: readonly Value[]): number {
  return values.flat().reduce<number>((sum, value) => sum + Number(value), 0);
}
function macs(configuration: Configuration) {
  return { macs: total((configuration['widths'] as readonly Value[]).concat(configuration['mlp'] ?? 0)) };
}

const seed = fc.integer({ min: 0, max: 1e9 });

for (const [name, subject] of Object.entries(spaces)) {
  const laws = (check: (seed: number) => void, numRuns = 60) => fc.assert(fc.property(seed, check), { numRuns });
  const draw = (of: number, ...keys: readonly number[]) => subject.sample(createRng(of, ...keys));

  describe(`a space: ${name}`, () => {
    it('returns legal canonical configurations from every operator', () => {
      laws((of) => {
        const rng = createRng(of);
        const [a, b, c] = [draw(of, 1), draw(of, 2), draw(of, 3)];
        const found = [
          a,
          subject.mutate(a, { rate: 0.3 }, rng),
          subject.mutate(a, { rate: 0.3, kind: 'normal', sigma: 0.2 }, rng),
          subject.mutate(a, { rate: 0.3, kind: 'polynomial' }, rng),
          ...crossoverKinds.map((kind) => subject.crossover(a, b, rng, kind)),
          subject.crossover(a, b, rng, 'uniform', 0.9),
          subject.difference(a, b, c, 0.7, rng),
          subject.move(
            a,
            [
              { to: b, weight: 0.5 },
              { to: c, weight: 0.9 },
            ],
            rng,
          ),
          subject.fromUnit(
            Array.from({ length: subject.unitDimension }, () => 1.4 * rng.float() - 0.2),
            rng,
          ),
          ...subject.neighbours(a),
        ];
        for (const configuration of found) {
          expect(subject.isLegal(configuration)).toBe(true);
          expect(JSON.stringify(subject.canonical(configuration))).toBe(JSON.stringify(configuration));
          expect(JSON.parse(JSON.stringify(configuration))).toEqual(configuration);
        }
      }, 25);
    });

    it('changes something when it mutates, and nothing it was given', () => {
      laws((of) => {
        const parent = draw(of);
        const before = JSON.stringify(parent);
        const child = subject.mutate(
          parent,
          { rate: 0, kind: mutationKinds[of % mutationKinds.length]! },
          createRng(of, 'm'),
        );
        expect(subject.key(child)).not.toBe(subject.key(parent));
        expect(JSON.stringify(parent)).toBe(before);
      });
    });

    it('gives equal keys to equal configurations alone, whatever the order of their keys', () => {
      laws((of) => {
        const [a, b] = [draw(of, 1), draw(of, 2)];
        const turned = Object.fromEntries(Object.entries(a).reverse());
        expect(subject.key(turned)).toBe(subject.key(a));
        expect(subject.key(a) === subject.key(b)).toBe(subject.distance(a, b) === 0);
      });
    });

    it('measures distances that are symmetric and from 0 to 1', () => {
      laws((of) => {
        const [a, b] = [draw(of, 1), draw(of, 2)];
        expect(subject.distance(a, b)).toBe(subject.distance(b, a));
        expect(subject.distance(a, b)).toBeGreaterThanOrEqual(0);
        expect(subject.distance(a, b)).toBeLessThanOrEqual(1);
        expect(subject.distance(a, a)).toBe(0);
      });
    });

    it('encodes into its columns', () => {
      laws((of) => {
        const row = subject.encode(draw(of));
        expect(row).toHaveLength(subject.features.length);
        for (const [i, feature] of subject.features.entries()) {
          const number = row[i]!;
          if (number === feature.absent) continue;
          expect(number).toBeGreaterThanOrEqual(0);
          if (feature.kind === 'numeric') expect(number).toBeLessThanOrEqual(1);
          else expect(Number.isInteger(number) && number < feature.cardinality).toBe(true);
        }
      });
    });

    it('comes back from the unit cube', () => {
      laws((of) => {
        const configuration = draw(of);
        const unit = subject.toUnit(configuration);
        expect(unit).toHaveLength(subject.unitDimension);
        expect(unit.every((x) => x >= 0 && x <= 1)).toBe(true);
        const back = subject.fromUnit(unit, createRng(of));
        if (name === 'float') expect(subject.distance(back, configuration)).toBeLessThan(1e-9);
        else expect(back).toEqual(configuration);
      });
    });

    it('moves onto an attractor of weight 1 and stays without one; a difference of equals moves nothing', () => {
      if (['rare', 'analytic', 'constrained', 'conditional', 'large and rare'].includes(name)) return;
      laws((of) => {
        const [a, b] = [draw(of, 1), draw(of, 2)];
        const rng = createRng(of);
        expect(subject.distance(subject.move(a, [{ to: b, weight: 1 }], rng), b)).toBeLessThan(1e-9);
        expect(subject.distance(subject.move(a, [], rng), a)).toBeLessThan(1e-9);
        expect(subject.distance(subject.difference(a, b, b, 0.8, rng), a)).toBeLessThan(1e-9);
        if (name === 'permutation') expect(subject.difference(b, a, b, 1, rng)).toEqual(a);
      });
    });

    it('enumerates as many configurations as its size', () => {
      const size = subject.size();
      if (name === 'float' || name === 'large and rare') return void expect(size).toBeNull();
      const keys = new Set([...subject.enumerate()].map((configuration) => subject.key(configuration)));
      expect(BigInt(keys.size)).toBe(size);
      const drawn = draw(1);
      expect(keys.has(subject.key(drawn))).toBe(true);
    });
  });
}

describe('crossover', () => {
  const mixed = space('s').integer('a', 0, 1e6).ordinal('b', [1, 2, 3]).categorical('c', ['x', 'y']).float('d', 0, 1);
  const subject = mixed.array('e', { type: 'float', min: 0, max: 1 }, 5).permutation('p', [1, 2, 3, 4, 5, 6]).compile();

  for (const kind of crossoverKinds.filter((own) => own !== 'sbx')) {
    it(`${kind} takes every gene from a parent`, () => {
      fc.assert(
        fc.property(seed, (of) => {
          const [a, b] = [subject.sample(createRng(of, 1)), subject.sample(createRng(of, 2))];
          const child = subject.crossover(a, b, createRng(of), kind);
          for (const name of ['a', 'b', 'c', 'd']) expect([a[name], b[name]]).toContain(child[name]);
          const list = (configuration: Configuration, name: string) => configuration[name] as readonly Value[];
          for (const [i, item] of list(child, 'e').entries()) {
            expect([list(a, 'e')[i], list(b, 'e')[i]]).toContain(item);
          }
          const order = list(child, 'p');
          expect([...order].sort()).toEqual([1, 2, 3, 4, 5, 6]);
          if (kind === 'cx')
            for (const [i, item] of order.entries()) expect([list(a, 'p')[i], list(b, 'p')[i]]).toContain(item);
          expect(subject.crossover(a, a, createRng(of), kind)).toSatisfy(
            (same: Configuration) => kind === 'ox3' || JSON.stringify(same) === JSON.stringify(a),
          );
        }),
      );
    });
  }
});

describe('sbx', () => {
  const subject = space('s')
    .float('x', 0, 10)
    .integer('n', 0, 1000)
    .categorical('c', ['u', 'v'])
    .permutation('p', [1, 2, 3, 4])
    .array('e', { type: 'float', min: 1, max: 100, scale: 'log' }, 2)
    .compile();
  const a = { x: 4, n: 400, c: 'u', p: [1, 2, 3, 4], e: [1, 10] };
  const b = { x: 6, n: 600, c: 'v', p: [4, 3, 2, 1], e: [1, 100] };
  const children = Array.from({ length: 4000 }, (_, i) => subject.crossover(a, b, createRng('sbx', i), 'sbx'));
  const share = (holds: (child: Configuration) => boolean) => children.filter(holds).length / children.length;

  it('keeps half of the numbers and spreads the others as the density of Deb and Agrawal (1995) says', () => {
    expect(share((child) => child['x'] === 4)).toBeCloseTo(0.5, 1);
    for (const name of ['x', 'n'] as const) {
      const scale = name === 'x' ? 1 : 100;
      const beta = (child: Configuration) => Math.abs((child[name] as number) / scale - 5);
      // With the index 20 the spread is at most beta <= 1 with the probability beta ** 21 / 2; above 1, 1 - beta ** -21 / 2.
      const blended = children.filter((child) => child[name] !== a[name]);
      const within = (limit: number) => blended.filter((child) => beta(child) <= limit).length / blended.length;
      expect(within(0.95)).toBeCloseTo(0.95 ** 21 / 2, 1);
      expect(within(1)).toBeCloseTo(0.5, 1);
      expect(within(1.05)).toBeCloseTo(1 - 1.05 ** -21 / 2, 1);
    }
    const near = share((child) => (child['x'] as number) > 5);
    expect(near).toBeCloseTo(0.25, 1);
  });

  it('recombines every other type: categories by chance, orders by ox1, lists element by element', () => {
    expect(share((child) => child['c'] === 'v')).toBeCloseTo(0.5, 1);
    expect(new Set(children.map((child) => JSON.stringify(child['p']))).size).toBeGreaterThan(4);
    expect(children.every((child) => (child['e'] as number[])[0] === 1)).toBe(true);
    expect(new Set(children.map((child) => (child['e'] as number[])[1])).size).toBeGreaterThan(100);
  });
});

it('steps by polynomial mutation as far as Deb and Agrawal (1999) say, and never out of the bounds', () => {
  const subject = space('s').float('x', 0, 100).integer('n', 0, 1000).compile();
  const rng = createRng('polynomial');
  for (const start of [50, 2]) {
    const drawn = Array.from({ length: 4000 }, () =>
      Number(subject.mutate({ x: start, n: 5 }, { rate: 1, kind: 'polynomial' }, rng)['x']),
    );
    const share = (holds: (x: number) => boolean) => drawn.filter(holds).length / drawn.length;
    // The chance to step by less than d of the axis, on one side of a start in the middle: 1 - (1 - d) ** 21.
    if (start === 50) expect(share((x) => Math.abs(x - 50) < 3)).toBeCloseTo(1 - 0.97 ** 21, 1);
    expect(share((x) => x < start)).toBeCloseTo(0.5, 1);
    expect(drawn.every((x) => x >= 0 && x <= 100)).toBe(true);
  }
});

it('takes as large a share of the second parent as it is told to', () => {
  const subject = space('s').array('e', { type: 'integer', min: 0, max: 1 }, 50).boolean('f').compile();
  const all = (x: number): Configuration => ({ e: Array.from({ length: 50 }, () => x), f: x === 1 });
  const [zeros, ones] = [all(0), all(1)];
  const rng = createRng('share');
  let [elements, flags] = [0, 0];
  for (let i = 0; i < 200; i++) {
    const child = subject.crossover(zeros, ones, rng, 'uniform', 0.2);
    elements += total([child['e']!]);
    flags += Number(child['f']);
  }
  expect(elements / 10_000).toBeCloseTo(0.2, 1);
  expect(flags / 200).toBeCloseTo(0.2, 1);
  expect(subject.crossover(zeros, ones, createRng(1), 'uniform', 1)).toEqual(ones);
  expect(subject.crossover(zeros, ones, createRng(1), 'uniform', 0)).toEqual(zeros);
});

describe('size', () => {
  it('counts schedules, selectors and conditions exactly', () => {
    // Orders of a..e with a before c and d, b before d: counted by listing all 120.
    expect(spaces['schedule']!.size()).toBe(25n);
    // 3 constant ones, 7 places * 3 * 2, 21 pairs of places * 3 * 2 * 2.
    expect(spaces['selector']!.size()).toBe(3n + 42n + 252n);
    // keep3 off: 1; width 256: 1; widths 512 and 1024: 3 depths each; times 2 ops.
    expect(spaces['conditional']!.size()).toBe(16n);
    expect(spaces['constrained']!.size()).toBe(96n);
  });

  it('counts what is far too large to list', () => {
    const many = Array.from({ length: 40 }, (_, i) => i).reduce(
      (builder, i) => builder.boolean(`keep${i}`).ordinal(`width${i}`, [1, 2, 3], { when: `keep${i}` }),
      space('many'),
    );
    expect(many.compile().size()).toBe(4n ** 40n);
    expect(many.constraint('width0 <= width1').compile().size()).toBe(4n ** 38n * (1n + 3n + 3n + 6n));
  });
});

it('draws in proportion to weights, also from rare legal configurations', () => {
  const rare = space('s')
    .categorical('x', ['a', 'b', 'c'], { weights: [6, 3, 1] })
    .integer('y', 1, 200)
    .constraint('y == 7')
    .compile();
  const counts = { a: 0, b: 0, c: 0 };
  const rng = createRng('weights');
  for (let i = 0; i < 3000; i++) counts[rare.sample(rng)['x'] as 'a' | 'b' | 'c']++;
  expect(counts.a / 3000).toBeCloseTo(0.6, 1);
  expect(counts.c / 3000).toBeCloseTo(0.1, 1);
});

it('gives every level of a linear axis the same share of the unit axis', () => {
  const subject = space('s').integer('x', 0, 4).compile();
  const counts = [0, 0, 0, 0, 0];
  for (let i = 0; i < 1000; i++) counts[subject.fromUnit([(i + 0.5) / 1000], createRng(1))['x'] as number]!++;
  expect(counts).toEqual([200, 200, 200, 200, 200]);
});
