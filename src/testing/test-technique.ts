import { describe, expect, it, vi } from 'vitest';
import type { Configuration } from '../core/configuration.js';
import type { Objective } from '../core/objective.js';
import type { Oracle } from '../core/oracle.js';
import type { Store } from '../core/store.js';
import type { Technique } from '../core/technique.js';
import type { TechniqueDefinition } from '../core/technique-definition.js';
import { createTechnique } from '../plugins/create-technique.js';
import { createMemoryStore } from '../store/memory.js';
import { runStudy } from '../study/run-study.js';
import { choiceSpace } from './choice-space.js';
import { crashingStore } from './crashing-store.js';
import { strictTechnique } from './strict-technique.js';

const TRIALS = 60;
const SEEDS = 20;
const axis = [0, 1, 2, 3, 4, 5, 6];
const space = choiceSpace({ a: axis, b: axis, c: axis, d: axis, e: axis });
/** Little more than the trials asked of it: repeats and the fallback come into play. */
const smallSpace = choiceSpace({ a: axis, b: [0, 1, 2], c: [0, 1, 2] });
const one: readonly Objective[] = [{ metric: 'error', direction: 'min' }];
const two: readonly Objective[] = [...one, { metric: 'yield', direction: 'max' }];

/** A bowl that leans over, and a yield that pulls the other way; every thirteenth configuration cannot be built. */
const oracle: Oracle = {
  name: 'bowl',
  metrics: ['error', 'yield'],
  fingerprint: async () => ({}),
  async measure(configuration) {
    const values = Object.values(configuration).map(Number);
    const sum = values.reduce((total, value) => total + value, 0);
    if ((sum * 7 + (values[0] ?? 0)) % 13 === 0) return { state: 'infeasible' };
    const error =
      values.reduce((total, value, i) => total + (value - 4) ** 2 * (i + 1), 0) + (values[0] ?? 0) * (values[1] ?? 0);
    return { state: 'complete', metrics: { error, yield: sum } };
  },
};

/**
 * The behaviour every technique must have; plug-in authors call it in one line of a test file. `others` are the
 * techniques that a composite may name as its parts.
 */
export function testTechnique(definition: TechniqueDefinition, others: readonly TechniqueDefinition[] = []): void {
  const registry = new Map([...others, definition].map((entry) => [entry.name, entry]));
  const create = () => createTechnique(definition.name, registry);
  const run = (options: Partial<Parameters<typeof study>[1]> = {}) =>
    study(strictTechnique(create()), { space, objectives: one, seed: 42, store: createMemoryStore(), ...options });

  describe(`technique contract: ${definition.name}`, () => {
    it('says what it is in one line', () => {
      expect(definition.description).toMatch(/^[^\n]{10,160}$/);
      for (const option of Object.values(definition.options)) expect(option.description).not.toBe('');
    });

    for (const [title, setting, every] of [
      ['one objective', { objectives: one, space }, 1],
      ['two objectives', { objectives: two, space }, 7],
      ['a space that nearly ends', { objectives: two, space: smallSpace }, 7],
    ] as const) {
      it(`${title}: same seed, same trials, legal and no more than asked for, inputs untouched, JSON state`, async () => {
        const trials = await run(setting);
        expect(trials).toBe(await run(setting));
        expect(JSON.parse(trials)).toHaveLength(TRIALS);
        expect(await run({ ...setting, seed: 43 })).not.toBe(trials);
      });

      it(`${title}: goes on exactly after a crash at ${every === 1 ? 'any' : `every ${every}th`} write`, async () => {
        const reference = await run(setting);
        // Each trial is three writes: proposed, started, finished.
        for (let crash = 0; crash < 3 * TRIALS; crash += every) {
          const store = createMemoryStore();
          await expect(run({ ...setting, store: crashingStore(store, crash) })).rejects.toThrow('power cut');
          store.close();
          expect(await run({ ...setting, store })).toBe(reference);
        }
      });
    }

    it('keeps nothing outside its state', async () => {
      const technique = strictTechnique(create());
      const settings = { space, objectives: one, seed: 42 };
      const first = await study(technique, { ...settings, store: createMemoryStore() });
      expect(await study(technique, { ...settings, store: createMemoryStore() })).toBe(first);
    });

    it('reads no clock and no other randomness', async () => {
      const reference = await run();
      const forbidden = () => {
        throw new Error('hidden input');
      };
      const spies = [vi.spyOn(Math, 'random'), vi.spyOn(Date, 'now')].map((spy) => spy.mockImplementation(forbidden));
      try {
        expect(await run()).toBe(reference);
      } finally {
        for (const spy of spies) spy.mockRestore();
      }
    });

    it.skipIf(definition.name === 'random')(`finds better than random over ${SEEDS} seeds`, async () => {
      const baseline = strictTechnique(uniform);
      let wins = 0;
      for (let seed = 0; seed < SEEDS; seed++) {
        const options = { space, objectives: one, seed };
        const own = await study(create(), { ...options, store: createMemoryStore() });
        const random = await study(baseline, { ...options, store: createMemoryStore() });
        wins += Math.sign(best(random) - best(own));
      }
      expect(wins).toBeGreaterThan(0);
    });
  });
}

async function study(
  technique: Technique,
  options: {
    readonly space: typeof space;
    readonly objectives: readonly Objective[];
    readonly seed: number;
    readonly store: Store;
  },
): Promise<string> {
  const { trials } = await runStudy({
    ...options,
    name: 's',
    technique,
    oracle,
    resume: true,
    budget: { trials: TRIALS },
  });
  return JSON.stringify(trials);
}

const uniform: Technique = {
  name: 'uniform',
  init: () => null,
  ask: (state, count, { space: drawn, rng }) => [
    Array.from({ length: count }, (): Configuration => drawn.sample(rng)),
    state,
  ],
  tell: (state) => state,
};

const best = (trials: string) =>
  Math.min(...(JSON.parse(trials) as { values: number[] | null }[]).flatMap(({ values }) => values ?? []));
