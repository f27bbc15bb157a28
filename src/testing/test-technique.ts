import { describe, expect, it, vi } from 'vitest';
import type { Objective } from '../core/objective.js';
import type { Configuration } from '../core/space.js';
import type { Store } from '../core/store.js';
import type { Technique, TechniqueDefinition } from '../core/technique.js';
import type { FinishedTrial } from '../core/trial.js';
import { createTechnique } from '../plugins/create-technique.js';
import { createMemoryStore } from '../store/memory.js';
import { runStudy } from '../study/run.js';
import type { StudyOptions } from '../study/study.js';
import { choiceSpace } from './choice-space.js';
import { crashingStore } from './crashing-store.js';
import { bowlOracle, mixedProblem, type Problem } from './problems.js';
import { runOutOfOrder } from './run-out-of-order.js';
import { strictTechnique } from './strict-technique.js';
import { withForeignTrials } from './with-foreign-trials.js';

export interface TechniqueContract {
  /** The techniques that a composite may name as its parts. */
  readonly others?: readonly TechniqueDefinition[];
  /** Why the technique need not beat random search. */
  readonly beatsRandomNotBecause?: string;
}

type MeasuredOptions = StudyOptions & Problem;

const axis = [0, 1, 2, 3, 4, 5, 6];
const choices: Problem = { space: choiceSpace({ a: axis, b: axis, c: axis, d: axis, e: axis }), oracle: bowlOracle };
/** Little more than the trials asked of it: repeats and the fallback come into play. */
const nearlyEnding: Problem = { space: choiceSpace({ a: axis, b: [0, 1, 2], c: [0, 1, 2] }), oracle: bowlOracle };
const one: readonly Objective[] = [{ metric: 'error', direction: 'min' }];
const two: readonly Objective[] = [...one, { metric: 'yield', direction: 'max' }];

/** A model is fitted at every ask: fewer asks, but enough of them beyond the start without a model. */
const effort = (definition: TechniqueDefinition) =>
  definition.modelBased === true && process.env['SUPERSAM_SLOW'] !== '1'
    ? { trials: 32, singleCrashes: [79] }
    : { trials: 60, singleCrashes: [47, 136] };

/** Against random search. A model shows soon what it is worth and costs time; a population needs generations. */
const CONTEST = { seeds: 20, level: 0.05, trials: { model: 60, other: 400 } };
/** A model is fitted at every ask of hundreds of trials. */
const TIMEOUT_MS = 180_000;

/** Another zero changes the last digits of what is computed from losses, and so those of a continuous parameter. */
const ROUNDING = 1e-5;

/** Crashes again and again. A session with several open trials starts them all again, hence the larger numbers. */
const WRITES_BETWEEN_CRASHES = [1, 4, 2, 12, 3, 7, 1, 9, 5, 2, 11, 6, 3, 8, 4, 10] as const;

