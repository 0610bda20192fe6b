-- name: commit (postgres)
-- The group commit. Each column comes as one text, split here: ready-made arrays cost the driver least.
-- `guarded` is locked before the journal is touched (the counted sub-select forces it), or a first try and its
-- re-send could deadlock. Every write names the fence: without it nothing is changed.
-- include: commit_begin
-- include: commit_end

-- name: commit_with_notices (postgres)
-- The same with what has happened to approvals. It is rare, and each part of a statement costs every commit its time.
-- include: commit_begin
-- include: commit_notices
-- include: commit_end

-- fragment: commit_begin (postgres)
WITH fence AS MATERIALIZED (
  SELECT 1 FROM worker WHERE id = :owner AND history = treadle_history() FOR KEY SHARE
),
clock AS MATERIALIZED (SELECT treadle_now() AS now),
decision AS MATERIALIZED (
  SELECT *
  FROM unnest(
    string_to_array(:d_id, E'\x1f', E'\x1e'), CAST(:d_claim_no AS bigint[]), CAST(:d_seen AS bigint[]),
    string_to_array(:d_kind, E'\x1f', E'\x1e'), string_to_array(:d_status, E'\x1f', E'\x1e'),
    CAST(:d_wake_at AS timestamptz[]), string_to_array(:d_output, E'\x1f', E'\x1e'),
    string_to_array(:d_error, E'\x1f', E'\x1e'), CAST(:d_retry_in AS double precision[]),
    CAST(:d_tell_parent AS boolean[]), CAST(:d_cancel_children AS boolean[]), CAST(:d_follow_up AS boolean[]),
    CAST(:d_progressed AS boolean[])
  ) AS d (
    id, claim_no, seen, kind, status, wake_at, output_json, error_json, retry_in, tell_parent, cancel_children, follow_up,
    progressed
  )
),
guarded AS MATERIALIZED (
  SELECT e.id
  FROM decision AS d JOIN execution AS e ON e.id = d.id
  WHERE e.owner = :owner AND e.claim_no = d.claim_no AND e.inbox_seq = d.seen AND (SELECT count(*) FROM fence) = 1
  ORDER BY e.id
  FOR NO KEY UPDATE OF e
),
written AS (
  INSERT INTO journal (
    execution_id, seq, kind, node_id, scope, visit, attempt, status, port, taken_json, output_json, error_json,
    detail_json, message_seq, started_at, finished_at, "by"
  )
  SELECT r.execution_id, r.seq, r.kind, coalesce(r.node_id, ''), coalesce(r.scope, ''), r.visit, r.attempt, r.status, r.port,
         r.taken_json, r.output_json, r.error_json, r.detail_json, r.message_seq, r.started_at, r.finished_at, :owner
  FROM unnest(
    string_to_array(:r_execution_id, E'\x1f', E'\x1e'), CAST(:r_seq AS bigint[]), string_to_array(:r_kind, E'\x1f', E'\x1e'),
    string_to_array(:r_node_id, E'\x1f', E'\x1e'), string_to_array(:r_scope, E'\x1f', E'\x1e'), CAST(:r_visit AS bigint[]),
    CAST(:r_attempt AS bigint[]), string_to_array(:r_status, E'\x1f', E'\x1e'), string_to_array(:r_port, E'\x1f', E'\x1e'),
    string_to_array(:r_taken, E'\x1f', E'\x1e'), string_to_array(:r_output, E'\x1f', E'\x1e'),
    string_to_array(:r_error, E'\x1f', E'\x1e'), string_to_array(:r_detail, E'\x1f', E'\x1e'), CAST(:r_message_seq AS bigint[]),
    CAST(:r_started_at AS timestamptz[]), CAST(:r_finished_at AS timestamptz[])
  ) WITH ORDINALITY AS r (
    execution_id, seq, kind, node_id, scope, visit, attempt, status, port, taken_json, output_json, error_json,
    detail_json, message_seq, started_at, finished_at, place
  )
  WHERE (SELECT count(*) FROM fence) = 1
    AND (SELECT count(*) FROM guarded) >= 0
    AND (r.place <= :plain_rows OR r.execution_id IN (SELECT id FROM guarded))
),
aside AS (
  INSERT INTO payload (execution_id, seq, data)
  SELECT p.execution_id, p.seq, decode(p.data, 'base64')
  FROM json_to_recordset(CAST(:payloads AS json)) AS p (execution_id text, seq bigint, data text, place bigint)
  WHERE (SELECT count(*) FROM fence) = 1
    AND (SELECT count(*) FROM guarded) >= 0
    AND (p.place <= :plain_rows OR p.execution_id IN (SELECT id FROM guarded))
  -- A re-send is to be noticed at the journal's key, as ever.
  ON CONFLICT DO NOTHING
),
child AS (
  INSERT INTO execution (
    id, workflow, version, status, priority, queue, ready_at, claim_key, timeout, deadline_at, created_at, depth,
    parent_id, parent_activity, on_parent_end, schedule_id, trigger_json, input_json, held_back, slot_key, slot_limit
  )
  -- An unknown version becomes null and is refused by NOT NULL: no execution without a graph.
  -- With a slot key it waits: no key is locked here.
  SELECT c.id, c.workflow, (SELECT v.version FROM workflow_version AS v WHERE v.workflow = c.workflow AND v.version = c.version),
         CASE WHEN c.slot_key IS NULL THEN 'running' ELSE 'waiting' END, c.priority, c.queue, clock.now, treadle_micros(clock.now) - c.priority * :head_start, c.timeout,
         treadle_after(c.timeout), clock.now, c.depth, c.parent_id, c.parent_activity, c.on_parent_end, c.schedule_id,
         c.trigger_json, c.input_json, c.slot_key IS NOT NULL, c.slot_key, c.slot_limit
  FROM clock, jsonb_to_recordset(CAST(:children AS jsonb)) AS c (
    id text, workflow text, version bigint, priority bigint, queue text, timeout double precision, depth bigint,
    parent_id text, parent_activity text, on_parent_end text, schedule_id text, trigger_json text, input_json text,
    slot_key text, slot_limit bigint
  )
  WHERE (SELECT count(*) FROM fence) = 1
  ORDER BY c.id
  ON CONFLICT DO NOTHING
),
opened AS (
  INSERT INTO approval (
    id, execution_id, workflow, node_id, scope, visit, title, body, form_json, assignees_json, groups_json, payload_json,
    rules_json, due_at, created_at, status
  )
  -- `closed` and `expired` below do not see what is inserted here.
  SELECT a.id, a.execution_id, a.workflow, a.node_id, a.scope, a.visit, a.title, a.body, a.form_json, a.assignees_json,
         a.groups_json, a.payload_json, a.rules_json, a.due_at, clock.now,
         CASE WHEN a.id = ANY(string_to_array(:closed_approvals, E'\x1f'))
                OR a.execution_id IN (SELECT g.id FROM guarded AS g JOIN decision AS d ON d.id = g.id WHERE d.kind = 'end')
              THEN 'expired' ELSE 'open' END
  FROM clock, jsonb_to_recordset(CAST(:approvals AS jsonb)) AS a (
    id text, execution_id text, workflow text, node_id text, scope text, visit bigint, title text, body text,
    form_json text, assignees_json text, groups_json text, payload_json text, rules_json text, due_at timestamptz
  )
  WHERE (SELECT count(*) FROM fence) = 1
  ORDER BY a.id
  ON CONFLICT DO NOTHING
),

