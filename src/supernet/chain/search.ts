import type { LongRunning } from '../../base/progress.js';
import type { Objective } from '../../core/objective.js';
import type { Configuration, SearchSpace } from '../../core/space.js';
import type { Store } from '../../core/store.js';
import { createTechnique, DEFAULT_TECHNIQUE } from '../../plugins/create-technique.js';
import { loadTechniques } from '../../plugins/load-techniques.js';
import { createMemoryStore } from '../../store/memory.js';
import { type RunStudyOptions, runStudy, type StudyResult } from '../../study/run.js';
import type { PromptKind } from '../data/prompts.js';
import type { MaskChoice } from '../method/evaluate.js';
import { createEncoder } from '../model/description.js';
import { createSupernetOracle, type SupernetOracle } from '../oracle/supernet.js';
import { type Provider, requireProvider } from '../run-onnx/provider.js';
import {
  type ModelSource,
  openModel,
  openScoring,
  openSpace,
  type ScoringOptions,
  type SpaceSource,
} from './inputs.js';

/** How the subnets of a supernet are measured. */
export interface SupernetMeasuring extends Omit<ScoringOptions, 'prompts' | 'seed'> {
  /** What `meanIou` is the mean of. Default both: box and point. */
  readonly prompts?: PromptKind | 'both' | undefined;
  /** Default the single mask. */
  readonly mask?: MaskChoice | undefined;
  /** Fixes the prompts. Default 1. */
  readonly promptSeed?: number | undefined;
  /** Gives `latencyMs` too, by a table that depends on the machine and its load. */
  readonly latency?: boolean | undefined;
  /** What ONNX Runtime computes with; a study goes on with the one that it was begun with. Default: the CPU. */
  readonly provider?: Provider | undefined;
  /** To compute with; by default as many as ONNX Runtime takes. */
  readonly threads?: number | undefined;
}

/** The oracle of a supernet on a split (val by default); the caller closes it. */
export async function openSupernetOracle(source: ModelSource, options: SupernetMeasuring): Promise<SupernetOracle> {
  const { prompts: prompt = 'both', mask = 'single', promptSeed: seed = 1, split = 'val', latency = false } = options;
  const { provider = 'cpu' } = options;
  await requireProvider(provider);
  const model = await openModel(source);
  const prompts: readonly PromptKind[] = prompt === 'both' ? ['box', 'point'] : [prompt];
  const { encoder, sets } = await openScoring(model, { ...options, split, prompts, seed });
  const threads = options.threads === undefined ? {} : { threads: options.threads };
  return createSupernetOracle({
    ...{ model, encoder, evaluation: sets[0], metric: { prompt, mask }, latency, provider, onNote: options.onNote },
    ...threads,
  });
}

/** Accuracy against size, what the method searches by. */
export const SUPERNET_OBJECTIVES: readonly Objective[] = [
  { metric: 'meanIou', direction: 'max' },
  { metric: 'encoderParameters', direction: 'min' },
];

export interface SearchOptions extends SupernetMeasuring, LongRunning {
  readonly space: SpaceSource;
  /** Measured trials in all, those of earlier runs included. */
  readonly trials: number;
  /** Database in which the study is kept, and goes on when it is there. Default: nowhere. */
  readonly study?: string | undefined;
  /** Of the study within the database. Default `study`. */
  readonly name?: string | undefined;
  /** `NAME:option=value,…`. Default: that of `supersam search`. */
  readonly technique?: string | undefined;
  /** Default: the most mean IoU, the fewest encoder parameters. */
  readonly objectives?: readonly Objective[] | undefined;
  readonly seed?: number | undefined;
  /** Measured before the technique is asked. */
  readonly seedConfigurations?: readonly Configuration[] | undefined;
}

/**
 * Searches the subnets of a supernet.
 * @throws StudyError when the study in the database is of other settings; InterruptedError, after which the same call goes on
 */
export async function search(supernet: ModelSource, options: SearchOptions): Promise<StudyResult> {
  const model = await openModel(supernet);
  const space = await openSpace(options.space, createEncoder(model.description, options.inputSize));
  const oracle = await openSupernetOracle(model, options);
  try {
    return await searchSubnets({ ...options, space, oracle });
  } finally {
    await oracle.close?.();
  }
}

type StudySettings = Omit<SearchOptions, keyof SupernetMeasuring | 'space'>;

export interface SubnetStudy extends StudySettings {
  readonly space: SearchSpace;
  readonly oracle: SupernetOracle;
  readonly environment?: RunStudyOptions['environment'];
}

/** The study itself; the oracle stays open. */
export async function searchSubnets(options: SubnetStudy): Promise<StudyResult> {
  const { space, oracle, trials, study, environment, onProgress, signal } = options;
  const { name = 'study', technique: spec = DEFAULT_TECHNIQUE, objectives = SUPERNET_OBJECTIVES, seed = 1 } = options;
  oracle.checkSpace(space);
  const technique = createTechnique(spec, await loadTechniques());
  const store = await openStore(study);
  try {
    return await runStudy({
      ...{ name, space, oracle, technique, objectives, seed, store, budget: { trials } },
      seedConfigurations: options.seedConfigurations ?? [],
      resume: store.names().includes(name),
      ...(environment && { environment }),
      ...(onProgress && { onProgress }),
      ...(signal && { signal }),
    });
  } finally {
    store.close();
  }
}

/** The addon is loaded where a database is asked for. */
async function openStore(path: string | undefined): Promise<Store> {
  if (path === undefined) return createMemoryStore();
  const { openSqliteStore } = await import('../../store/sqlite.js');
  return openSqliteStore(path);
}
