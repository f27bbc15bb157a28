import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createRng } from '../../src/base/rng.js';
import type { Oracle, SeenParts } from '../../src/core/oracle.js';
import type { Configuration } from '../../src/core/space.js';
import type { FinishedTrial } from '../../src/core/trial.js';
import { measureInParts } from '../../src/oracles/measure-in-parts.js';
import { readHistory } from '../../src/store/history.js';
import { createMemoryStore } from '../../src/store/memory.js';
import { openSqliteStore } from '../../src/store/sqlite.js';
import { judgeAgain } from '../../src/study/judge-again.js';
import { planRace, riskOf } from '../../src/study/race.js';
import { type RunStudyOptions, runStudy } from '../../src/study/run.js';
import { choiceSpace } from '../../src/testing/choice-space.js';
import gaussianProcess from '../../techniques/gaussian-process.js';
import random from '../../techniques/random.js';

const axis = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
const space = choiceSpace({ a: axis, b: axis, c: axis });
const IMAGES = 60;
const quality = ({ a, b, c }: Configuration) => 0.9 - 0.06 * (9 - Number(a)) - 0.08 * Math.abs(Number(b) - Number(c));
const size = ({ a, b }: Configuration) => 10 * Number(a) + Number(b);
const score = (configuration: Configuration, image: number) => {
  const key = space.key(configuration);
  const rng = createRng('score', key, image);
  const hard = createRng('image', image).normal();
  return Math.min(1, Math.max(0, quality(configuration) + 0.05 * hard + 0.02 * rng.normal()));
};

/** Scores of images, and how many were measured. */
function images(weights = Array.from({ length: IMAGES }, (_, image) => 1 + (image % 4))) {
  const count = { measured: 0 };
  const parts = { weights, ranges: { score: [0, 1] as const } };
  const oracle: Oracle = {
    ...{ name: 'images', metrics: ['score', 'size'], parts },
    fingerprint: async () => ({}),
    analyze: (configuration) => ({ size: size(configuration) }),
    measure: async (configuration, { race, signal }) => {
      const whole = { order: weights.map((_, image) => image), rivals: [], objectives: [], risk: 1 };
      return measureInParts(parts, { race: race ?? whole, signal }, async (image) => {
        count.measured++;
        return { score: score(configuration, image) };
      });
    },
  };
  return { oracle, count };
}

const options = (oracle: Oracle, extra: Partial<RunStudyOptions> = {}): RunStudyOptions => ({
  ...{ name: 's', space, oracle, technique: random(), seed: 1, race: 0.05, store: createMemoryStore() },
  objectives: [
    { metric: 'score', direction: 'max' },
    { metric: 'size', direction: 'min' },
  ],
  budget: { trials: 80 },
  ...extra,
});
const numbersOf = (trials: readonly FinishedTrial[]) => trials.map(({ number }) => number).sort((a, b) => a - b);

