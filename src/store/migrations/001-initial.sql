CREATE TABLE space (
  hash TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  parameters TEXT NOT NULL
) STRICT;

CREATE TABLE study (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  space_hash TEXT NOT NULL REFERENCES space (hash),
  oracle TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  technique TEXT NOT NULL,
  seed INTEGER NOT NULL
) STRICT;

CREATE TABLE objective (
  study_id INTEGER NOT NULL REFERENCES study (id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  metric TEXT NOT NULL,
  direction TEXT NOT NULL CHECK (direction IN ('min', 'max')),
  PRIMARY KEY (study_id, position)
) STRICT, WITHOUT ROWID;

-- completion: place in the order in which results were told, which a resumed study follows again.
CREATE TABLE trial (
  study_id INTEGER NOT NULL REFERENCES study (id) ON DELETE CASCADE,
  number INTEGER NOT NULL,
  technique TEXT NOT NULL,
  configuration TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('pending', 'running', 'complete', 'infeasible', 'pruned', 'failed')),
  completion INTEGER,
  improvement REAL,
  failure_kind TEXT,
  failure_message TEXT,
  seconds REAL,
  PRIMARY KEY (study_id, number),
  UNIQUE (study_id, configuration),
  UNIQUE (study_id, completion)
) STRICT, WITHOUT ROWID;

CREATE TABLE trial_value (
  study_id INTEGER NOT NULL,
  number INTEGER NOT NULL,
  position INTEGER NOT NULL,
  value REAL NOT NULL,
  PRIMARY KEY (study_id, number, position),
  FOREIGN KEY (study_id, number) REFERENCES trial (study_id, number) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE trial_metric (
  study_id INTEGER NOT NULL,
  number INTEGER NOT NULL,
  metric TEXT NOT NULL,
  value REAL NOT NULL,
  PRIMARY KEY (study_id, number, metric),
  FOREIGN KEY (study_id, number) REFERENCES trial (study_id, number) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE technique_snapshot (
  study_id INTEGER PRIMARY KEY REFERENCES study (id) ON DELETE CASCADE,
  step INTEGER NOT NULL,
  state TEXT NOT NULL
) STRICT;

CREATE TABLE event (
  id INTEGER PRIMARY KEY,
  study_id INTEGER NOT NULL REFERENCES study (id) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  detail TEXT NOT NULL,
  at TEXT NOT NULL
) STRICT;

-- One row for each process that opened the study.
CREATE TABLE environment (
  id INTEGER PRIMARY KEY,
  study_id INTEGER NOT NULL REFERENCES study (id) ON DELETE CASCADE,
  detail TEXT NOT NULL,
  at TEXT NOT NULL
) STRICT;

-- Who writes to the study now. started tells a reused process number from the process that took the lease.
CREATE TABLE lease (
  study_id INTEGER PRIMARY KEY REFERENCES study (id) ON DELETE CASCADE,
  token TEXT NOT NULL,
  host TEXT NOT NULL,
  pid INTEGER NOT NULL,
  started TEXT NOT NULL,
  heartbeat INTEGER NOT NULL
) STRICT;
