import { createRng, space } from 'supersam';
import { describe, expect, it } from 'vitest';
import { compileSpace } from '../../src/search-space/compile-space.js';
import { parseSpace } from '../../src/search-space/parse-space.js';

/** Generous for a busy machine, hopeless for what is quadratic. */
const QUICK = { timeout: 60_000 };

describe('a space as large as a file may make it', () => {
  it('has a million choices', QUICK, () => {
    const choices = Array.from({ length: 1_000_000 }, (_, i) => i);
    const text = JSON.stringify({ name: 's', parameters: [{ name: 'x', type: 'categorical', choices }] });
    const large = compileSpace(parseSpace(text, 's.json'));
    expect(large.size()).toBe(1_000_000n);
    for (let draw = 0; draw < 1000; draw++) {
      const drawn = large.sample(createRng(draw));
      expect(large.isLegal(large.mutate(drawn, { rate: 1 }, createRng(draw)))).toBe(true);
    }
    expect(() => large.canonical({ x: -1 })).toThrow('"x" cannot be -1');
  });

  // expression.test.ts has one of 100,000; a space weighs its constraints on hundreds of configurations.
  it('has a constraint of 20,000 terms', QUICK, () => {
    const sum = Array.from({ length: 20_000 }, () => 'x').join(' + ');
    const large = space('s').integer('x', 0, 9).constraint(`${sum} <= 60000`).compile();
    expect(large.size()).toBe(4n);
  });

  it('has 2,000 parameters, each there only with the one before it', QUICK, () => {
    const chained = Array.from({ length: 2000 }, (_, i) => i).reduce(
      (builder, i) => builder.boolean(`p${i}`, i === 0 ? {} : { when: `p${i - 1}` }),
      space('s'),
    );
    expect(chained.compile().size()).toBe(2001n);
    const wide = chained.constraint('p0 && p1').compile();
    expect(wide.size()).toBe(1999n);
    expect([...wide.enumerate()]).toHaveLength(1999);
    expect(wide.isLegal(wide.sample(createRng(1)))).toBe(true);
  });

  it('has 20,000 parameters in a row of constraints between neighbours', QUICK, () => {
    const rows = Array.from({ length: 20_000 }, (_, i) => i);
    const definition = {
      name: 's',
      parameters: rows.map((i) => ({
        name: `p${i}`,
        type: 'boolean' as const,
        ...(i > 0 ? { when: `!p${i - 1}` } : {}),
      })),
    };
    const large = compileSpace(definition);
    expect(large.size()).toBe(20_001n);
    expect(large.isLegal(large.sample(createRng(1)))).toBe(true);
  });

  it('has no order of more than 4,096 items', QUICK, () => {
    const of = (length: number) =>
      JSON.stringify({
        name: 's',
        parameters: [{ name: 'x', type: 'permutation', items: Array.from({ length }, (_, i) => i) }],
      });
    expect(compileSpace(parseSpace(of(4096), 's.json')).sample(createRng(1))['x']).toHaveLength(4096);
    expect(() => parseSpace(of(4097), 's.json')).toThrow('parameters[0].items');
  });
});

describe('counting', () => {
  it('agrees with listing where conditions and constraints cross', () => {
    for (let seed = 0; seed < 60; seed++) {
      const rng = createRng('count', seed);
      const names: string[] = [];
      let builder = space('s');
      const read = () =>
        names.length === 0 ? 'true' : rng.pick([`${rng.pick(names)} > 0`, `${rng.pick(names)} != 1`]);
      for (let i = 0; i < 7; i++) {
        const when = rng.float() < 0.5 ? {} : { when: read() };
        builder = builder.integer(`p${i}`, 0, rng.int(1, 2), when);
        names.push(`p${i}`);
      }
      for (let k = rng.int(0, 2); k > 0; k--) {
        builder = builder.constraint(`${rng.pick(names)} + ${rng.pick(names)} <= 2 || ${read()}`);
      }
      const compiled = builder.compile();
      expect(compiled.size()).toBe(BigInt([...compiled.enumerate()].length));
      expect(new Set([...compiled.enumerate()].map(compiled.key)).size).toBe(Number(compiled.size()));
    }
  });
});
