-- Nobody runs ANALYZE on an embedded database: SQLite is told the index wherever a status could lead it astray.

-- name: wake_timers
-- What was debounced and has a slot key goes on to wait for a slot.
WITH clock AS MATERIALIZED (SELECT treadle_now() AS now),
due AS MATERIALIZED (
  SELECT id
  FROM execution
  INDEXED BY execution_wake -- sqlite
  WHERE status = 'waiting' AND wake_at <= (SELECT now FROM clock)
  ORDER BY wake_at
  LIMIT :limit
  FOR NO KEY UPDATE SKIP LOCKED -- postgres
)
UPDATE execution
SET status = CASE WHEN held_back AND slot_key IS NOT NULL THEN 'waiting' ELSE 'running' END,
    held_back = held_back AND slot_key IS NOT NULL, wake_at = NULL, ready_at = clock.now,
    claim_key = treadle_micros(clock.now) - priority * :head_start
FROM due, clock
WHERE execution.id = due.id

-- name: wake_unread
WITH clock AS MATERIALIZED (SELECT treadle_now() AS now),
unread AS MATERIALIZED (
  SELECT id
  FROM execution
  INDEXED BY execution_unread_free -- sqlite
  WHERE status = 'waiting' AND inbox_seq > inbox_seen AND NOT held_back
  ORDER BY id
  LIMIT :limit
  FOR NO KEY UPDATE SKIP LOCKED -- postgres
)
UPDATE execution
SET status = 'running', wake_at = NULL, ready_at = clock.now, claim_key = treadle_micros(clock.now) - priority * :head_start
FROM unread, clock
WHERE execution.id = unread.id
RETURNING execution.id

-- name: past_deadline
SELECT id
FROM execution
WHERE deadline_at <= (SELECT treadle_now()) AND status NOT IN ('completed', 'failed', 'cancelled')
ORDER BY deadline_at
LIMIT :limit

-- name: lock_past_deadline
SELECT attempt
FROM execution
WHERE id = :id AND deadline_at <= (SELECT treadle_now()) AND status NOT IN ('completed', 'failed', 'cancelled')
FOR NO KEY UPDATE SKIP LOCKED -- postgres

-- name: clear_deadline
UPDATE execution SET deadline_at = NULL WHERE id = :id

-- name: retries_due
SELECT id, attempt, inbox_seq
FROM execution
INDEXED BY execution_retry -- sqlite
WHERE status = 'failed' AND next_retry_at <= (SELECT treadle_now())
ORDER BY next_retry_at
LIMIT :limit
FOR NO KEY UPDATE SKIP LOCKED -- postgres

-- name: parents_to_tell
SELECT DISTINCT parent_id
FROM (SELECT parent_id FROM execution WHERE parent_due ORDER BY parent_id, id LIMIT :limit) AS due
ORDER BY parent_id

-- name: children_to_tell_of
SELECT id, attempt, status, output_json, error_json
FROM execution
WHERE parent_due AND parent_id = :parent_id
ORDER BY id
LIMIT :limit
FOR NO KEY UPDATE SKIP LOCKED -- postgres

-- name: told_children
SELECT message_id
FROM inbox
WHERE execution_id = :parent_id
  AND message_id = ANY(:message_ids) -- postgres
  AND message_id IN (SELECT value FROM json_each(:message_ids)) -- sqlite

-- name: parent_told
UPDATE execution SET parent_due = FALSE
WHERE id = ANY(:ids) -- postgres
WHERE id IN (SELECT value FROM json_each(:ids)) -- sqlite

-- name: parents_of_open_children
SELECT id FROM execution WHERE children_due ORDER BY id LIMIT :limit

-- name: children_to_cancel
SELECT c.id
FROM execution AS c
WHERE c.parent_id = :parent_id AND c.on_parent_end = 'cancel'
  AND (c.status IN ('running', 'waiting', 'paused') OR c.next_retry_at IS NOT NULL)
  AND NOT EXISTS (SELECT 1 FROM inbox AS i WHERE i.execution_id = c.id AND i.message_id = 'parent')
ORDER BY c.id
LIMIT :limit

-- name: children_told
UPDATE execution SET children_due = FALSE
WHERE id = :parent_id
  AND NOT EXISTS (
    SELECT 1
    FROM execution AS c
    WHERE c.parent_id = :parent_id AND c.on_parent_end = 'cancel'
      AND (c.status IN ('running', 'waiting', 'paused') OR c.next_retry_at IS NOT NULL)
      AND NOT EXISTS (SELECT 1 FROM inbox AS i WHERE i.execution_id = c.id AND i.message_id = 'parent')
  )

-- name: failures_due
SELECT id, attempt FROM execution WHERE failure_due ORDER BY id LIMIT :limit

-- name: lock_failure
SELECT id
FROM execution
WHERE id = :id AND attempt = :attempt AND failure_due
FOR NO KEY UPDATE SKIP LOCKED -- postgres

-- name: failure_followed
UPDATE execution SET failure_due = FALSE WHERE id = :id

-- name: suspect_waits
SELECT 1 FROM execution WHERE status = 'running' AND owner IS NULL AND crashes >= 2 LIMIT 1

-- name: next_due
SELECT (SELECT min(wake_at) FROM execution WHERE wake_at IS NOT NULL),
       (SELECT min(next_retry_at) FROM execution WHERE next_retry_at IS NOT NULL),
       (SELECT min(deadline_at) FROM execution WHERE deadline_at IS NOT NULL),
       (SELECT min(coalesce(due_at, next_fire_at)) FROM schedule WHERE NOT paused AND error IS NULL)