/** The behaviour every technique must have; plug-in authors call it in one line of a test file. */
export function testTechnique(definition: TechniqueDefinition, contract: TechniqueContract = {}): void {
  const { others = [], beatsRandomNotBecause } = contract;
  const registry = new Map([...others, definition].map((entry) => [entry.name, entry]));
  const create = () => createTechnique(definition.name, registry);
  const { trials: TRIALS, singleCrashes } = effort(definition);
  const options = (
    problem: Problem,
    objectives: readonly Objective[],
    given: Partial<MeasuredOptions>,
  ): MeasuredOptions => ({
    ...problem,
    name: 's',
    technique: strictTechnique(create()),
    objectives,
    seed: 42,
    store: createMemoryStore(),
    resume: true,
    ...given,
  });
  const inTurn = async (given: MeasuredOptions) => (await runStudy({ ...given, budget: { trials: TRIALS } })).trials;
  const outOfOrder = (given: MeasuredOptions) => runOutOfOrder({ ...given, trials: TRIALS });
  const shared = () => strictTechnique(withForeignTrials(create(), (ask) => ask % 3 === 1));

  describe(`technique contract: ${definition.name}`, { timeout: TIMEOUT_MS }, () => {
    it('says what it is in one line, and has defaults of the types and within the bounds it gives', () => {
      expect(definition.name).toMatch(/^[a-z][a-z0-9-]*$/);
      expect(definition.description).toMatch(/^[^\n]{10,160}$/);
      for (const [name, option] of Object.entries(definition.options)) {
        expect(option.description, name).toMatch(/^[^\n]+$/);
        expect(() => createTechnique(`${definition.name}:${name}=${option.default}`, registry)).not.toThrow();
      }
    });

    for (const [title, problem, objectives, run, technique] of [
      ['one objective', mixedProblem, one, inTurn, () => strictTechnique(create())],
      ['two objectives', mixedProblem, two, inTurn, () => strictTechnique(create())],
      ['a space that nearly ends', nearlyEnding, two, inTurn, () => strictTechnique(create())],
      ['asynchronous workers', mixedProblem, one, outOfOrder, () => strictTechnique(create())],
      ['asynchronous workers beside another searcher', mixedProblem, two, outOfOrder, shared],
    ] as const) {
      const trialsOf = (given: Partial<MeasuredOptions> = {}) =>
        run(options(problem, objectives, { technique: technique(), ...given }));
      const reference = once(() => trialsOf());

      it(`${title}: same seed, same trials, legal and no more than asked for, inputs untouched, JSON state`, async () => {
        const trials = await reference();
        expect(await trialsOf()).toEqual(trials);
        expect(trials).toHaveLength(TRIALS);
        expect(new Set(trials.map(({ configuration }) => problem.space.key(configuration))).size).toBe(TRIALS);
        expect(await trialsOf({ seed: 43 })).not.toEqual(trials);
        if (problem === mixedProblem) expect(shareOfFallback(trials)).toBeLessThan(0.1);
      });

      it(`${title}: goes on exactly after crashes at any write`, async () => {
        for (const writes of [WRITES_BETWEEN_CRASHES, ...singleCrashes.map((write) => [write, Infinity])]) {
          expect(await crashing(writes, (store) => trialsOf({ store }))).toEqual(await reference());
        }
      });
    }

    for (const [title, objectives] of [
      ['one objective', one],
      ['two objectives', two],
    ] as const) {
      const unitsOf = (factors: readonly number[], zero: number) =>
        inTurn(options(inUnits(factors, zero), objectives, {}));
      const plain = once(() => unitsOf([1, 1], 0));

      it(`${title}: proposes the same in another unit`, async () => {
        const trials = await plain();
        for (const factors of [
          [4, 4],
          [2 ** -30, 2 ** 10],
        ]) {
          expect(configurations(await unitsOf(factors, 0))).toEqual(configurations(trials));
        }
      });

      it(`${title}: proposes the same from another zero`, async () => {
        const trials = await plain();
        for (const zero of [1024, -1024]) {
          const moved = await unitsOf([1, 1], zero);
          for (const [i, { configuration }] of trials.entries()) {
            const distance = mixedProblem.space.distance(moved[i]!.configuration, configuration);
            expect(distance, `trial ${i} with ${zero} added`).toBeLessThan(ROUNDING);
          }
        }
      });
    }

    const reference = once(() => inTurn(options(mixedProblem, one, {})));

    it('keeps nothing outside its state', async () => {
      const technique = strictTechnique(create());
      for (let study = 0; study < 2; study++) {
        expect(await inTurn(options(mixedProblem, one, { technique }))).toEqual(await reference());
      }
    });

    it('reads no clock and no other randomness', async () => {
      await reference();
      const forbidden = () => {
        throw new Error('hidden input');
      };
      const spies = [vi.spyOn(Math, 'random'), vi.spyOn(Date, 'now')].map((spy) => spy.mockImplementation(forbidden));
      try {
        expect(await inTurn(options(mixedProblem, one, {}))).toEqual(await reference());
      } finally {
        for (const spy of spies) spy.mockRestore();
      }
    });

    if (beatsRandomNotBecause !== undefined) return;
    it(`beats random by a sign test over ${CONTEST.seeds} seeds`, async () => {
      const trials = CONTEST.trials[definition.modelBased === true ? 'model' : 'other'];
      const gains: number[] = [];
      for (let seed = 0; seed < CONTEST.seeds; seed++) {
        const study = options(choices, one, { seed, technique: create() });
        const found = (await runStudy({ ...study, budget: { trials } })).trials;
        gains.push((await bestOfRandom(seed, trials)) - best(found));
      }
      const [wins, losses] = [gains.filter((gain) => gain > 0).length, gains.filter((gain) => gain < 0).length];
      const p = signTest(wins, losses);
      expect(p, `better than random in ${wins} and worse in ${losses} of ${CONTEST.seeds} seeds`).toBeLessThan(
        CONTEST.level,
      );
    });
  });
}

