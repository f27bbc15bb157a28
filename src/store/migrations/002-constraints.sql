-- Expressions over measured metrics, as a JSON list.
ALTER TABLE study ADD COLUMN constraints TEXT NOT NULL DEFAULT '[]';
