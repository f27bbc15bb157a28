-- Who measures for the writer, as JSON, as long as it holds the study. Null: the writer measures by itself.
ALTER TABLE lease ADD COLUMN fleet TEXT;
