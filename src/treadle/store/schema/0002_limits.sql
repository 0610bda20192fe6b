-- Limits across executions: concurrency, debounce, rates; and the start of failure workflows.
-- Only adds, so that the previous release can run beside this one.

-- A held back execution is `waiting` and neither its timers nor signals wake it: until `wake_at` while it is debounced,
-- then, if it has a slot key, until a slot is free. `slot` says that it holds one; a final status frees it by itself.
ALTER TABLE execution ADD COLUMN held_back boolean NOT NULL DEFAULT FALSE;
ALTER TABLE execution ADD COLUMN slot boolean NOT NULL DEFAULT FALSE;
ALTER TABLE execution ADD COLUMN slot_key id_text;
ALTER TABLE execution ADD COLUMN slot_limit bigint;
ALTER TABLE execution ADD COLUMN debounce_key id_text;
ALTER TABLE execution ADD COLUMN debounce_until timestamptz;
ALTER TABLE execution ADD COLUMN failure_due boolean NOT NULL DEFAULT FALSE;

CREATE INDEX execution_slot_waiting ON execution (slot_key, ready_at, id)
  WHERE held_back AND status = 'waiting' AND wake_at IS NULL AND slot_key IS NOT NULL;
CREATE INDEX execution_slot_held ON execution (slot_key, created_at, id)
  WHERE slot AND status IN ('running', 'waiting', 'paused');
CREATE INDEX execution_debounced ON execution (debounce_key)
  WHERE held_back AND status = 'waiting' AND wake_at IS NOT NULL AND debounce_key IS NOT NULL;
CREATE INDEX execution_unread_free ON execution (id) WHERE status = 'waiting' AND inbox_seq > inbox_seen AND NOT held_back;
CREATE INDEX execution_failure_due ON execution (id) WHERE failure_due;

-- One row a key, to be locked before its executions are counted. The limit is that of the newest version seen.
-- Here and in `rate` nothing that changes is in an index, so that PostgreSQL can rewrite a row in place.
CREATE TABLE slot (
  key        id_text PRIMARY KEY NOT NULL,
  slot_limit bigint NOT NULL,
  version    bigint NOT NULL,
  used_at    timestamptz NOT NULL
)
WITH (fillfactor = 50) -- postgres
;

-- The theoretical arrival time of a rate limit's key: the moment from which nothing is left to wait for.
CREATE TABLE rate (
  key id_text PRIMARY KEY NOT NULL,
  tat timestamptz NOT NULL
)
WITH (fillfactor = 50) -- postgres
;

-- The kinds `complete` and `fail` were missing. SQLite changes a check only by building the table anew.
ALTER TABLE inbox DROP CONSTRAINT inbox_kind_check; -- postgres
ALTER TABLE inbox ADD CONSTRAINT inbox_kind_check CHECK ( -- postgres
  kind IN ('signal', 'decision', 'child', 'cancel', 'pause', 'resume', 'deadline', 'retry', 'complete', 'fail') -- postgres
) NOT VALID; -- postgres

CREATE TABLE inbox_with_kinds ( -- sqlite
  execution_id id_text NOT NULL, -- sqlite
  seq          bigint NOT NULL, -- sqlite
  kind         text NOT NULL -- sqlite
               CONSTRAINT inbox_kind_check CHECK ( -- sqlite
                 kind IN ('signal', 'decision', 'child', 'cancel', 'pause', 'resume', 'deadline', 'retry', 'complete', 'fail') -- sqlite
               ), -- sqlite
  message_id   text NOT NULL, -- sqlite
  name         text NOT NULL, -- sqlite
  payload_json text NOT NULL, -- sqlite
  created_at   timestamptz NOT NULL, -- sqlite
  PRIMARY KEY (execution_id, seq), -- sqlite
  CONSTRAINT inbox_message UNIQUE (execution_id, message_id) -- sqlite
); -- sqlite
INSERT INTO inbox_with_kinds SELECT execution_id, seq, kind, message_id, name, payload_json, created_at FROM inbox; -- sqlite
DROP TABLE inbox; -- sqlite
ALTER TABLE inbox_with_kinds RENAME TO inbox; -- sqlite
