-- What handlers under way say of themselves, and how many threads of a worker are at work for nobody.
-- Only adds, so that the previous release can run beside this one.

-- The last words of each activity that gave any; deleted when it is done, or with its execution. Nothing is decided by them.
CREATE TABLE heartbeat (
  execution_id  id_text NOT NULL,
  place         text NOT NULL,
  attempt       bigint NOT NULL,
  details_json  text,
  progress_json text,
  beat_at       timestamptz NOT NULL,
  CONSTRAINT heartbeat_pkey PRIMARY KEY (execution_id, place)
)
WITH (fillfactor = 50) -- postgres
;

ALTER TABLE worker ADD COLUMN abandoned bigint NOT NULL DEFAULT 0;
