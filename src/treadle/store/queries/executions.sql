-- name: start
-- No row: the id or the key exists already, or there is no such version; a second statement tells which.
WITH clock AS MATERIALIZED (SELECT treadle_now() AS now)
INSERT INTO execution (
  id, workflow, version, status, priority, queue, ready_at, claim_key, timeout, deadline_at, created_at, depth,
  parent_id, parent_activity, on_parent_end, schedule_id, idempotency_key, body_hash, trigger_json, input_json,
  held_back, slot_key, slot_limit, debounce_key, wake_at, debounce_until, trigger_type
)
SELECT :id, v.workflow, v.version, CASE WHEN CAST(:held_back AS boolean) THEN 'waiting' ELSE 'running' END, :priority, :queue,
       clock.now, treadle_micros(clock.now) - :priority * :head_start, CAST(:timeout AS double precision),
       treadle_after(:timeout + coalesce(CAST(:debounce_wait AS double precision), 0)),
       clock.now, :depth, :parent_id, :parent_activity, :on_parent_end, :schedule_id, :idempotency_key, :body_hash,
       :trigger_json, :input_json, CAST(:held_back AS boolean), :slot_key, CAST(:slot_limit AS bigint), :debounce_key,
       treadle_after(:debounce_wait), treadle_after(:debounce_max), :trigger_type
FROM clock, workflow_version AS v
WHERE v.workflow = :workflow AND v.version = :version
ON CONFLICT DO NOTHING
RETURNING id

-- name: find_started
SELECT id, body_hash, held_back
FROM execution
WHERE id = :id
UNION ALL
SELECT id, body_hash, held_back
FROM execution
WHERE workflow = :workflow AND idempotency_key = :idempotency_key AND idempotency_key IS NOT NULL

-- name: ids_between
SELECT id FROM execution WHERE id >= :prefix AND id < :upper ORDER BY id LIMIT :limit

-- name: read_journal
SELECT
-- include: journal_row
FROM journal
WHERE execution_id = :execution_id AND seq > :after
ORDER BY seq
LIMIT :limit

-- name: has_journal
SELECT 1 FROM journal WHERE execution_id = :execution_id LIMIT 1

-- name: copy_row
INSERT INTO journal (
  execution_id, seq, kind, node_id, scope, visit, attempt, status, port, taken_json, output_json, error_json,
  detail_json, message_seq, started_at, finished_at, "by"
)
VALUES (
  :execution_id, :seq, :kind, :node_id, :scope, :visit, :attempt, :status, :port, :taken_json, :output_json, :error_json,
  :detail_json, :message_seq, :started_at, :finished_at, :by
)

-- name: copy_payload
INSERT INTO payload (execution_id, seq, data) VALUES (:execution_id, :seq, :data)

-- name: count_open
SELECT status, count(*) FROM execution WHERE status IN ('running', 'waiting', 'paused') GROUP BY status

-- name: count_finished_before
SELECT count(*) FILTER (WHERE status = 'completed'), count(*) FILTER (WHERE status = 'failed'),
       count(*) FILTER (WHERE status = 'cancelled')
FROM execution
INDEXED BY execution_finished -- sqlite
WHERE finished_at < :before

-- name: count_finished_since
SELECT count(*) FILTER (WHERE status = 'completed'), count(*) FILTER (WHERE status = 'failed'),
       count(*) FILTER (WHERE status = 'cancelled')
FROM execution
INDEXED BY execution_finished -- sqlite
WHERE finished_at >= :since

-- name: count_ready
SELECT count(*)
FROM execution
INDEXED BY execution_runnable -- sqlite
WHERE status = 'running' AND owner IS NULL

-- name: prune_executions
-- The guards stand in the DELETE itself: one that was just retried must stay.
WITH old AS MATERIALIZED (
  SELECT e.id
  FROM execution AS e
  WHERE e.finished_at < :finished_before AND e.status NOT IN ('running', 'waiting', 'paused') AND e.next_retry_at IS NULL
    AND (CAST(:status AS text) IS NULL OR e.status = :status)
    AND (CAST(:workflow AS text) IS NULL OR e.workflow = :workflow)
    AND NOT e.parent_due AND NOT e.children_due AND NOT e.failure_due
    AND (e.idempotency_key IS NULL OR e.created_at < treadle_after(-86400))
    AND NOT EXISTS (
      SELECT 1
      FROM execution AS p
      WHERE p.id = e.parent_id AND (p.status IN ('running', 'waiting', 'paused') OR p.next_retry_at IS NOT NULL)
    )
  ORDER BY e.finished_at
  LIMIT :limit
  FOR UPDATE SKIP LOCKED -- postgres
)
DELETE FROM execution
WHERE id IN (SELECT id FROM old)
  AND status NOT IN ('running', 'waiting', 'paused') AND next_retry_at IS NULL AND finished_at < :finished_before
  AND NOT parent_due AND NOT children_due AND NOT failure_due
RETURNING id
