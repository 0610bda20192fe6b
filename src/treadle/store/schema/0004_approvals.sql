-- Approvals that several people decide, with a record of all that happened to them, and links for people without an account.
-- Only adds, so that the previous release can run beside this one.

ALTER TABLE approval ADD COLUMN groups_json text NOT NULL DEFAULT '[]';
ALTER TABLE approval ADD COLUMN payload_json text NOT NULL DEFAULT 'null';
ALTER TABLE approval ADD COLUMN rules_json text NOT NULL DEFAULT '{}';

-- Append-only but for `notify_due`, which is TRUE until the workflow `notify` has been started, as `notified_id`.
CREATE TABLE approval_event (
  approval_id  id_text NOT NULL,
  key          id_text NOT NULL,
  execution_id id_text NOT NULL,
  kind         text NOT NULL,
  "by"         text NOT NULL,
  via          text NOT NULL,
  detail_json  text NOT NULL,
  at           timestamptz NOT NULL,
  notify       text,
  notify_due   boolean NOT NULL DEFAULT FALSE,
  notified_id  id_text,
  PRIMARY KEY (approval_id, key)
);

CREATE INDEX approval_event_execution ON approval_event (execution_id);
CREATE INDEX approval_event_due ON approval_event (approval_id, key) WHERE notify_due;

-- Made once, by whoever needs it first.
CREATE TABLE secret (
  name       id_text PRIMARY KEY NOT NULL,
  value      text NOT NULL,
  created_at timestamptz NOT NULL
);
