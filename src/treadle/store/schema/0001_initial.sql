-- The tables of Treadle. Lines that end in a dialect's name are kept only there.
-- Times are timestamptz on PostgreSQL and 64-bit microseconds since 1970 (UTC) on SQLite.
-- User JSON is text, exactly as it was given. Ids compare byte by byte.

CREATE DOMAIN id_text AS text COLLATE "C"; -- postgres

-- The database's clock. A test moves it with the setting treadle.now.
CREATE FUNCTION treadle_now() RETURNS timestamptz LANGUAGE sql VOLATILE PARALLEL SAFE AS -- postgres
$$ SELECT coalesce(nullif(current_setting('treadle.now', true), '')::timestamptz, clock_timestamp()) $$; -- postgres

CREATE FUNCTION treadle_after(seconds double precision) RETURNS timestamptz LANGUAGE sql VOLATILE PARALLEL SAFE AS -- postgres
$$ SELECT treadle_now() + make_interval(secs => seconds) $$; -- postgres

CREATE FUNCTION treadle_micros(t timestamptz) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS -- postgres
$$ SELECT (extract(epoch FROM t) * 1000000)::bigint $$; -- postgres

-- One row a worker incarnation. Its existence is the right to write as owner.
CREATE TABLE worker (
  id              id_text PRIMARY KEY NOT NULL,
  host            text NOT NULL,
  pid             bigint NOT NULL,
  queues_json     text NOT NULL,
  concurrency     bigint NOT NULL,
  node_types_json text NOT NULL,
  started_at      timestamptz NOT NULL,
  beat_at         timestamptz NOT NULL,
  lease_until     timestamptz NOT NULL,
  beats           bigint NOT NULL DEFAULT 0,
  draining        boolean NOT NULL DEFAULT FALSE
)
WITH (fillfactor = 50) -- postgres
;

CREATE TABLE workflow (
  name        text PRIMARY KEY NOT NULL,
  description text NOT NULL,
  latest      bigint NOT NULL,
  created_at  timestamptz NOT NULL,
  updated_at  timestamptz NOT NULL,
  deleted_at  timestamptz
);

CREATE TABLE workflow_version (
  workflow   text NOT NULL REFERENCES workflow (name),
  version    bigint NOT NULL,
  graph_json text NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (workflow, version)
);

-- `claim_key` is ready_at in microseconds less the head start of the priority; it is written wherever ready_at is.
-- Nothing that changes with each node is here: an execution's progress is its journal.
CREATE TABLE execution (
  id              id_text PRIMARY KEY NOT NULL,
  workflow        text NOT NULL,
  version         bigint NOT NULL,
  status          text NOT NULL
                  CHECK (status IN ('running', 'waiting', 'paused', 'completed', 'failed', 'cancelled')),
  priority        bigint NOT NULL,
  queue           text NOT NULL,
  ready_at        timestamptz NOT NULL,
  claim_key       bigint NOT NULL,
  owner           id_text REFERENCES worker (id),
  claim_no        bigint NOT NULL DEFAULT 0,
  crashes         bigint NOT NULL DEFAULT 0,
  inbox_seq       bigint NOT NULL DEFAULT 0,
  inbox_seen      bigint NOT NULL DEFAULT 0,
  attempt         bigint NOT NULL DEFAULT 1,
  timeout         double precision,
  wake_at         timestamptz,
  deadline_at     timestamptz,
  next_retry_at   timestamptz,
  created_at      timestamptz NOT NULL,
  started_at      timestamptz,
  finished_at     timestamptz,
  depth           bigint NOT NULL,
  parent_id       id_text,
  parent_activity text,
  on_parent_end   text NOT NULL CHECK (on_parent_end IN ('cancel', 'abandon')),
  parent_due      boolean NOT NULL DEFAULT FALSE,
  children_due    boolean NOT NULL DEFAULT FALSE,
  schedule_id     id_text,
  idempotency_key text,
  body_hash       text,
  trigger_json    text NOT NULL,
  input_json      text NOT NULL,
  output_json     text,
  error_json      text,
  CHECK (owner IS NULL OR status = 'running'),
  CHECK (next_retry_at IS NULL OR status = 'failed'),
  CHECK (wake_at IS NULL OR status = 'waiting')
)
WITH (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.05) -- postgres
;

