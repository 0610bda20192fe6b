-- name: retention_policies
-- Of workflows that are hidden, too: their executions go like all others.
SELECT w.name,
       CAST(CAST(v.graph_json AS jsonb) #> '{settings,retention}' AS text) -- postgres
       v.graph_json -> '$.settings.retention' -- sqlite
FROM workflow AS w
JOIN workflow_version AS v ON v.workflow = w.name AND v.version = w.latest
ORDER BY w.name

-- name: prune_of_workflow
-- As prune_executions, through the index of one workflow: what others keep is not walked over.
WITH old AS MATERIALIZED (
  SELECT e.id
  FROM execution AS e
  WHERE e.workflow = :workflow AND e.status = :status AND e.created_at < :finished_before AND e.finished_at < :finished_before
    AND e.next_retry_at IS NULL
    AND NOT e.parent_due AND NOT e.children_due AND NOT e.failure_due
    AND (e.idempotency_key IS NULL OR e.created_at < treadle_after(-86400))
    AND NOT EXISTS (
      SELECT 1
      FROM execution AS p
      WHERE p.id = e.parent_id AND (p.status IN ('running', 'waiting', 'paused') OR p.next_retry_at IS NOT NULL)
    )
  ORDER BY e.created_at
  LIMIT :limit
  FOR UPDATE SKIP LOCKED -- postgres
)
DELETE FROM execution
WHERE id IN (SELECT id FROM old)
  AND status = :status AND next_retry_at IS NULL AND finished_at < :finished_before
  AND NOT parent_due AND NOT children_due AND NOT failure_due
RETURNING id

-- name: count_prunable
-- How many an unlimited prune would delete now.
SELECT count(*)
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

-- name: doom
INSERT INTO doomed (execution_id)
SELECT unnest(CAST(:ids AS text[])) -- postgres
SELECT value FROM json_each(:ids) WHERE TRUE -- sqlite
ON CONFLICT DO NOTHING

-- name: doomed_executions
SELECT execution_id FROM doomed ORDER BY execution_id LIMIT :limit
FOR UPDATE SKIP LOCKED -- postgres

-- name: sweep_journal
DELETE FROM journal
WHERE (execution_id, seq) IN (
  SELECT execution_id, seq FROM journal
  WHERE execution_id = ANY(:ids) -- postgres
  WHERE execution_id IN (SELECT value FROM json_each(:ids)) -- sqlite
  LIMIT :limit
)

-- name: sweep_payloads
DELETE FROM payload
WHERE (execution_id, seq) IN (
  SELECT execution_id, seq FROM payload
  WHERE execution_id = ANY(:ids) -- postgres
  WHERE execution_id IN (SELECT value FROM json_each(:ids)) -- sqlite
  LIMIT :limit
)

-- name: sweep_inbox
DELETE FROM inbox
WHERE (execution_id, seq) IN (
  SELECT execution_id, seq FROM inbox
  WHERE execution_id = ANY(:ids) -- postgres
  WHERE execution_id IN (SELECT value FROM json_each(:ids)) -- sqlite
  LIMIT :limit
)

-- name: sweep_node_logs
DELETE FROM node_log
WHERE seq IN (
  SELECT seq FROM node_log
  WHERE execution_id = ANY(:ids) -- postgres
  WHERE execution_id IN (SELECT value FROM json_each(:ids)) -- sqlite
  LIMIT :limit
)

-- name: undoom
DELETE FROM doomed
WHERE execution_id = ANY(:ids) -- postgres
WHERE execution_id IN (SELECT value FROM json_each(:ids)) -- sqlite