/** Runs with a process that dies after so many writes, and another one that goes on until it dies after the next so many. */
async function crashing<T>(writes: readonly number[], run: (store: Store) => Promise<T>): Promise<T> {
  const store = createMemoryStore();
  for (let session = 0; ; session++) {
    try {
      return await run(crashingStore(store, writes[session % writes.length] as number));
    } catch (error) {
      if ((error as Error).message !== 'power cut') throw error;
      store.close();
    }
  }
}

const configurations = (trials: readonly FinishedTrial[]) => trials.map(({ configuration }) => configuration);

/** The mixed problem with factor * x + zero for every metric x, of so few digits that nothing of them is lost. */
const inUnits = (factors: readonly number[], zero: number): Problem => ({
  ...mixedProblem,
  oracle: {
    ...mixedProblem.oracle,
    async measure(configuration, context) {
      const measured = await mixedProblem.oracle.measure(configuration, context);
      if (measured.state !== 'complete') return measured;
      const entries = Object.entries(measured.metrics).map(([metric, x], i) => {
        const rounded = Math.round(x * 2 ** 20) / 2 ** 20;
        return [metric, rounded * factors[i]! + zero] as const;
      });
      return { ...measured, metrics: Object.fromEntries(entries) };
    },
  },
});

/**
 * The chance of at least so many wins if a win and a loss were equally likely (the sign test, one-sided; ties tell
 * nothing and are left out).
 */
function signTest(wins: number, losses: number): number {
  const games = wins + losses;
  // The chance of exactly `games` wins first, then of one win less at every step.
  let [chance, p] = [0.5 ** games, 0];
  for (let count = games; count >= wins; count--) {
    p += chance;
    chance *= count / (games - count + 1);
  }
  return p;
}

/** Trials that the study had to draw because the technique offered nothing new. */
const shareOfFallback = (trials: readonly FinishedTrial[]) =>
  trials.filter(({ technique }) => technique === 'fallback').length / trials.length;

const uniform: Technique = {
  name: 'uniform',
  init: () => null,
  ask: (state, count, { space, rng }) => [Array.from({ length: count }, (): Configuration => space.sample(rng)), state],
  tell: (state) => state,
};

const bestOfRandom = once(async (seed: number, trials: number) => {
  const store = createMemoryStore();
  const study = { ...choices, name: 's', technique: uniform, objectives: one, seed, store };
  return best((await runStudy({ ...study, budget: { trials } })).trials);
});

const best = (trials: readonly FinishedTrial[]) => Math.min(...trials.flatMap(({ values }) => values ?? []));

/** The same function, which does its work once for equal arguments. */
function once<Arguments extends readonly number[], Result>(work: (...given: Arguments) => Result): typeof work {
  const results = new Map<string, Result>();
  return (...given) => {
    const key = given.join('/');
    if (!results.has(key)) results.set(key, work(...given));
    return results.get(key) as Result;
  };
}
