import { describeEnvironment } from '../base/environment.js';
import type { LongRunning } from '../base/progress.js';
import type { Store } from '../core/store.js';
import type { Technique } from '../core/technique.js';
import { InterruptedError, UsageError } from '../errors.js';
import { createTechnique } from '../plugins/create-technique.js';
import { loadTechniques } from '../plugins/load-techniques.js';
import { createMemoryStore } from '../store/memory.js';
import type { ComparisonProblem, ComparisonRow, ComparisonSummary } from './comparison.js';
import { type ComparisonSettings, openComparison } from './open-comparison.js';
import { completeProblem } from './reached.js';
import { runComparisonStudy } from './run-comparison-study.js';
import { summarise } from './summarise.js';

export interface CompareOptions extends Omit<ComparisonSettings, 'constraints'>, LongRunning {
  /** Techniques by their text, `tpe:startup=5`, or by a name of yours: `{ early: tpe({ startup: 5 }) }`. */
  readonly techniques: readonly string[] | { readonly [name: string]: Technique };
  /** Over measured metrics; the space settles others. */
  readonly constraints?: readonly string[];
  /** Keeps the studies, one a technique and seed; in memory by default. Those it has go on where they were. */
  readonly store?: Store;
}

/** What `writeComparison` writes: the problem, a row a run, and means, scores and tests. */
export interface Comparison {
  readonly problem: ComparisonProblem;
  readonly rows: readonly ComparisonRow[];
  readonly summary: ComparisonSummary;
}

/**
 * Runs every technique with seeds 1 to `seeds` on one problem, one study after another in this process, and tests which is
 * better. The command `supersam compare` does the same on all cores.
 *
 * @throws UsageError for what cannot be compared, InterruptedError when the signal aborts, and what `runStudy` throws.
 */
export async function compare(options: CompareOptions): Promise<Comparison> {
  const { space, oracle, objectives, trials, seeds, constraints = [], signal, onProgress } = options;
  const techniques = await named(options.techniques);
  if (techniques.length === 0)
    throw new UsageError('a comparison needs techniques', { remedy: "write ['default', 'random']" });
  const known = await openComparison({ ...options, constraints });
  const store = options.store ?? createMemoryStore();
  const environment = describeEnvironment();
  const rows: ComparisonRow[] = [];
  let done = 0;
  for (const [techniqueSpec, technique] of techniques) {
    for (let seed = 1; seed <= seeds; seed++) {
      if (signal?.aborted === true) throw new InterruptedError();
      const row = await runComparisonStudy({
        ...{ space, oracle, constraints, technique, techniqueSpec, seed, store, environment },
        problem: { objectives, reference: known.reference, trials },
        shouldStop: () => signal?.aborted === true,
        onTrial: () => onProgress?.(++done, techniques.length * seeds * trials, `${techniqueSpec} seed ${seed}`),
      });
      rows.push(row);
    }
  }
  const problem = completeProblem(known, rows);
  return { problem, rows, summary: summarise(problem, rows) };
}

async function named(given: CompareOptions['techniques']): Promise<(readonly [name: string, technique: Technique])[]> {
  if (!Array.isArray(given)) return Object.entries(given as { readonly [name: string]: Technique });
  const registry = await loadTechniques();
  return [...new Set(given as readonly string[])].map((spec) => [spec, createTechnique(spec, registry)]);
}