-- fragment: commit_notices (postgres)
notice AS MATERIALIZED (
  SELECT *
  FROM jsonb_to_recordset(CAST(:notices AS jsonb)) AS n (
    approval_id text, key text, execution_id text, kind text, detail_json text, notify text, assignees_json text,
    groups_json text, due_at timestamptz
  )
  WHERE (SELECT count(*) FROM fence) = 1
),
-- Locked after `guarded`, as who decides locks the approval after its execution; not there are those just opened.
noticeable AS MATERIALIZED (
  SELECT a.id
  FROM approval AS a
  WHERE a.id IN (SELECT approval_id FROM notice) AND a.status = 'open' AND (SELECT count(*) FROM guarded) >= 0
  ORDER BY a.id
  FOR NO KEY UPDATE
),
noticed AS (
  INSERT INTO approval_event (approval_id, key, execution_id, kind, "by", via, detail_json, at, notify, notify_due)
  SELECT n.approval_id, n.key, n.execution_id, n.kind, '', 'engine', n.detail_json, clock.now, n.notify, n.notify IS NOT NULL
  FROM clock, notice AS n
  WHERE n.approval_id IN (SELECT id FROM noticeable) OR NOT EXISTS (SELECT 1 FROM approval AS a WHERE a.id = n.approval_id)
  ORDER BY n.approval_id, n.key
  ON CONFLICT DO NOTHING
),
reassigned AS (
  UPDATE approval
  SET assignees_json = n.assignees_json, groups_json = n.groups_json, due_at = n.due_at
  FROM notice AS n
  WHERE approval.id = n.approval_id AND n.assignees_json IS NOT NULL AND approval.id IN (SELECT id FROM noticeable)
    AND NOT EXISTS (SELECT 1 FROM approval_event AS e WHERE e.approval_id = n.approval_id AND e.key = n.key)
    -- A row is changed once in a statement: these are closed below.
    AND approval.id <> ALL(coalesce(string_to_array(:closed_approvals, E'\x1f'), '{}'))
    AND approval.execution_id NOT IN (SELECT g.id FROM guarded AS g JOIN decision AS d ON d.id = g.id WHERE d.kind = 'end')
),

