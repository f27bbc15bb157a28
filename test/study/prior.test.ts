import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMemoryStore, openSqliteStore, type RunStudyOptions, runStudy, space } from 'supersam';
import { describe, expect, it } from 'vitest';
import type { SearchSpace } from '../../src/core/space.js';
import { readHistory } from '../../src/store/history.js';
import { replay } from '../../src/study/replay.js';
import gaussianProcess from '../../techniques/gaussian-process.js';

const box = space('box').float('x', 0, 1).float('y', 0, 1).integer('n', 0, 20).compile();
const bowl =
  (shift: number, scale: number) =>
  ({ x, y, n }: { readonly [name: string]: unknown }) =>
    scale * ((Number(x) - 0.8 - shift) ** 2 + (Number(y) - 0.15) ** 2 + (Number(n) / 20 - 0.5) ** 2);
const options = (
  measure: (c: { readonly [name: string]: unknown }) => number,
  extra: Partial<RunStudyOptions> = {},
) => ({
  ...{ name: 's', space: box as SearchSpace, technique: gaussianProcess(), seed: 1, store: createMemoryStore() },
  oracle: {
    ...{ name: 'bowl', metrics: ['error'], fingerprint: async () => ({}) },
    measure: async (configuration: { readonly [name: string]: unknown }) =>
      ({ state: 'complete', metrics: { error: measure(configuration) } }) as const,
  },
  objectives: [{ metric: 'error', direction: 'min' as const }],
  budget: { trials: 15 },
  ...extra,
});
const bestOf = (values: readonly (readonly number[] | null)[]) =>
  Math.min(...values.map((value) => value?.[0] ?? Infinity));

describe('a study that expects what another measured', () => {
  it('begins with the best of it and is ahead of one that knows nothing, though scale and optimum differ', async () => {
    const { trials: prior } = await runStudy(options(bowl(0, 1), { budget: { trials: 30 } }));
    const first = prior.toSorted((a, b) => (a.values?.[0] ?? 0) - (b.values?.[0] ?? 0))[0];
    let ahead = 0;
    for (const seed of [2, 3, 4]) {
      const alone = await runStudy(options(bowl(0.05, 300), { seed }));
      const helped = await runStudy(options(bowl(0.05, 300), { seed, prior }));
      expect(helped.trials[0]?.configuration).toEqual(first?.configuration);
      expect(helped.trials).toHaveLength(15);
      const [own, other] = [helped, alone].map(({ trials }) => bestOf(trials.map(({ values }) => values)));
      if ((own as number) < (other as number)) ahead++;
    }
    expect(ahead).toBeGreaterThanOrEqual(2);
  });

  it('keeps it: goes on exactly without being told again, and its search can be replayed', async () => {
    const db = join(mkdtempSync(join(tmpdir(), 'supersam-prior-')), 's.db');
    const { trials: prior } = await runStudy(options(bowl(0, 1)));
    const once = await runStudy(options(bowl(0.05, 2), { prior }));
    for (const [i, trials] of [6, 15].entries()) {
      const store = openSqliteStore(db);
      const told = i === 0 ? { prior } : {};
      const found = await runStudy(options(bowl(0.05, 2), { ...told, store, resume: true, budget: { trials } }));
      expect(found.trials).toEqual(once.trials.slice(0, trials));
      store.close();
    }
    const history = readHistory(db, 's');
    if (history === undefined) throw new Error('there is no study');
    const steps = replay(history, { space: box, technique: gaussianProcess() });
    let step = steps.next();
    while (!step.done) step = steps.next();
    expect(step.value).toMatchObject({ asks: 15, tells: 15 });
    expect(step.value.fault).toBeUndefined();
  });

  it('refuses a study of which nothing can be used', async () => {
    const { trials } = await runStudy(options(bowl(0, 1)));
    const other = { objectives: [{ metric: 'seconds', direction: 'min' as const }], prior: trials };
    const given = options(bowl(0, 1), other);
    const oracle = { ...given.oracle, metrics: ['seconds'] };
    await expect(runStudy({ ...given, oracle })).rejects.toThrow(
      'of 15 trials of the study to expect from, 0 can be used',
    );
  });
});
