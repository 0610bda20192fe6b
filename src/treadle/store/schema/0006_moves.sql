-- Messages that move an execution to another version of its workflow.
-- Only allows more, so that the previous release can run beside this one while none is sent.

-- SQLite changes a check only by building the table anew.
ALTER TABLE inbox DROP CONSTRAINT inbox_kind_check; -- postgres
ALTER TABLE inbox ADD CONSTRAINT inbox_kind_check CHECK ( -- postgres
  kind IN ('signal', 'decision', 'child', 'cancel', 'pause', 'resume', 'deadline', 'retry', 'complete', 'fail', 'move') -- postgres
) NOT VALID; -- postgres

CREATE TABLE inbox_with_moves ( -- sqlite
  execution_id id_text NOT NULL, -- sqlite
  seq          bigint NOT NULL, -- sqlite
  kind         text NOT NULL -- sqlite
               CONSTRAINT inbox_kind_check CHECK ( -- sqlite
                 kind IN ('signal', 'decision', 'child', 'cancel', 'pause', 'resume', 'deadline', 'retry', 'complete', 'fail', -- sqlite
                          'move') -- sqlite
               ), -- sqlite
  message_id   text NOT NULL, -- sqlite
  name         text NOT NULL, -- sqlite
  payload_json text NOT NULL, -- sqlite
  created_at   timestamptz NOT NULL, -- sqlite
  PRIMARY KEY (execution_id, seq), -- sqlite
  CONSTRAINT inbox_message UNIQUE (execution_id, message_id) -- sqlite
); -- sqlite
INSERT INTO inbox_with_moves SELECT execution_id, seq, kind, message_id, name, payload_json, created_at FROM inbox; -- sqlite
DROP TABLE inbox; -- sqlite
ALTER TABLE inbox_with_moves RENAME TO inbox; -- sqlite