-- fragment: commit_end (postgres)
decided AS (
  UPDATE execution AS e
  SET status = CASE d.kind WHEN 'park' THEN 'waiting' WHEN 'pause' THEN 'paused' WHEN 'end' THEN d.status ELSE e.status END,
      owner = CASE WHEN d.kind = 'keep' THEN e.owner END,
      wake_at = CASE WHEN d.kind = 'park' THEN d.wake_at END,
      inbox_seen = CASE WHEN d.kind = 'keep' THEN e.inbox_seen ELSE d.seen END,
      crashes = CASE WHEN d.progressed THEN 0 ELSE e.crashes END,
      output_json = CASE WHEN d.kind = 'end' THEN d.output_json ELSE e.output_json END,
      error_json = CASE WHEN d.kind = 'end' THEN d.error_json ELSE e.error_json END,
      finished_at = CASE WHEN d.kind = 'end' THEN clock.now ELSE e.finished_at END,
      deadline_at = CASE WHEN d.kind = 'end' THEN NULL ELSE e.deadline_at END,
      next_retry_at = CASE WHEN d.kind = 'end' THEN treadle_after(d.retry_in) END,
      parent_due = CASE WHEN d.kind = 'end' THEN d.tell_parent AND e.parent_id IS NOT NULL ELSE e.parent_due END,
      children_due = CASE WHEN d.kind = 'end' THEN d.cancel_children ELSE e.children_due END,
      failure_due = CASE WHEN d.kind = 'end' THEN d.follow_up ELSE e.failure_due END,
      slot = e.slot AND d.kind <> 'end'
  FROM guarded AS g JOIN decision AS d ON d.id = g.id, clock
  WHERE e.id = g.id AND (d.kind <> 'keep' OR d.progressed)
),
closed AS (
  UPDATE approval
  SET status = 'expired', decided_at = clock.now
  FROM clock
  WHERE status = 'open'
    AND approval.id = ANY(string_to_array(:closed_approvals, E'\x1f'))
    AND (SELECT count(*) FROM fence) = 1
    AND approval.execution_id NOT IN (SELECT g.id FROM guarded AS g JOIN decision AS d ON d.id = g.id WHERE d.kind = 'end')
),
expired AS (
  UPDATE approval
  SET status = 'expired', decided_at = clock.now
  FROM clock, guarded AS g JOIN decision AS d ON d.id = g.id
  WHERE approval.execution_id = g.id AND approval.status = 'open' AND d.kind = 'end'
),
progress AS (
  UPDATE execution AS e
  SET crashes = 0
  FROM unnest(string_to_array(:p_id, E'\x1f'), CAST(:p_claim_no AS bigint[])) AS p (id, claim_no)
  WHERE e.id = p.id AND e.owner = :owner AND e.claim_no = p.claim_no AND e.crashes > 0
    AND (SELECT count(*) FROM fence) = 1
    AND e.id NOT IN (SELECT id FROM guarded)
)
SELECT (SELECT count(*) FROM fence), ARRAY(SELECT CAST(id AS text) FROM guarded)

