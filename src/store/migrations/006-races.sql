-- The chance to stop, in the whole study, a configuration that would have been on the front; null where none is stopped.
ALTER TABLE study ADD COLUMN race REAL;

-- What was measured of the trial part by part, as JSON: the order, the values, the trials that it raced.
ALTER TABLE trial ADD COLUMN parts TEXT;
