import type { Json } from '../base/json.js';
import type { StudyDefinition } from '../core/store.js';

/**
 * What names a study in files that come from it, so that who reads a number can ask the study for the proof
 * (`supersam verify`): hashes of what measured are in `fingerprint`, that of the space in `space`.
 */
export interface StudyOrigin {
  readonly study: string;
  readonly seed: number;
  readonly technique: string;
  readonly space: string;
  readonly oracle: string;
  readonly fingerprint: { readonly [key: string]: Json };
  /** That began it. */
  readonly version: string;
}

/** The same of one of its trials. */
export interface TrialOrigin extends StudyOrigin {
  readonly trial: number;
}

export const originOf = ({ name, seed, technique, space, oracle, begun }: StudyDefinition): StudyOrigin => ({
  ...{ study: name, seed, technique, space: space.hash },
  ...{ oracle: oracle.name, fingerprint: oracle.fingerprint, version: begun.version },
});