-- name: guard (sqlite)
SELECT 1 FROM execution
WHERE id = :id AND owner = :owner AND claim_no = :claim_no AND inbox_seq = :seen

-- name: write_row (sqlite)
INSERT INTO journal (
  execution_id, seq, kind, node_id, scope, visit, attempt, status, port, taken_json, output_json, error_json,
  detail_json, message_seq, started_at, finished_at, "by"
)
VALUES (
  :execution_id, :seq, :kind, :node_id, :scope, :visit, :attempt, :status, :port, :taken_json, :output_json, :error_json,
  :detail_json, :message_seq, :started_at, :finished_at, :by
)

-- name: put_aside (sqlite)
INSERT INTO payload (execution_id, seq, data) VALUES (:execution_id, :seq, :data)

-- name: add_child (sqlite)
-- An unknown version becomes null and is refused by NOT NULL: no execution without a graph.
WITH clock AS MATERIALIZED (SELECT treadle_now() AS now)
INSERT INTO execution (
  id, workflow, version, status, priority, queue, ready_at, claim_key, timeout, deadline_at, created_at, depth,
  parent_id, parent_activity, on_parent_end, schedule_id, trigger_json, input_json, held_back, slot_key, slot_limit
)
SELECT :id, :workflow, (SELECT v.version FROM workflow_version AS v WHERE v.workflow = :workflow AND v.version = :version),
       CASE WHEN :slot_key IS NULL THEN 'running' ELSE 'waiting' END, :priority, :queue, clock.now,
       treadle_micros(clock.now) - :priority * :head_start, :timeout, treadle_after(:timeout), clock.now, :depth, :parent_id,
       :parent_activity, :on_parent_end, :schedule_id, :trigger_json, :input_json, :slot_key IS NOT NULL, :slot_key, :slot_limit
FROM clock
WHERE TRUE
ON CONFLICT DO NOTHING

-- name: open_approval (sqlite)
INSERT INTO approval (
  id, execution_id, workflow, node_id, scope, visit, title, body, form_json, assignees_json, groups_json, payload_json,
  rules_json, due_at, created_at
)
VALUES (
  :id, :execution_id, :workflow, :node_id, :scope, :visit, :title, :body, :form_json, :assignees_json, :groups_json,
  :payload_json, :rules_json, :due_at, treadle_now()
)
ON CONFLICT DO NOTHING

-- name: notice_approval (sqlite)
INSERT INTO approval_event (approval_id, key, execution_id, kind, "by", via, detail_json, at, notify, notify_due)
SELECT :approval_id, :key, :execution_id, :kind, '', 'engine', :detail_json, treadle_now(), :notify, :notify IS NOT NULL
FROM approval
WHERE id = :approval_id AND status = 'open'
ON CONFLICT DO NOTHING

-- name: escalate_approval (sqlite)
UPDATE approval SET assignees_json = :assignees_json, groups_json = :groups_json, due_at = :due_at
WHERE id = :approval_id AND status = 'open'

-- name: park (sqlite)
UPDATE execution
SET status = 'waiting', owner = NULL, wake_at = :wake_at, inbox_seen = :seen
WHERE id = :id

-- name: pause (sqlite)
UPDATE execution
SET status = 'paused', owner = NULL, wake_at = NULL, inbox_seen = :seen
WHERE id = :id

-- name: end (sqlite)
UPDATE execution
SET status = :status, owner = NULL, wake_at = NULL, inbox_seen = :seen, output_json = :output_json, error_json = :error_json,
    finished_at = treadle_now(), deadline_at = NULL, next_retry_at = treadle_after(:retry_in),
    parent_due = :tell_parent AND parent_id IS NOT NULL, children_due = :cancel_children, failure_due = :follow_up,
    slot = FALSE
WHERE id = :id

-- name: expire_approvals_of (sqlite)
UPDATE approval SET status = 'expired', decided_at = treadle_now()
WHERE execution_id = :execution_id AND status = 'open'

-- name: expire_approval (sqlite)
UPDATE approval SET status = 'expired', decided_at = treadle_now()
WHERE id = :id AND status = 'open'

-- name: reset_crashes (sqlite)
UPDATE execution SET crashes = 0
WHERE id = :id AND owner = :owner AND claim_no = :claim_no AND crashes > 0