describe('a study whose configurations race', () => {
  it('spends no more risk than the study has, however many trials it comes to', () => {
    let sum = 0;
    for (let unsettled = 0; unsettled < 100_000; unsettled++) sum += riskOf(unsettled, 0.05);
    expect(sum).toBeLessThan(0.05);
    expect(sum).toBeGreaterThan(0.04);
  });

  it('takes for each trial that belongs on the front a part of the risk of its own, those of the others are free again', async () => {
    const { oracle } = images();
    for (const workers of [1, 3]) {
      const { trials } = await runStudy(options(oracle, { workers, budget: { trials: 60 } }));
      const metricsOf = (number: number) => trials.find((trial) => trial.number === number)?.metrics?.['score'] ?? 0;
      // Whether one belongs on the front is known of all here, as none that does is stopped.
      const belongs = ({ state, metrics, parts }: FinishedTrial) =>
        state === 'complete' && (parts?.rivals ?? []).every((rival) => metricsOf(rival) < (metrics?.['score'] ?? 0));
      const risks = trials
        .filter((trial) => belongs(trial) && (trial.parts?.rivals.length ?? 0) > 0)
        .map((trial) => trial.parts?.risk ?? 0);
      const most = risks.map((_, before) => riskOf(before, 0.05)).sort((a, b) => b - a);
      const taken = risks.toSorted((a, b) => b - a);
      expect(risks.length).toBeGreaterThan(3);
      for (const [i, risk] of taken.entries()) expect(risk).toBeLessThanOrEqual(most[i] as number);
      // Far fewer than there were trials have had theirs.
      const last = trials.toSorted((a, b) => a.number - b.number).at(-1);
      expect(last?.parts?.risk).toBeGreaterThan(riskOf(trials.length / 2, 0.05));
    }
  });

  it('asks the sooner for a part the more room the rival leaves there, in an order of its own for every trial', () => {
    const values = [0.2, 0.9, 1, 0.9];
    const weights = [1, 1, 1, 2];
    const rival: FinishedTrial = {
      ...{ number: 0, technique: 'random', configuration: { a: 0, b: 0, c: 0 }, state: 'complete', improvement: 1 },
      ...{ values: [0.78], metrics: { score: 0.78 } },
      parts: { order: [0, 1, 2, 3], values: { score: values }, rivals: [], risk: 0 },
    };
    const rules = {
      ...{ parts: { weights, ranges: { score: [0, 1] as const } }, seed: 1, risk: 0.05, analyze: () => undefined },
      objectives: [{ metric: 'score', direction: 'max' as const }],
    };
    const firsts = [0, 0, 0, 0];
    const tries = 4000;
    for (let number = 1; number <= tries; number++) {
      const { order } = planRace({ number, technique: 'random', configuration: { a: 1 } }, [rival], [rival], rules);
      expect(order.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3]);
      firsts[order[0] as number]! += 1 / tries;
    }
    // Half of the chance goes with the weights, of which there are 5, half with the rooms 0.8, 0.1, 0 and 0.2.
    const chances = weights.map((weight, part) => (weight / 5 + (weight * (1 - values[part]!)) / 1.1) / 2);
    for (const [part, chance] of chances.entries()) expect(Math.abs(firsts[part]! - chance)).toBeLessThan(0.03);
  });

  it('finds the same front as one that measures everything, with far fewer parts, and keeps what it saw', async () => {
    const whole = images();
    const raced = images();
    const { race: _, ...unraced } = options(whole.oracle);
    const all = await runStudy(unraced);
    const some = await runStudy(options(raced.oracle));
    expect(numbersOf(some.front)).toEqual(numbersOf(all.front));
    expect(raced.count.measured).toBeLessThan(0.75 * whole.count.measured);
    const pruned = some.trials.filter(({ state }) => state === 'pruned');
    expect(pruned.length).toBeGreaterThan(20);
    for (const trial of pruned) {
      const { order, values, rivals } = trial.parts as SeenParts;
      expect(trial.values).toBeNull();
      expect(order.length).toBeLessThan(IMAGES);
      expect(values['score']).toEqual(order.map((image) => score(trial.configuration, image)));
      expect(rivals.length).toBeGreaterThan(0);
      const known = all.trials.find(({ number }) => number === trial.number);
      expect(trial.metrics?.['size']).toBe(known?.metrics?.['size']);
      expect(trial.metrics?.['score']).toBeCloseTo(known?.metrics?.['score'] ?? 0, 1);
    }
  });

  it('goes on exactly where it was stopped, and its races can be proven', async () => {
    const db = join(mkdtempSync(join(tmpdir(), 'supersam-race-')), 's.db');
    const { oracle } = images();
    const technique = gaussianProcess({ startup: 5 });
    const once = await runStudy(options(oracle, { technique, budget: { trials: 24 } }));
    for (const trials of [7, 8, 24]) {
      const store = openSqliteStore(db);
      const { trials: found } = await runStudy(options(oracle, { technique, store, resume: true, budget: { trials } }));
      expect(found).toEqual(once.trials.slice(0, trials));
      store.close();
    }
    const history = readHistory(db, 's');
    if (history === undefined) throw new Error('there is no study');
    const judge = (changed: readonly FinishedTrial[]) =>
      judgeAgain({ ...history, finished: changed }, { space, analyze: oracle.analyze, parts: oracle.parts });
    expect(judge(history.finished)).toEqual([]);
    const at = history.finished.findIndex(({ state }) => state === 'pruned');
    const pruned = history.finished[at] as FinishedTrial;
    const parts = pruned.parts as SeenParts;
    const forged = (other: Partial<SeenParts>) =>
      judge(history.finished.with(at, { ...pruned, parts: { ...parts, ...other } }));
    const better = { score: (parts.values['score'] ?? []).map((one) => Math.min(1, one + 0.5)) };
    expect(forged({ values: better })).toMatchObject([{ trial: pruned.number, what: expect.stringContaining('lost') }]);
    expect(forged({ risk: 2 * parts.risk })).toMatchObject([
      { trial: pruned.number, what: expect.stringContaining('larger part of the risk') },
    ]);
  });

  it('can be proven where no metric is known before measuring', async () => {
    const { oracle } = images();
    const { analyze: _, ...scored } = { ...oracle, metrics: ['score'] };
    const db = join(mkdtempSync(join(tmpdir(), 'supersam-race-')), 's.db');
    const store = openSqliteStore(db);
    const objectives = [{ metric: 'score', direction: 'max' as const }];
    await runStudy(options(scored, { objectives, store, budget: { trials: 12 } }));
    store.close();
    const history = readHistory(db, 's');
    if (history === undefined) throw new Error('there is no study');
    const { parts } = scored;
    expect(judgeAgain(history, { space, parts })).toEqual([]);
    const early = history.finished.map((trial) => {
      if (trial.state !== 'pruned' || trial.parts === undefined) return trial;
      const { order, values, ...rest } = trial.parts;
      const score = values['score']?.slice(0, -1) ?? [];
      return { ...trial, parts: { ...rest, order: order.slice(0, -1), values: { score } } };
    });
    const pruned = history.finished.filter(({ state }) => state === 'pruned');
    expect(pruned.length).toBeGreaterThan(3);
    expect(judgeAgain({ ...history, finished: early }, { space, parts })).toHaveLength(pruned.length);
  });

  it('refuses to go on with another risk', async () => {
    const { oracle } = images();
    const store = createMemoryStore();
    await runStudy(options(oracle, { store, budget: { trials: 3 } }));
    const again = runStudy(options(oracle, { store, resume: true, race: 0.1 }));
    await expect(again).rejects.toMatchObject({ code: 'STUDY_CHANGED', message: expect.stringContaining('race') });
  });

  it('refuses what cannot be raced, naming why', async () => {
    const { oracle } = images();
    const { parts: _, ...whole } = oracle;
    await expect(runStudy(options(whole))).rejects.toThrow('does not measure part by part');
    const exact = options(oracle, { objectives: [{ metric: 'size', direction: 'min' }] });
    await expect(runStudy(exact)).rejects.toThrow('no objective is a mean');
    await expect(runStudy(options(oracle, { race: 1.5 }))).rejects.toThrow('risk of 1.5');
  });

  it('makes a failed trial of a part that is outside its range', async () => {
    const { oracle } = images();
    const beyond: Oracle = {
      ...oracle,
      measure: (_, { race, signal }) =>
        measureInParts(oracle.parts ?? { weights: [], ranges: {} }, { race: race!, signal }, async () => ({
          score: 7,
        })),
    };
    const { trials } = await runStudy(options(beyond, { budget: { trials: 1 } })).catch(() => ({ trials: [] }));
    expect(trials.map(({ failure }) => failure?.message)).toEqual([expect.stringContaining('score of part')]);
  });

  it('races with several workers', async () => {
    const { oracle } = images();
    const { trials, front } = await runStudy(options(oracle, { workers: 4 }));
    expect(trials.filter(({ state }) => state === 'pruned').length).toBeGreaterThan(10);
    const history = { trials, front };
    expect(numbersOf(history.front).length).toBeGreaterThan(1);
  });
});
