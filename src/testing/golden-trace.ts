import type { Technique } from '../core/technique.js';
import type { FinishedTrial } from '../core/trial.js';
import { createMemoryStore } from '../store/memory.js';
import { runStudy } from '../study/run.js';
import { mixedProblem } from './problems.js';
import { withForeignTrials } from './with-foreign-trials.js';

const PROPOSALS = 20;

/** What a technique proposed, a line each: "arm {configuration}". */
export interface GoldenTrace {
  /** Its first 20 proposals for one objective, with seed 1 on the space of every type. */
  readonly start: readonly string[];
  /** Its first 20 for two objectives once it was told 20 random trials, so that it has something to learn from. */
  readonly afterTrials: readonly string[];
}

/** The proposals that a change of a technique must leave as they are, unless it is meant to change them. */
export async function goldenTrace(create: () => Technique): Promise<GoldenTrace> {
  const run = async (technique: Technique, metrics: readonly ('error' | 'yield')[], trials: number) => {
    const objectives = metrics.map((metric) => ({ metric, direction: metric === 'yield' ? 'max' : 'min' }) as const);
    const study = { ...mixedProblem, name: 's', technique, objectives, seed: 1, store: createMemoryStore() };
    return (await runStudy({ ...study, budget: { trials } })).trials;
  };
  const told = await run(
    withForeignTrials(create(), (ask) => ask < PROPOSALS),
    ['error', 'yield'],
    2 * PROPOSALS,
  );
  return {
    start: (await run(create(), ['error'], PROPOSALS)).map(line),
    afterTrials: told.slice(PROPOSALS).map(line),
  };
}

const line = ({ technique, configuration }: FinishedTrial) => `${technique} ${JSON.stringify(configuration)}`;
