-- Schedules of single times, with a beginning and an end, jitter, bounds for catching up, and more answers to an overlap.
-- Only adds, and allows more, so that the previous release can run beside this one.

ALTER TABLE schedule ADD COLUMN at_json text NOT NULL DEFAULT '[]'; -- postgres
ALTER TABLE schedule ADD COLUMN start_at timestamptz; -- postgres
ALTER TABLE schedule ADD COLUMN end_at timestamptz; -- postgres
ALTER TABLE schedule ADD COLUMN jitter_s double precision NOT NULL DEFAULT 0; -- postgres
ALTER TABLE schedule ADD COLUMN catch_up_limit bigint; -- postgres
ALTER TABLE schedule ADD COLUMN catch_up_window_s double precision; -- postgres
ALTER TABLE schedule ADD COLUMN due_at timestamptz; -- postgres
ALTER TABLE schedule DROP CONSTRAINT schedule_overlap_check; -- postgres
ALTER TABLE schedule ADD CONSTRAINT schedule_overlap_check -- postgres
  CHECK (overlap IN ('allow', 'skip', 'queue_one', 'cancel_previous')); -- postgres
ALTER TABLE schedule_fire DROP CONSTRAINT schedule_fire_outcome_check; -- postgres
ALTER TABLE schedule_fire ADD CONSTRAINT schedule_fire_outcome_check -- postgres
  CHECK (outcome IN ('fired', 'skipped', 'missed', 'paused')); -- postgres

-- SQLite cannot change a check: the tables are written anew.
CREATE TABLE new_schedule ( -- sqlite
  id                text PRIMARY KEY NOT NULL, -- sqlite
  workflow          text NOT NULL REFERENCES workflow (name), -- sqlite
  version           integer, -- sqlite
  cron              text, -- sqlite
  interval_s        real, -- sqlite
  timezone          text NOT NULL, -- sqlite
  dst               text NOT NULL, -- sqlite
  input_json        text NOT NULL, -- sqlite
  priority          integer NOT NULL, -- sqlite
  overlap           text NOT NULL CHECK (overlap IN ('allow', 'skip', 'queue_one', 'cancel_previous')), -- sqlite
  catch_up          text NOT NULL CHECK (catch_up IN ('skip', 'latest', 'all')), -- sqlite
  paused            integer NOT NULL, -- sqlite
  next_fire_at      integer, -- sqlite
  row_version       integer NOT NULL, -- sqlite
  error             text, -- sqlite
  created_at        integer NOT NULL, -- sqlite
  at_json           text NOT NULL DEFAULT '[]', -- sqlite
  start_at          integer, -- sqlite
  end_at            integer, -- sqlite
  jitter_s          real NOT NULL DEFAULT 0, -- sqlite
  catch_up_limit    integer, -- sqlite
  catch_up_window_s real, -- sqlite
  due_at            integer -- sqlite
); -- sqlite
INSERT INTO new_schedule ( -- sqlite
  id, workflow, version, cron, interval_s, timezone, dst, input_json, priority, overlap, catch_up, paused, next_fire_at, -- sqlite
  row_version, error, created_at -- sqlite
) -- sqlite
SELECT id, workflow, version, cron, interval_s, timezone, dst, input_json, priority, overlap, catch_up, paused, next_fire_at, -- sqlite
       row_version, error, created_at -- sqlite
FROM schedule; -- sqlite
DROP TABLE schedule; -- sqlite
ALTER TABLE new_schedule RENAME TO schedule; -- sqlite
CREATE INDEX schedule_due ON schedule (next_fire_at, id) WHERE NOT paused AND error IS NULL; -- sqlite
CREATE INDEX schedule_workflow ON schedule (workflow, id); -- sqlite

CREATE TABLE new_schedule_fire ( -- sqlite
  schedule_id  text NOT NULL, -- sqlite
  fire_at      integer NOT NULL, -- sqlite
  outcome      text NOT NULL CHECK (outcome IN ('fired', 'skipped', 'missed', 'paused')), -- sqlite
  reason       text NOT NULL, -- sqlite
  execution_id text, -- sqlite
  recorded_at  integer NOT NULL, -- sqlite
  PRIMARY KEY (schedule_id, fire_at) -- sqlite
); -- sqlite
INSERT INTO new_schedule_fire (schedule_id, fire_at, outcome, reason, execution_id, recorded_at) -- sqlite
SELECT schedule_id, fire_at, outcome, reason, execution_id, recorded_at FROM schedule_fire; -- sqlite
DROP TABLE schedule_fire; -- sqlite
ALTER TABLE new_schedule_fire RENAME TO schedule_fire; -- sqlite
CREATE INDEX schedule_fire_at ON schedule_fire (fire_at); -- sqlite

-- `due_at` is `next_fire_at` with its jitter; NULL without one.
CREATE INDEX schedule_due_at ON schedule (coalesce(due_at, next_fire_at), id) WHERE NOT paused AND error IS NULL;
