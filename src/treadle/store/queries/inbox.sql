-- name: lock_execution
SELECT status, attempt, inbox_seq, next_retry_at IS NOT NULL, held_back, slot_key IS NOT NULL
FROM execution
WHERE id = :id
FOR NO KEY UPDATE -- postgres

-- name: find_message
SELECT seq FROM inbox WHERE execution_id = :execution_id AND message_id = :message_id

-- name: put_message
INSERT INTO inbox (execution_id, seq, kind, message_id, name, payload_json, created_at)
VALUES (:execution_id, :seq, :kind, :message_id, :name, :payload_json, treadle_now())

-- name: count_message
UPDATE execution SET inbox_seq = :seq WHERE id = :id

-- name: count_message_and_wake
-- Paused, failed with a retry to come, or held back: what may end it lets an owner have it, without a slot if it has none.
WITH clock AS MATERIALIZED (SELECT treadle_now() AS now)
UPDATE execution
SET inbox_seq = :seq, status = 'running', next_retry_at = NULL, finished_at = NULL, wake_at = NULL, held_back = FALSE,
    ready_at = clock.now, claim_key = treadle_micros(clock.now) - priority * :head_start
FROM clock
WHERE id = :id AND (status IN ('paused', 'failed') OR (status = 'waiting' AND held_back))

-- name: count_message_and_retry
-- A fresh attempt: fresh deadline, no crashes, and nothing more to deliver of the end that is taken back. With a slot key
-- it goes to the end of the line.
WITH clock AS MATERIALIZED (SELECT treadle_now() AS now)
UPDATE execution
SET inbox_seq = :seq, status = CASE WHEN slot_key IS NULL THEN 'running' ELSE 'waiting' END, held_back = slot_key IS NOT NULL,
    slot = FALSE, attempt = attempt + 1, crashes = 0, next_retry_at = NULL, finished_at = NULL, output_json = NULL,
    deadline_at = treadle_after(timeout), parent_due = FALSE, children_due = FALSE, failure_due = FALSE,
    ready_at = clock.now, claim_key = treadle_micros(clock.now) - priority * :head_start
FROM clock
WHERE id = :id AND status = 'failed'

-- name: inbox_count
SELECT count(*) FROM inbox WHERE execution_id = :execution_id
