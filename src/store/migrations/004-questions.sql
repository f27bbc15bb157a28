-- The space as its file says it, constraints that the search added included, so that a study can be asked about its
-- axes and be told configurations without that file. Null: an older release began the study.
ALTER TABLE space ADD COLUMN definition TEXT;

-- When measuring began and when its result was stored, in milliseconds since 1970; for timelines alone.
ALTER TABLE trial ADD COLUMN started_at INTEGER;
ALTER TABLE trial ADD COLUMN finished_at INTEGER;

-- Configurations that somebody wants measured next; the writer of the study takes them.
CREATE TABLE enqueued (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  study_id INTEGER NOT NULL REFERENCES study (id) ON DELETE CASCADE,
  configuration TEXT NOT NULL,
  at TEXT NOT NULL
) STRICT;

-- What people wrote about a study, or about one of its trials.
CREATE TABLE note (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  study_id INTEGER NOT NULL REFERENCES study (id) ON DELETE CASCADE,
  number INTEGER,
  text TEXT NOT NULL,
  at TEXT NOT NULL
) STRICT;
