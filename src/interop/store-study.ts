import { didYouMean } from '../base/did-you-mean.js';
import type { Json } from '../base/json.js';
import { packageVersion } from '../base/package-root.js';
import type { Objective } from '../core/objective.js';
import type { Measurement } from '../core/oracle.js';
import type { Configuration, SearchSpace } from '../core/space.js';
import type { Store, StudyDefinition, StudyHistory, TrialTimes } from '../core/store.js';
import type { FinishedTrial } from '../core/trial.js';
import { StudyError } from '../errors.js';
import { compileSpace } from '../search-space/compile-space.js';
import type { SpaceDefinition } from '../search-space/definition.js';
import { describeParameters, GENERATION } from '../study/definition.js';
import { growTrials, judgeTrial, measuredConstraints, NO_TRIALS } from '../study/trial-rules.js';

/** A study that another program made, as its files say it. */
export interface ForeignStudy {
  readonly name: string;
  readonly space: SpaceDefinition;
  readonly objectives: readonly Objective[];
  /** The program, as oracle and technique: `optuna`. */
  readonly program: string;
  /** What the numbers came from. */
  readonly fingerprint: { readonly [key: string]: Json };
  /** In the order in which they finished. */
  readonly trials: readonly ForeignTrial[];
  /** What is not the same here, for who reads the study. */
  readonly notes: readonly string[];
}

export interface ForeignTrial {
  readonly technique: string;
  readonly configuration: Configuration;
  readonly measurement: Measurement;
  readonly times?: TrialTimes;
}

/**
 * Stores a study of another program as one of ours. It is there to be asked, compared and to begin new studies with; it
 * cannot go on, since its technique is not ours. Configurations that repeat are kept once, the first complete one.
 *
 * @returns how many trials were stored, and how many repeats were left out.
 * @throws StudyError STUDY_EXISTS, STUDY_IMPORT when not one trial can be stored.
 */
export function storeForeignStudy(
  store: Store,
  study: ForeignStudy,
): { readonly stored: number; readonly repeats: number } {
  const { name, objectives, program, fingerprint } = study;
  if (store.names().includes(name)) {
    throw new StudyError('STUDY_EXISTS', `the database holds a study "${name}" already`, {
      remedy: 'give another --name',
    });
  }
  const space = compileSpace(study.space);
  const distinct = firstOfEach(study.trials, space);
  if (distinct.length === 0) {
    throw new StudyError('STUDY_IMPORT', `"${name}" has no finished trial`, {
      remedy: 'name another study of the file',
    });
  }
  const rules = { objectives, analytic: undefined, violated: measuredConstraints(space, [], []) };
  let front = NO_TRIALS;
  const finished: FinishedTrial[] = [];
  for (const [number, { technique, configuration, measurement }] of distinct.entries()) {
    const trial = judgeTrial({ number, technique, configuration }, measurement, rules, front);
    finished.push(trial);
    front = growTrials(front, trial, objectives);
  }
  const log = store.claim(definitionOf(study, space), { program, ...fingerprint });
  try {
    const seconds = distinct.flatMap(({ measurement }, i) =>
      measurement.seconds === undefined ? [] : [[i, measurement.seconds] as const],
    );
    const times = distinct.flatMap((trial, i) => (trial.times === undefined ? [] : [[i, trial.times] as const]));
    log.begin(finished, [], new Map(seconds), new Map(times));
    log.event('created', `${finished.length} trials of ${program}`);
  } finally {
    log.release();
  }
  return { stored: finished.length, repeats: study.trials.length - distinct.length };
}

/** Those of these names; all when none is given. @throws StudyError STUDY_IMPORT for a name that none has. */
export function chosenOf<T extends { readonly name: string }>(
  all: readonly T[],
  names: readonly string[],
  path: string,
  what = 'study',
): T[] {
  const missing = names.find((name) => !all.some((one) => one.name === name));
  if (missing !== undefined) {
    const known = all.map(({ name }) => name);
    throw new StudyError('STUDY_IMPORT', `${path} holds no ${what} "${missing}".${didYouMean(missing, known)}`, {
      remedy: `it holds: ${known.join(', ')}`,
    });
  }
  return all.filter(({ name }) => names.length === 0 || names.includes(name));
}

/** What the study was imported from; undefined for one that was searched here. */
export function importedFrom({
  definition: { technique, oracle },
  environments: [first],
}: Pick<StudyHistory, 'definition' | 'environments'>):
  | { readonly program: string; readonly sha256: string | undefined }
  | undefined {
  const program = first?.['program'];
  if (typeof program !== 'string' || program !== technique || program !== oracle.name) return undefined;
  const sha256 = oracle.fingerprint['database'] ?? oracle.fingerprint['file'];
  return { program, sha256: typeof sha256 === 'string' ? sha256 : undefined };
}

/** Canonical where the space can say it; a program that knows no conditions leaves parameters out as it likes. */
function firstOfEach(trials: readonly ForeignTrial[], space: SearchSpace): ForeignTrial[] {
  const places = new Map<string, number>();
  const kept: ForeignTrial[] = [];
  for (const given of trials) {
    const configuration = space.isLegal(given.configuration)
      ? space.canonical(given.configuration)
      : given.configuration;
    const key = JSON.stringify(configuration);
    const trial = { ...given, configuration };
    const at = places.get(key);
    if (at === undefined) {
      places.set(key, kept.length);
      kept.push(trial);
    } else if (kept[at]?.measurement.state !== 'complete' && trial.measurement.state === 'complete') kept[at] = trial;
  }
  return kept;
}

function definitionOf({ name, objectives, program, fingerprint }: ForeignStudy, space: SearchSpace): StudyDefinition {
  return {
    ...{ name, objectives, technique: program, seed: 0, oracle: { name: program, fingerprint } },
    space: {
      ...{ name: space.name, hash: space.hash, parameters: describeParameters(space) },
      ...(space.definition === undefined ? {} : { definition: space.definition }),
    },
    begun: { version: packageVersion, generation: GENERATION },
  };
}
