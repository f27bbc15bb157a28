-- Tells a study database from those of other programs, whatever tables they have: "ssam".
PRAGMA application_id = 1936941421;

-- What began the study: versions of one generation propose the same trials from the same seed.
ALTER TABLE study ADD COLUMN version TEXT NOT NULL DEFAULT '0.1.0';
ALTER TABLE study ADD COLUMN generation INTEGER NOT NULL DEFAULT 1;

-- How often a process ended while it measured the trial.
ALTER TABLE trial ADD COLUMN attempts INTEGER NOT NULL DEFAULT 0;

-- The thread of the process that holds the lease; -1 is unknown.
ALTER TABLE lease ADD COLUMN thread INTEGER NOT NULL DEFAULT -1;