CREATE INDEX execution_runnable ON execution (queue, claim_key, id) WHERE status = 'running' AND owner IS NULL;
CREATE INDEX execution_suspect ON execution (queue) WHERE status = 'running' AND owner IS NULL AND crashes >= 2;
CREATE INDEX execution_owner ON execution (owner) WHERE owner IS NOT NULL;
CREATE INDEX execution_wake ON execution (wake_at) WHERE wake_at IS NOT NULL;
CREATE INDEX execution_unread ON execution (id) WHERE status = 'waiting' AND inbox_seq > inbox_seen;
CREATE INDEX execution_retry ON execution (next_retry_at) WHERE next_retry_at IS NOT NULL;
CREATE INDEX execution_deadline ON execution (deadline_at) WHERE deadline_at IS NOT NULL;
CREATE INDEX execution_parent ON execution (parent_id, created_at, id) WHERE parent_id IS NOT NULL;
CREATE INDEX execution_parent_due ON execution (parent_id, id) WHERE parent_due;
CREATE INDEX execution_children_due ON execution (id) WHERE children_due;
CREATE INDEX execution_schedule ON execution (schedule_id)
  WHERE schedule_id IS NOT NULL AND (status IN ('running', 'waiting', 'paused') OR next_retry_at IS NOT NULL);
CREATE INDEX execution_finished ON execution (finished_at, status) WHERE finished_at IS NOT NULL;
CREATE UNIQUE INDEX execution_key ON execution (workflow, idempotency_key) WHERE idempotency_key IS NOT NULL;
CREATE INDEX execution_status ON execution (status, created_at, id);
CREATE INDEX execution_workflow ON execution (workflow, status, created_at, id);

-- No foreign key to execution: a share lock on it for each row would cost more than the row.
CREATE TABLE journal (
  execution_id id_text NOT NULL,
  seq          bigint NOT NULL,
  kind         text NOT NULL,
  node_id      text NOT NULL,
  scope        text NOT NULL,
  visit        bigint NOT NULL,
  attempt      bigint NOT NULL,
  status       text NOT NULL,
  port         text,
  taken_json   text,
  output_json  text,
  error_json   text,
  detail_json  text,
  message_seq  bigint,
  started_at   timestamptz,
  finished_at  timestamptz,
  "by"         text NOT NULL
  , CONSTRAINT journal_pkey PRIMARY KEY (execution_id, seq) -- postgres
);

CREATE UNIQUE INDEX journal_pkey ON journal (execution_id, seq); -- sqlite

CREATE TABLE inbox (
  execution_id id_text NOT NULL,
  seq          bigint NOT NULL,
  kind         text NOT NULL
               CHECK (kind IN ('signal', 'decision', 'child', 'cancel', 'pause', 'resume', 'deadline', 'retry')),
  message_id   text NOT NULL,
  name         text NOT NULL,
  payload_json text NOT NULL,
  created_at   timestamptz NOT NULL,
  PRIMARY KEY (execution_id, seq),
  CONSTRAINT inbox_message UNIQUE (execution_id, message_id)
);

CREATE TABLE approval (
  id             id_text PRIMARY KEY NOT NULL,
  execution_id   id_text NOT NULL,
  workflow       text NOT NULL,
  node_id        text NOT NULL,
  scope          text NOT NULL,
  visit          bigint NOT NULL,
  title          text NOT NULL,
  body           text NOT NULL,
  form_json      text NOT NULL,
  assignees_json text NOT NULL,
  status         text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'decided', 'expired')),
  due_at         timestamptz,
  decision_json  text,
  created_at     timestamptz NOT NULL,
  decided_at     timestamptz
);

CREATE INDEX approval_status ON approval (status, created_at, id);
CREATE INDEX approval_execution ON approval (execution_id, status, created_at, id);

CREATE TABLE schedule (
  id           id_text PRIMARY KEY NOT NULL,
  workflow     text NOT NULL REFERENCES workflow (name),
  version      bigint,
  cron         text,
  interval_s   double precision,
  timezone     text NOT NULL,
  dst          text NOT NULL,
  input_json   text NOT NULL,
  priority     bigint NOT NULL,
  overlap      text NOT NULL CHECK (overlap IN ('allow', 'skip')),
  catch_up     text NOT NULL CHECK (catch_up IN ('skip', 'latest', 'all')),
  paused       boolean NOT NULL,
  next_fire_at timestamptz,
  row_version  bigint NOT NULL,
  error        text,
  created_at   timestamptz NOT NULL
);

CREATE INDEX schedule_due ON schedule (next_fire_at, id) WHERE NOT paused AND error IS NULL;
CREATE INDEX schedule_workflow ON schedule (workflow, id);

-- No foreign key to schedule: what a schedule did outlives it.
CREATE TABLE schedule_fire (
  schedule_id  id_text NOT NULL,
  fire_at      timestamptz NOT NULL,
  outcome      text NOT NULL CHECK (outcome IN ('fired', 'skipped', 'missed')),
  reason       text NOT NULL,
  execution_id id_text,
  recorded_at  timestamptz NOT NULL,
  PRIMARY KEY (schedule_id, fire_at)
);

CREATE INDEX schedule_fire_at ON schedule_fire (fire_at);
