import Database from 'better-sqlite3';
import type { FinishedTrial } from '../core/trial.js';
import type { StudyRecord } from '../store/study-record.js';
import { type Axis, axesOf } from './axes.js';

/** The schema of Optuna 3.2 to 5 (`optuna/storages/_rdb/models.py`). */
const SCHEMA = `
CREATE TABLE studies (study_id INTEGER NOT NULL PRIMARY KEY, study_name VARCHAR(512) NOT NULL);
CREATE UNIQUE INDEX ix_studies_study_name ON studies (study_name);
CREATE TABLE version_info (version_info_id INTEGER NOT NULL PRIMARY KEY CHECK (version_info_id = 1), schema_version INTEGER,
  library_version VARCHAR(256));
CREATE TABLE study_directions (study_direction_id INTEGER NOT NULL PRIMARY KEY, direction VARCHAR(8) NOT NULL,
  study_id INTEGER NOT NULL REFERENCES studies (study_id), objective INTEGER NOT NULL, UNIQUE (study_id, objective));
CREATE TABLE study_user_attributes (study_user_attribute_id INTEGER NOT NULL PRIMARY KEY,
  study_id INTEGER REFERENCES studies (study_id), "key" VARCHAR(512), value_json TEXT, UNIQUE (study_id, "key"));
CREATE TABLE study_system_attributes (study_system_attribute_id INTEGER NOT NULL PRIMARY KEY,
  study_id INTEGER REFERENCES studies (study_id), "key" VARCHAR(512), value_json TEXT, UNIQUE (study_id, "key"));
CREATE TABLE trials (trial_id INTEGER NOT NULL PRIMARY KEY, number INTEGER, study_id INTEGER REFERENCES studies (study_id),
  state VARCHAR(8) NOT NULL, datetime_start DATETIME, datetime_complete DATETIME);
CREATE INDEX ix_trials_study_id ON trials (study_id);
CREATE TABLE trial_user_attributes (trial_user_attribute_id INTEGER NOT NULL PRIMARY KEY,
  trial_id INTEGER REFERENCES trials (trial_id), "key" VARCHAR(512), value_json TEXT, UNIQUE (trial_id, "key"));
CREATE TABLE trial_system_attributes (trial_system_attribute_id INTEGER NOT NULL PRIMARY KEY,
  trial_id INTEGER REFERENCES trials (trial_id), "key" VARCHAR(512), value_json TEXT, UNIQUE (trial_id, "key"));
CREATE TABLE trial_params (param_id INTEGER NOT NULL PRIMARY KEY, trial_id INTEGER REFERENCES trials (trial_id),
  param_name VARCHAR(512), param_value FLOAT, distribution_json TEXT, UNIQUE (trial_id, param_name));
CREATE TABLE trial_values (trial_value_id INTEGER NOT NULL PRIMARY KEY, trial_id INTEGER NOT NULL REFERENCES trials (trial_id),
  objective INTEGER NOT NULL, value FLOAT, value_type VARCHAR(7) NOT NULL, UNIQUE (trial_id, objective));
CREATE TABLE trial_intermediate_values (trial_intermediate_value_id INTEGER NOT NULL PRIMARY KEY,
  trial_id INTEGER NOT NULL REFERENCES trials (trial_id), step INTEGER NOT NULL, intermediate_value FLOAT,
  intermediate_value_type VARCHAR(7) NOT NULL, UNIQUE (trial_id, step));
CREATE TABLE trial_heartbeats (trial_heartbeat_id INTEGER NOT NULL PRIMARY KEY,
  trial_id INTEGER NOT NULL UNIQUE REFERENCES trials (trial_id), heartbeat DATETIME NOT NULL);
CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY);
INSERT INTO version_info VALUES (1, 12, '3.2.0');
INSERT INTO alembic_version VALUES ('v3.2.0.a');
`;

/**
 * A study as an Optuna storage in SQLite, for optuna.load_study and optuna-dashboard. Measured trials are complete; those without values,
 * infeasible ones too, have failed, and say why among their attributes, as every trial says its metrics and technique. What is not measured
 * yet is left out. Ordinals and lists become choices.
 */
export function writeOptuna({ definition, finished, times }: StudyRecord): Uint8Array {
  const db = new Database(':memory:');
  try {
    db.exec(SCHEMA);
    const axes = axesOf(definition, finished);
    const domains = axes.map((axis) => distributionOf(axis, finished));
    const insert = (table: string, columns: number) =>
      db.prepare(`INSERT INTO ${table} VALUES (${Array.from({ length: columns }, () => '?').join(', ')})`);
    const [trials, params, values] = [insert('trials', 6), insert('trial_params', 5), insert('trial_values', 5)];
    const attributes = insert('trial_user_attributes', 4);
    insert('studies', 2).run(1, definition.name);
    for (const [i, { direction }] of definition.objectives.entries()) {
      insert('study_directions', 4).run(i + 1, direction === 'max' ? 'MAXIMIZE' : 'MINIMIZE', 1, i);
    }
    db.transaction(() => {
      for (const trial of [...finished].sort((a, b) => a.number - b.number)) {
        const id = trial.number + 1;
        const { startedAt = null, finishedAt = null } = times.get(trial.number) ?? {};
        const [begun, done] = [startedAt ?? finishedAt ?? 0, finishedAt ?? startedAt ?? 0].map(timeText);
        trials.run(id, trial.number, 1, trial.state === 'complete' ? 'COMPLETE' : 'FAIL', begun, done);
        axes.forEach((axis, i) => {
          const place = axis.place(trial.configuration);
          if (place !== undefined) params.run(null, id, axis.name, place, domains[i]);
        });
        for (const [i, value] of (trial.values ?? []).entries()) values.run(null, id, i, value, 'FINITE');
        for (const [key, value] of Object.entries(attributesOf(trial))) {
          attributes.run(null, id, key, JSON.stringify(value));
        }
      }
    })();
    return db.serialize();
  } finally {
    db.close();
  }
}

const attributesOf = ({ technique, state, metrics, failure }: FinishedTrial) => ({
  ...metrics,
  technique,
  ...(state === 'complete' ? {} : { state }),
  ...(failure === undefined ? {} : { failure: `${failure.kind}: ${failure.message}` }),
});

/** Optuna's times are of no zone; these are of UTC. */
const timeText = (at: number): string => new Date(at).toISOString().replace('T', ' ').replace('Z', '000');

function distributionOf(axis: Axis, trials: readonly FinishedTrial[]): string {
  if (axis.kind === 'category') return choices(axis.values);
  if (axis.labels !== undefined) return choices(axis.labels);
  const { low, high, isLog, count, place } = axis;
  const places = trials.flatMap(({ configuration }) => place(configuration) ?? []);
  const isWhole = [low, high, ...places].every(Number.isInteger) && count !== null;
  const apart = count === null || count < 2 || isLog ? null : (high - low) / (count - 1);
  if (!isWhole) return distribution('Float', { step: apart, low, high, log: isLog });
  // What lies between the steps fits a step of one.
  const step = apart !== null && places.every((each) => (each - low) % apart === 0) ? apart : 1;
  return distribution('Int', { log: isLog, step, low, high });
}

const distribution = (kind: string, attributes: object): string =>
  JSON.stringify({ name: `${kind}Distribution`, attributes });

/** Choices are numbers, texts, true or false there; anything else stands as its JSON. */
const choices = (values: readonly unknown[]): string =>
  distribution('Categorical', {
    choices: values.map((value) =>
      ['string', 'number', 'boolean'].includes(typeof value) ? value : JSON.stringify(value),
    ),
  });
