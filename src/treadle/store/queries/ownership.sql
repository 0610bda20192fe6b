-- name: claim (postgres)
-- One statement is safe here because the fence is locked before any execution is looked at.
-- One ordered and limited scan a queue: with `queue = ANY` the index could not give the order of claim keys.
WITH fence AS MATERIALIZED (
  SELECT draining FROM worker WHERE id = :owner AND history = treadle_history() FOR KEY SHARE
),
clock AS MATERIALIZED (SELECT treadle_now() AS now),
candidate AS MATERIALIZED (
  SELECT runnable.id, runnable.claim_key, runnable.crashes
  FROM unnest(CAST(:queues AS text[])) AS wanted (queue)
  CROSS JOIN LATERAL (
    SELECT e.id, e.claim_key, e.crashes
    FROM execution AS e
    WHERE e.status = 'running' AND e.owner IS NULL AND e.queue = wanted.queue AND e.claim_key >= :after_key
      AND e.ready_at <= (SELECT now FROM clock)
      AND (e.crashes < 2 OR :owns_nothing)
      AND EXISTS (SELECT 1 FROM fence WHERE NOT draining)
    ORDER BY e.claim_key, e.id
    LIMIT :limit
    FOR NO KEY UPDATE SKIP LOCKED
  ) AS runnable
),
placed AS MATERIALIZED (
  SELECT id, crashes,
         row_number() OVER urgency AS place,
         first_value(crashes) OVER urgency AS first_crashes
  FROM candidate
  WINDOW urgency AS (ORDER BY claim_key, id)
),
claimed AS (
  UPDATE execution AS e
  SET owner = :owner, claim_no = e.claim_no + 1, started_at = coalesce(e.started_at, clock.now)
  FROM placed, clock
  WHERE e.id = placed.id
    AND CASE WHEN placed.first_crashes >= 2 THEN placed.place = 1
             ELSE placed.crashes < 2 AND placed.place <= :limit END
  RETURNING e.id, e.claim_no, e.inbox_seq, e.crashes, e.claim_key
)
SELECT (SELECT count(*) FROM fence), clock.now, claimed.id, claimed.claim_no, claimed.inbox_seq, claimed.crashes, claimed.claim_key
FROM clock LEFT JOIN claimed ON TRUE
ORDER BY claimed.claim_key, claimed.id

-- name: runnable (sqlite)
SELECT claim_key, id, crashes
FROM execution
WHERE status = 'running' AND owner IS NULL AND queue = :queue AND claim_key >= :after_key
  AND ready_at <= (SELECT treadle_now())
  AND (crashes < 2 OR :owns_nothing)
ORDER BY claim_key, id
LIMIT :limit

-- name: take (sqlite)
WITH clock AS MATERIALIZED (SELECT treadle_now() AS now)
UPDATE execution
SET owner = :owner, claim_no = claim_no + 1, started_at = coalesce(started_at, clock.now)
FROM clock
WHERE id IN (SELECT value FROM json_each(:ids))
RETURNING claim_key, id, claim_no, inbox_seq, crashes

-- name: owned
SELECT execution.id, execution.claim_no, execution.inbox_seq, execution.crashes
FROM worker LEFT JOIN execution ON execution.owner = worker.id
WHERE worker.id = :owner
  AND worker.history = treadle_history() -- postgres
ORDER BY execution.id

-- name: give_back
WITH pair AS MATERIALIZED (
  SELECT value ->> 0 AS id, CAST(value ->> 1 AS bigint) AS claim_no
  FROM jsonb_array_elements(CAST(:pairs AS jsonb)) -- postgres
  FROM json_each(:pairs) -- sqlite
),
clock AS MATERIALIZED (SELECT treadle_now() AS now)
UPDATE execution
SET owner = NULL, ready_at = clock.now, claim_key = treadle_micros(clock.now) - priority * :head_start
FROM pair, clock
WHERE execution.id = pair.id AND execution.owner = :owner AND execution.claim_no = pair.claim_no

