import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeEnvironment } from '../base/environment.js';
import type { ComparisonCard } from '../core/executor.js';
import type { Oracle } from '../core/oracle.js';
import type { Configuration, SearchSpace } from '../core/space.js';
import { createTechnique } from '../plugins/create-technique.js';
import { loadTechniques } from '../plugins/load-techniques.js';
import { packDatabase, unpackDatabase } from '../store/parcel.js';
import { openSqliteStore } from '../store/sqlite.js';
import { measureComparisonStudy } from './run-comparison-study.js';

/** What a job of a comparison has as its configuration: which run, and where it stands when it was begun before. */
export interface RunOrder {
  readonly technique: string;
  readonly seed: number;
  /** As `packStudy` writes it; empty when nothing was measured yet. */
  readonly study: string;
}

/** What comes of it. */
export interface RunDone {
  readonly study: string;
}

interface RunProblemAtHand {
  readonly space: SearchSpace;
  readonly oracle: Oracle;
  readonly constraints: readonly string[];
}

/**
 * An oracle whose measurement is a whole study of a comparison: it takes a `RunOrder` and gives `RunDone`.
 *
 * @param problem with the constraints over measured metrics; the space has settled others.
 */
export async function createRunOracle(
  { space, oracle, constraints }: RunProblemAtHand,
  { objectives, trials }: ComparisonCard,
): Promise<Oracle> {
  const techniques = await loadTechniques();
  const run = async ({ technique, seed, study }: RunOrder, signal: AbortSignal): Promise<RunDone> => {
    const folder = mkdtempSync(join(tmpdir(), 'supersam-run-'));
    const database = join(folder, 'study.db');
    try {
      if (study !== '') unpackDatabase(study, database);
      const store = openSqliteStore(database, { create: true });
      await measureComparisonStudy({
        ...{ space, oracle, constraints, seed, store, techniqueSpec: technique },
        technique: createTechnique(technique, techniques),
        environment: describeEnvironment(),
        problem: { objectives, trials },
        shouldStop: () => signal.aborted,
        onTrial: () => {},
      }).finally(() => store.close());
      return { study: packDatabase(database) };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };
  return {
    ...oracle,
    measure: (order: Configuration, { signal }) => run(order as unknown as RunOrder, signal) as never,
  };
}
