import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InterruptedError, maximize, minimize, space, type Technique } from 'supersam';
import bandit from 'supersam/techniques/bandit';
import random from 'supersam/techniques/random';
import tpe from 'supersam/techniques/tpe';
import { afterAll, expect, expectTypeOf, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'supersam-minimize-'));
afterAll(() => rmSync(folder, { recursive: true }));

const bowl = space('s').float('x', -5, 5).integer('n', 1, 9);

it('finds the least value of a function, its configuration typed', async () => {
  const { best, trials } = await minimize(
    bowl,
    ({ x, n }) => {
      expectTypeOf(x).toEqualTypeOf<number>();
      expectTypeOf(n).toEqualTypeOf<number>();
      return (x - 2) ** 2 + n;
    },
    { trials: 40, seed: 1 },
  );
  expect(trials).toHaveLength(40);
  expect(best?.value).toBe(Math.min(...trials.flatMap(({ values }) => values ?? [])));
  expect(best?.configuration.n).toBe(1);
  expect(Math.abs((best?.configuration.x ?? 9) - 2)).toBeLessThan(0.5);
});

it('types choices as their union and what a condition switches off as optional', async () => {
  const conditional = space('c')
    .categorical('kind', ['a', 'b'])
    .integer('depth', 1, 3, { when: "kind == 'b'" })
    .boolean('fast')
    .permutation('order', ['p', 'q', 'r']);
  const { best } = await maximize(
    conditional,
    (configuration) => {
      expectTypeOf(configuration.kind).toEqualTypeOf<'a' | 'b'>();
      expectTypeOf(configuration.depth).toEqualTypeOf<number | undefined>();
      expectTypeOf(configuration.fast).toEqualTypeOf<boolean>();
      expectTypeOf(configuration.order).toEqualTypeOf<readonly ('p' | 'q' | 'r')[]>();
      return (configuration.depth ?? 0) + (configuration.fast ? 0.5 : 0);
    },
    { trials: 24, technique: random() },
  );
  expect(best?.value).toBe(3.5);
});

it('gives the front of several objectives by name', async () => {
  const { front, trials } = await minimize(bowl, ({ x, n }) => ({ error: x ** 2, gain: n }), {
    objectives: { error: 'min', gain: 'max' },
    trials: 20,
    technique: random(),
  });
  expect(trials).toHaveLength(20);
  for (const { values } of front) {
    const better = trials.filter((other) => other.values![0]! < values![0]! && other.values![1]! > values![1]!);
    expect(better).toEqual([]);
  }
});

it('takes a technique as a value or as text, and both as the same', async () => {
  const run = async (technique: string | Technique) =>
    (await minimize(bowl, ({ x, n }) => x + n, { trials: 12, seed: 3, technique })).trials;
  const asValue = await run(tpe({ startup: 5 }));
  expect(asValue.map(({ configuration }) => configuration)).toEqual(
    (await run('tpe:startup=5')).map(({ configuration }) => configuration),
  );
  const arms = await run(bandit({ arms: [random(), tpe({ startup: 5 })] }));
  expect(arms.map(({ configuration, technique }) => [configuration, technique])).toEqual(
    (await run('bandit:arms=random+tpe(startup=5)')).map(({ configuration, technique }) => [configuration, technique]),
  );
  // @ts-expect-error an option that tpe does not have
  expect(() => tpe({ start: 5 })).toThrow('has no option "start"');
  // @ts-expect-error a text where a number belongs
  expect(() => tpe({ startup: '5' })).toThrow('not of type integer');
  expect(() => bandit()).toThrow('needs its arms');
});

it('goes on in a file exactly where it was stopped', async () => {
  const options = { seed: 7, technique: tpe({ startup: 5 }) };
  const whole = await minimize(bowl, ({ x, n }) => x * n, { ...options, trials: 20 });
  const study = join(folder, 's.db');
  const stop = new AbortController();
  const stopped = minimize(bowl, ({ x, n }) => x * n, {
    ...options,
    study,
    trials: 20,
    signal: stop.signal,
    onTrial: ({ number }) => number === 8 && stop.abort(),
  });
  await expect(stopped).rejects.toThrow(InterruptedError);
  const resumed = await minimize(bowl, ({ x, n }) => x * n, { ...options, study, trials: 20 });
  expect(resumed.trials).toEqual(whole.trials);
});

it('measures several configurations at once', async () => {
  let [running, most] = [0, 0];
  await minimize(
    bowl,
    async ({ x }) => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, 5));
      running--;
      return x;
    },
    { trials: 12, workers: 3, technique: random() },
  );
  expect(most).toBe(3);
});

it('refuses at the first trial what is no number, and counts what a function throws as failed', async () => {
  const nothing = (() => undefined) as unknown as () => number;
  await expect(minimize(bowl, nothing, { trials: 5, technique: random() })).rejects.toMatchObject({
    code: 'STUDY_MEASUREMENT',
  });
  const { best, trials } = await minimize(
    bowl,
    ({ n }) => {
      if (n > 4) throw new Error('too deep');
      return n;
    },
    { trials: 30, technique: random() },
  );
  expect(best?.value).toBe(1);
  expect(trials.filter(({ state }) => state === 'failed')[0]?.failure).toMatchObject({ message: 'too deep' });
  await expect(minimize(bowl, ({ n }) => n, {})).rejects.toThrow('budget');
});
