-- name: get_approval
SELECT
-- include: approval_row
FROM approval
WHERE id = :id

-- name: lock_approval
SELECT
-- include: approval_row
FROM approval
WHERE id = :id
FOR NO KEY UPDATE -- postgres

-- name: list_approvals
SELECT
-- include: approval_row
FROM approval
WHERE status = :status AND (created_at, id) < (:before, :before_id)
-- include: approval_filter
ORDER BY created_at DESC, id DESC
LIMIT :limit

-- name: list_approvals_of
SELECT
-- include: approval_row
FROM approval
WHERE execution_id = :execution_id AND status = :status AND (created_at, id) < (:before, :before_id)
-- include: approval_filter
ORDER BY created_at DESC, id DESC
LIMIT :limit

-- name: approval_facets
-- Of the open ones. A person or group counts in each that asks them.
SELECT 'state', CASE WHEN due_at < treadle_now() THEN 'overdue' ELSE 'in_time' END, count(*)
FROM approval
WHERE status = 'open'
GROUP BY 2
UNION ALL
SELECT 'workflow', workflow, count(*)
FROM approval
WHERE status = 'open'
GROUP BY workflow
UNION ALL
SELECT 'assignee', asked.value, count(*)
FROM approval, jsonb_array_elements_text(CAST(assignees_json AS jsonb)) AS asked (value) -- postgres
FROM approval, json_each(assignees_json) AS asked -- sqlite
WHERE status = 'open'
GROUP BY asked.value
UNION ALL
SELECT 'group', asked.value, count(*)
FROM approval, jsonb_array_elements_text(CAST(groups_json AS jsonb)) AS asked (value) -- postgres
FROM approval, json_each(groups_json) AS asked -- sqlite
WHERE status = 'open'
GROUP BY asked.value
ORDER BY 1, 3 DESC, 2

-- name: decide_approval
UPDATE approval SET status = 'decided', decision_json = :decision_json, decided_at = treadle_now()
WHERE id = :id AND status = 'open'

-- name: reassign_approval
UPDATE approval SET assignees_json = :assignees_json WHERE id = :id AND status = 'open'

-- name: approval_events
SELECT approval_id, key, kind, "by", via, detail_json, at, notify, notified_id
FROM approval_event
WHERE approval_id = :approval_id
ORDER BY at, key

-- name: add_approval_event
INSERT INTO approval_event (approval_id, key, execution_id, kind, "by", via, detail_json, at)
VALUES (:approval_id, :key, :execution_id, :kind, :by, :via, :detail_json, treadle_now())

-- name: notices_due
SELECT approval_id, key, kind, "by", via, detail_json, at, notify, notified_id
FROM approval_event
WHERE notify_due
ORDER BY approval_id, key
LIMIT :limit

-- name: lock_notice
SELECT 1
FROM approval_event
WHERE approval_id = :approval_id AND key = :key AND notify_due
FOR NO KEY UPDATE SKIP LOCKED -- postgres

-- name: notice_followed
UPDATE approval_event SET notify_due = FALSE, notified_id = :notified_id
WHERE approval_id = :approval_id AND key = :key

-- name: get_secret
SELECT value FROM secret WHERE name = :name

-- name: add_secret
INSERT INTO secret (name, value, created_at) VALUES (:name, :value, treadle_now())
ON CONFLICT DO NOTHING

-- name: prune_approvals
DELETE FROM approval
WHERE execution_id = ANY(:ids) -- postgres
WHERE execution_id IN (SELECT value FROM json_each(:ids)) -- sqlite

-- name: prune_approval_events
DELETE FROM approval_event
WHERE execution_id = ANY(:ids) -- postgres
WHERE execution_id IN (SELECT value FROM json_each(:ids)) -- sqlite

-- fragment: approval_row
  id, execution_id, workflow, node_id, scope, visit, title, body, form_json, assignees_json, status, due_at, decision_json,
  created_at, decided_at, groups_json, payload_json, rules_json

-- fragment: approval_filter
-- Names are few in each approval, and open approvals are few beside all others: no index but that of the list's order.
  AND (CAST(:workflow AS text) IS NULL OR workflow = :workflow)
  AND (NOT CAST(:overdue AS boolean) OR due_at < treadle_now())
  AND (CAST(:assignee AS text) IS NULL OR EXISTS (
    SELECT 1
    FROM jsonb_array_elements_text(CAST(assignees_json AS jsonb)) AS asked (value) -- postgres
    FROM json_each(assignees_json) AS asked -- sqlite
    WHERE lower(asked.value) = lower(:assignee)
  ))
  AND (CAST(:member_of AS text) IS NULL OR EXISTS (
    SELECT 1
    FROM jsonb_array_elements_text(CAST(groups_json AS jsonb)) AS asked (value) -- postgres
    FROM json_each(groups_json) AS asked -- sqlite
    WHERE lower(asked.value) = lower(:member_of)
  ))
