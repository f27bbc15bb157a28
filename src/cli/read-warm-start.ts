import { existsSync } from 'node:fs';
import type { FinishedTrial } from '../core/trial.js';
import { readStudies } from '../store/sqlite.js';
import { pickStudy } from './pick-study.js';

/** The finished trials of the study that `DB` or `DB:NAME` names. */
export function readWarmStart(spec: string): readonly FinishedTrial[] {
  const colon = spec.lastIndexOf(':');
  const [db, name] = colon < 0 || existsSync(spec) ? [spec] : [spec.slice(0, colon), spec.slice(colon + 1)];
  const store = readStudies(db as string);
  try {
    return pickStudy(store, db as string, name).finished;
  } finally {
    store.close();
  }
}
