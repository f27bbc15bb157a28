import type { Json } from '../base/json.js';
import type { StudyHistory, TechniqueSnapshot } from '../core/store.js';
import { openForReading, withStoreErrors } from './database.js';
import { parse, readStudy, readWhole } from './rows.js';

interface Row {
  readonly number: number;
  readonly proposed: number | null;
  readonly asked: number | null;
  readonly told: number | null;
  readonly seal: string | null;
  readonly completion: number | null;
}

/**
 * The study of that name with all that proving it takes; undefined when there is none. Reads as `readStudies` does.
 *
 * @throws StudyError as `readStudies`, and STUDY_DAMAGED for what cannot be read.
 */
export function readHistory(path: string, name: string): StudyHistory | undefined {
  const db = openForReading(path);
  const read = db.transaction((): StudyHistory | undefined => {
    const whole = readWhole(db, name);
    const id = readStudy(db, name)?.id;
    if (whole === undefined || id === undefined) return undefined;
    const rows = db
      .prepare(
        `SELECT number, asked_step AS proposed, asked_count AS asked, told_step AS told, seal, completion
         FROM trial WHERE study_id = ?`,
      )
      .all(id) as Row[];
    const snapshot = db.prepare('SELECT step, state FROM technique_snapshot WHERE study_id = ?').get(id) as
      | { readonly step: number; readonly state: string }
      | undefined;
    const details = db
      .prepare('SELECT detail FROM environment WHERE study_id = ? ORDER BY id')
      .pluck()
      .all(id) as string[];
    return {
      ...whole,
      steps: new Map(rows.map(({ number, proposed, asked, told }) => [number, { proposed, asked, told }])),
      seals: new Map(rows.flatMap(({ number, seal, completion }) => (completion === null ? [] : [[number, seal]]))),
      sealed: db.prepare('SELECT sealed FROM study WHERE id = ?').pluck().get(id) as string | null,
      snapshot:
        snapshot === undefined
          ? null
          : ({
              step: snapshot.step,
              state: parse<Json>(snapshot.state, name, "its technique's state"),
            } satisfies TechniqueSnapshot),
      environments: details.map((detail) => parse(detail, name, 'an environment')),
    };
  });
  try {
    return withStoreErrors(path, read);
  } finally {
    db.close();
  }
}
