-- What live streams ask, again and again while somebody watches.

-- name: live_heads
-- For each execution all that readers see change, in one statement.
SELECT id, coalesce((SELECT max(seq) FROM journal WHERE journal.execution_id = execution.id), 0), status, priority, held_back,
       started_at, finished_at, next_retry_at, wake_at
FROM execution
WHERE id = ANY(:ids) -- postgres
WHERE id IN (SELECT value FROM json_each(:ids)) -- sqlite

-- name: live_rows
-- Without what is large: it is not even read.
SELECT execution_id, seq, kind, node_id, scope, visit, attempt, status, port, taken_json,
       CASE WHEN output_json <> '@payload' AND octet_length(output_json) <= :small THEN output_json END, error_json,
       CASE WHEN octet_length(detail_json) <= :small THEN detail_json END, message_seq, started_at, finished_at, "by",
       coalesce(output_json = '@payload' OR octet_length(output_json) > :small, FALSE)
         OR coalesce(octet_length(detail_json) > :small, FALSE)
FROM journal
WHERE execution_id = :execution_id AND seq > :after
ORDER BY seq
LIMIT :limit

-- name: head_of_executions
-- Starts, ends and moves between the open statuses. Of open ones the first ten thousand are counted.
SELECT (SELECT max(created_at) FROM execution WHERE status = 'running'),
       (SELECT max(created_at) FROM execution WHERE status = 'waiting'),
       (SELECT max(created_at) FROM execution WHERE status = 'paused'),
       (SELECT max(created_at) FROM execution WHERE status = 'failed'),
       (SELECT max(finished_at) FROM execution WHERE finished_at IS NOT NULL),
       (SELECT count(*) FROM (SELECT 1 FROM execution WHERE status = 'running' LIMIT 10000) AS counted),
       (SELECT count(*) FROM (SELECT 1 FROM execution WHERE status = 'waiting' LIMIT 10000) AS counted),
       (SELECT count(*) FROM (SELECT 1 FROM execution WHERE status = 'paused' LIMIT 10000) AS counted)

-- name: head_of_approvals
-- New ones, closed ones, and what was said about the newest that are open.
SELECT (SELECT max(created_at) FROM approval WHERE status = 'open'),
       (SELECT max(created_at) FROM approval WHERE status = 'decided'),
       (SELECT max(created_at) FROM approval WHERE status = 'expired'),
       (SELECT count(*) FROM (SELECT 1 FROM approval WHERE status = 'open' LIMIT 10000) AS counted),
       (
         SELECT count(*)
         FROM (SELECT id FROM approval WHERE status = 'open' ORDER BY created_at DESC, id DESC LIMIT 200) AS newest
         JOIN approval_event ON approval_id = newest.id
       )

-- name: head_of_schedules
SELECT count(*), coalesce(sum(row_version), 0), max(created_at), max(next_fire_at), min(next_fire_at), count(error),
       (SELECT max(fire_at) FROM schedule_fire),
       coalesce(sum(extract(epoch FROM next_fire_at)), 0) -- postgres
       coalesce(sum(next_fire_at / 1000000), 0) -- sqlite
FROM schedule

-- name: head_of_workers
SELECT count(*), max(started_at), coalesce(sum(CASE WHEN draining THEN 1 ELSE 0 END), 0),
       coalesce(sum(CASE WHEN lease_until > treadle_now() THEN 1 ELSE 0 END), 0)
FROM worker

-- name: head_of_workflows
SELECT count(*), max(updated_at), count(deleted_at) FROM workflow
