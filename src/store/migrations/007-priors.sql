-- What the study may expect from one of a problem like this, as JSON: configurations and values. Null: it expects nothing.
ALTER TABLE study ADD COLUMN prior TEXT;