-- name: lock_owned
SELECT 1
FROM execution
WHERE id = :id AND owner = :owner AND claim_no = :claim_no
FOR NO KEY UPDATE -- postgres

-- name: move_execution
-- Given back: whoever claims it next reads it whole, with the graph that it has now.
WITH clock AS MATERIALIZED (SELECT treadle_now() AS now)
UPDATE execution
SET version = coalesce(CAST(:version AS bigint), version), owner = NULL, ready_at = clock.now,
    claim_key = treadle_micros(clock.now) - priority * :head_start
FROM clock
WHERE id = :id

-- name: load_executions
SELECT
-- include: execution_row
, input_json, output_json
FROM execution
WHERE id = ANY(:ids) -- postgres
WHERE id IN (SELECT value FROM json_each(:ids)) -- sqlite

-- name: load_graph
SELECT graph_json FROM workflow_version WHERE workflow = :workflow AND version = :version

-- name: load_journal
-- `known` pairs each id with the seq to begin at. The sub-select's order keeps PostgreSQL from making a join of it, whose
-- plan a small table could spoil for ever. The caller sorts: here it would copy every payload once more.
SELECT
-- include: journal_row
FROM jsonb_array_elements(CAST(:known AS jsonb)) AS known -- postgres
CROSS JOIN LATERAL ( -- postgres
  SELECT * FROM journal -- postgres
  WHERE execution_id = known.value ->> 0 AND seq >= CAST(known.value ->> 1 AS bigint) -- postgres
  ORDER BY seq -- postgres
) AS journal -- postgres
FROM json_each(:known) AS known CROSS JOIN journal -- sqlite
WHERE execution_id = known.value ->> 0 AND seq >= known.value ->> 1 -- sqlite

-- name: load_last_row
SELECT
-- include: journal_row
FROM journal
WHERE execution_id = :execution_id
ORDER BY seq DESC
LIMIT 1

-- name: load_inbox
-- As the journal, but above the seq.
SELECT execution_id, seq, kind, message_id, name, payload_json, created_at
FROM jsonb_array_elements(CAST(:known AS jsonb)) AS known -- postgres
CROSS JOIN LATERAL ( -- postgres
  SELECT * FROM inbox -- postgres
  WHERE execution_id = known.value ->> 0 AND seq > CAST(known.value ->> 1 AS bigint) -- postgres
  ORDER BY seq -- postgres
) AS inbox -- postgres
FROM json_each(:known) AS known CROSS JOIN inbox -- sqlite
WHERE execution_id = known.value ->> 0 AND seq > known.value ->> 1 -- sqlite

-- name: read_inbox
SELECT execution_id, seq, kind, message_id, name, payload_json, created_at
FROM inbox
WHERE execution_id = :execution_id AND seq > :after
ORDER BY seq

-- name: journal_rows
SELECT
-- include: journal_row
FROM journal
WHERE execution_id = :execution_id
  AND seq = ANY(CAST(:seqs AS bigint[])) -- postgres
  AND seq IN (SELECT value FROM json_each(:seqs)) -- sqlite
ORDER BY seq

-- name: get_execution
SELECT
-- include: execution_row
, input_json, output_json
FROM execution
WHERE id = :id

-- name: get_state
SELECT
-- include: execution_row
FROM execution
WHERE id = :id

-- fragment: execution_row
  id, workflow, version, status, priority, queue, trigger_json, error_json, parent_id, parent_activity, on_parent_end,
  depth, schedule_id, attempt, created_at, started_at, finished_at, next_retry_at, wake_at, deadline_at, ready_at,
  owner, claim_no, crashes, inbox_seq, inbox_seen, held_back, slot_key, slot_limit

-- fragment: journal_row
  execution_id, seq, kind, node_id, scope, visit, attempt, status, port, taken_json, output_json, error_json,
  detail_json, message_seq, started_at, finished_at, "by",
  CASE WHEN output_json = '@payload' THEN (
    SELECT data FROM payload WHERE payload.execution_id = journal.execution_id AND payload.seq = journal.seq
  ) END
