-- name: add_workflow
INSERT INTO workflow (name, description, latest, created_at, updated_at)
SELECT :name, '', 0, clock.now, clock.now
FROM (SELECT treadle_now() AS now) AS clock
WHERE TRUE
ON CONFLICT DO NOTHING

-- name: lock_workflow
SELECT description, latest, deleted_at FROM workflow WHERE name = :name
FOR NO KEY UPDATE -- postgres

-- name: add_version
INSERT INTO workflow_version (workflow, version, graph_json, created_at, saved_by)
VALUES (:workflow, :version, :graph_json, treadle_now(), :saved_by)

-- name: place_nodes
UPDATE workflow_version SET positions_json = :positions_json WHERE workflow = :workflow AND version = :version

-- name: add_hidden_workflow
-- The home of drafts of a workflow that has not been saved yet.
INSERT INTO workflow (name, description, latest, created_at, updated_at, deleted_at)
SELECT :name, '', 0, clock.now, clock.now, clock.now
FROM (SELECT treadle_now() AS now) AS clock
WHERE TRUE
ON CONFLICT DO NOTHING

-- name: keep_draft
-- One that is used again counts as new, so that it is not pruned before its execution has started.
INSERT INTO workflow_version (workflow, version, graph_json, created_at)
VALUES (:workflow, :version, :graph_json, treadle_now())
ON CONFLICT (workflow, version) DO UPDATE SET created_at = excluded.created_at
RETURNING graph_json

-- name: prune_drafts
DELETE FROM workflow_version
WHERE version < 0 AND created_at < treadle_after(-86400)
  AND NOT EXISTS (
    SELECT 1
    FROM execution AS e
    WHERE e.workflow = workflow_version.workflow AND e.version = workflow_version.version AND e.version < 0
  )

-- name: update_workflow
UPDATE workflow
SET latest = :latest, description = :description, deleted_at = NULL, updated_at = treadle_now()
WHERE name = :name

-- name: get_version
SELECT v.workflow, v.version, v.graph_json, w.description, v.created_at, v.positions_json, v.saved_by
FROM workflow_version AS v JOIN workflow AS w ON w.name = v.workflow
WHERE v.workflow = :workflow AND v.version = :version

-- name: get_latest
SELECT v.workflow, v.version, v.graph_json, w.description, v.created_at, v.positions_json, v.saved_by
FROM workflow AS w JOIN workflow_version AS v ON v.workflow = w.name AND v.version = w.latest
WHERE w.name = :workflow AND w.deleted_at IS NULL

-- name: workflow_names
SELECT name FROM workflow WHERE deleted_at IS NULL ORDER BY updated_at DESC, name LIMIT :limit

-- name: version_numbers
SELECT version FROM workflow_version WHERE workflow = :workflow AND version > 0 ORDER BY version DESC LIMIT :limit

-- name: list_workflows
SELECT name, latest, description, created_at, updated_at
FROM workflow
WHERE deleted_at IS NULL AND name > :after
ORDER BY name
LIMIT :limit

-- name: list_versions
SELECT v.workflow, v.version, v.graph_json, w.description, v.created_at, v.positions_json, v.saved_by
FROM workflow_version AS v JOIN workflow AS w ON w.name = v.workflow
WHERE v.workflow = :workflow AND v.version > 0
ORDER BY v.version DESC

-- name: open_by_version
-- Of each status at most so many are counted, the oldest ones.
SELECT version, status, count(*)
FROM (
  SELECT * FROM (
    SELECT version, status FROM execution
    WHERE workflow = :workflow AND status = 'running' ORDER BY created_at, id LIMIT :most
  ) AS running
  UNION ALL
  SELECT * FROM (
    SELECT version, status FROM execution
    WHERE workflow = :workflow AND status = 'waiting' ORDER BY created_at, id LIMIT :most
  ) AS waiting
  UNION ALL
  SELECT * FROM (
    SELECT version, status FROM execution
    WHERE workflow = :workflow AND status = 'paused' ORDER BY created_at, id LIMIT :most
  ) AS paused
) AS open
GROUP BY version, status
ORDER BY version, status

-- name: open_execution_of_workflow
SELECT id FROM execution WHERE workflow = :workflow AND status = 'running'
UNION ALL
SELECT id FROM execution WHERE workflow = :workflow AND status = 'waiting'
UNION ALL
SELECT id FROM execution WHERE workflow = :workflow AND status = 'paused'
UNION ALL
SELECT id FROM execution WHERE workflow = :workflow AND next_retry_at IS NOT NULL
LIMIT 1

-- name: hide_workflow
UPDATE workflow SET deleted_at = treadle_now() WHERE name = :name

-- name: stop_schedules
UPDATE schedule SET paused = TRUE, row_version = row_version + 1 WHERE workflow = :workflow AND NOT paused
