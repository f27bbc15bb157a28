-- Where a trial stands in the order of asks and tells, as steps of the technique: what replaying a search takes. Null: an
-- older release stored it. asked_count 0: no technique was asked for it.
ALTER TABLE trial ADD COLUMN asked_step INTEGER;
ALTER TABLE trial ADD COLUMN asked_count INTEGER;
ALTER TABLE trial ADD COLUMN told_step INTEGER;

-- A hash over the finished trial and the seal of the one told before it.
ALTER TABLE trial ADD COLUMN seal TEXT;

-- The settings of the study as the first seal covers them.
ALTER TABLE study ADD COLUMN sealed TEXT;
