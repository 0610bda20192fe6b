-- Lists of executions, newest first, and counts of them. A `list_` statement reads one index from the top down and stops at
-- its limit. A `search_` statement does so too but looks at each row; an `edge_` statement finds how far down it may, without
-- reading rows. A `tally_` statement counts.

-- fragment: of_status
FROM execution
INDEXED BY execution_status -- sqlite
WHERE status = :status AND created_at >= :since AND (created_at, id) < (:before, :before_id)

-- fragment: of_workflow
FROM execution
INDEXED BY execution_workflow -- sqlite
WHERE workflow = :workflow AND status = :status AND created_at >= :since AND (created_at, id) < (:before, :before_id)

-- fragment: of_parent
FROM execution
INDEXED BY execution_parent -- sqlite
WHERE parent_id = :parent_id AND created_at >= :since AND (created_at, id) < (:before, :before_id)

-- fragment: of_prefix
-- Of a prefix that thousands share, the newest thousand ids.
FROM execution
WHERE id IN (SELECT e.id FROM execution AS e WHERE e.id >= :prefix AND e.id < :upper ORDER BY e.id DESC LIMIT 1000)
  AND created_at >= :since AND (created_at, id) < (:before, :before_id)

-- fragment: wanted
-- What no index answers. What costs little to look at stands first.
  AND (CAST(:error AS text) IS NULL OR strpos(lower(error_json), :error) > 0) -- postgres
  AND (:error IS NULL OR instr(lower(error_json), :error) > 0) -- sqlite
  AND coalesce(trigger_type, '') <> :hidden
  AND (CAST(:statuses AS text[]) IS NULL OR status = ANY(CAST(:statuses AS text[]))) -- postgres
  AND (CAST(:workflows AS text[]) IS NULL OR workflow = ANY(CAST(:workflows AS text[]))) -- postgres
  AND (CAST(:not_workflows AS text[]) IS NULL OR workflow <> ALL(CAST(:not_workflows AS text[]))) -- postgres
  AND ( -- postgres
    CAST(:triggers AS text[]) IS NULL -- postgres
    OR coalesce(trigger_type, replace(substring(trigger_json FROM '"type":"([^"]*)"'), 'trigger.', '')) = ANY(CAST(:triggers AS text[])) -- postgres
  ) -- postgres
  AND ( -- postgres
    CAST(:not_triggers AS text[]) IS NULL -- postgres
    OR coalesce(trigger_type, replace(substring(trigger_json FROM '"type":"([^"]*)"'), 'trigger.', ''), '') -- postgres
       <> ALL(CAST(:not_triggers AS text[])) -- postgres
  ) -- postgres
  AND (:statuses IS NULL OR status IN (SELECT value FROM json_each(:statuses))) -- sqlite
  AND (:workflows IS NULL OR workflow IN (SELECT value FROM json_each(:workflows))) -- sqlite
  AND (:not_workflows IS NULL OR workflow NOT IN (SELECT value FROM json_each(:not_workflows))) -- sqlite
  AND ( -- sqlite
    :triggers IS NULL -- sqlite
    OR coalesce(trigger_type, replace(json_extract(trigger_json, '$.type'), 'trigger.', '')) -- sqlite
       IN (SELECT value FROM json_each(:triggers)) -- sqlite
  ) -- sqlite
  AND ( -- sqlite
    :not_triggers IS NULL -- sqlite
    OR coalesce(trigger_type, replace(json_extract(trigger_json, '$.type'), 'trigger.', ''), '') -- sqlite
       NOT IN (SELECT value FROM json_each(:not_triggers)) -- sqlite
  ) -- sqlite
  AND (CAST(:parents AS text[]) IS NULL OR parent_id = ANY(CAST(:parents AS text[]))) -- postgres
  AND (:parents IS NULL OR parent_id IN (SELECT value FROM json_each(:parents))) -- sqlite
  AND (
    CAST(:not_prefixes AS text[]) IS NULL -- postgres
    :not_prefixes IS NULL -- sqlite
    OR NOT EXISTS (
      SELECT 1
      FROM unnest(CAST(:not_prefixes AS text[])) AS p(value) -- postgres
      FROM json_each(:not_prefixes) AS p -- sqlite
      WHERE substr(execution.id, 1, length(p.value)) = p.value
    )
  )
  AND (
    CAST(:errors AS text[]) IS NULL -- postgres
    :errors IS NULL -- sqlite
    OR NOT EXISTS (
      SELECT 1
      FROM unnest(CAST(:errors AS text[])) AS e(value) -- postgres
      WHERE strpos(lower(coalesce(execution.error_json, '')), e.value) = 0 -- postgres
      FROM json_each(:errors) AS e -- sqlite
      WHERE instr(lower(coalesce(execution.error_json, '')), e.value) = 0 -- sqlite
    )
  )
  AND (
    CAST(:words AS text) IS NULL
    OR NOT EXISTS (
      SELECT 1
      FROM json_array_elements(CAST(:words AS json)) AS w(value) -- postgres
      FROM json_each(:words) AS w -- sqlite
      WHERE substr(execution.id, 1, length(w.value ->> 0)) <> w.value ->> 0
        AND strpos(lower(execution.workflow), w.value ->> 1) = 0 -- postgres
        AND strpos(lower(coalesce(execution.error_json, '')), w.value ->> 2) = 0 -- postgres
        AND instr(lower(execution.workflow), w.value ->> 1) = 0 -- sqlite
        AND instr(lower(coalesce(execution.error_json, '')), w.value ->> 2) = 0 -- sqlite
    )
  )

-- name: list_of_status
SELECT
-- include: execution_row
-- include: of_status
  AND coalesce(trigger_type, '') <> :hidden
ORDER BY created_at DESC, id DESC
LIMIT :limit

-- name: list_of_workflow
SELECT
-- include: execution_row
-- include: of_workflow
  AND coalesce(trigger_type, '') <> :hidden
ORDER BY created_at DESC, id DESC
LIMIT :limit

-- name: list_of_parent
SELECT
-- include: execution_row
-- include: of_parent
  AND coalesce(trigger_type, '') <> :hidden
ORDER BY created_at DESC, id DESC
LIMIT :limit

-- name: list_of_workflows
-- Of each status of each workflow the newest :limit, and of these together the newest; one statement however many there are.
SELECT
-- include: execution_row
FROM execution
WHERE id IN (
  SELECT e.id
  FROM unnest(CAST(:names AS text[])) AS w(value) -- postgres
  CROSS JOIN unnest(CAST(:of_statuses AS text[])) AS s(value) -- postgres
  CROSS JOIN LATERAL ( -- postgres
    SELECT x.id, x.created_at -- postgres
    FROM execution AS x -- postgres
  FROM json_each(:names) AS w -- sqlite
  CROSS JOIN json_each(:of_statuses) AS s -- sqlite
  CROSS JOIN execution AS e ON e.id IN ( -- sqlite
    SELECT x.id -- sqlite
    FROM execution AS x INDEXED BY execution_workflow -- sqlite
    WHERE x.workflow = w.value AND x.status = s.value AND x.created_at >= :since
      AND (x.created_at, x.id) < (:before, :before_id) AND coalesce(x.trigger_type, '') <> :hidden
    ORDER BY x.created_at DESC, x.id DESC
    LIMIT :limit
  ) AS e -- postgres
  ) -- sqlite
  ORDER BY e.created_at DESC, e.id DESC
  LIMIT :limit
)
ORDER BY created_at DESC, id DESC

-- name: search_of_status
-- The sub-select keeps PostgreSQL from gathering and sorting all rows where it expects that few are wanted; :all is NULL.
SELECT
-- include: execution_row
FROM ( -- postgres
SELECT * -- postgres
-- include: of_status
ORDER BY created_at DESC, id DESC -- postgres
LIMIT :all -- postgres
) AS execution -- postgres
WHERE TRUE -- postgres
-- include: wanted
ORDER BY created_at DESC, id DESC
LIMIT :limit

-- name: search_of_workflow
SELECT
-- include: execution_row
FROM ( -- postgres
SELECT * -- postgres
-- include: of_workflow
ORDER BY created_at DESC, id DESC -- postgres
LIMIT :all -- postgres
) AS execution -- postgres
WHERE TRUE -- postgres
-- include: wanted
ORDER BY created_at DESC, id DESC
LIMIT :limit

-- name: search_of_parent
SELECT
-- include: execution_row
FROM ( -- postgres
SELECT * -- postgres
-- include: of_parent
ORDER BY created_at DESC, id DESC -- postgres
LIMIT :all -- postgres
) AS execution -- postgres
WHERE TRUE -- postgres
-- include: wanted
ORDER BY created_at DESC, id DESC
LIMIT :limit

-- name: search_of_prefix
SELECT
-- include: execution_row
-- include: of_prefix
-- include: wanted
ORDER BY created_at DESC, id DESC
LIMIT :limit

-- name: edge_of_status
SELECT created_at
-- include: of_status
ORDER BY created_at DESC, id DESC
LIMIT 1 OFFSET :scan

-- name: edge_of_workflow
SELECT created_at
-- include: of_workflow
ORDER BY created_at DESC, id DESC
LIMIT 1 OFFSET :scan

-- name: edge_of_parent
SELECT created_at
-- include: of_parent
ORDER BY created_at DESC, id DESC
LIMIT 1 OFFSET :scan

-- name: edge_of_workflows
-- The newest time at which one of these alone has filled a page: nothing older comes into it.
SELECT max((
  SELECT e.created_at
  FROM execution AS e
  WHERE e.workflow = w.value AND e.status = s.value AND e.created_at >= :since AND (e.created_at, e.id) < (:before, :before_id)
  ORDER BY e.created_at DESC, e.id DESC
  LIMIT 1 OFFSET :scan
))
FROM unnest(CAST(:names AS text[])) AS w(value), unnest(CAST(:of_statuses AS text[])) AS s(value) -- postgres
FROM json_each(:names) AS w, json_each(:of_statuses) AS s -- sqlite

-- name: tally_of_status
SELECT workflow, status, count(*)
-- include: of_status
-- include: wanted
GROUP BY workflow, status

-- name: tally_of_workflow
SELECT workflow, status, count(*)
-- include: of_workflow
-- include: wanted
GROUP BY workflow, status

-- name: tally_of_parent
SELECT workflow, status, count(*)
-- include: of_parent
-- include: wanted
GROUP BY workflow, status

-- name: tally_of_prefix
SELECT workflow, status, count(*)
-- include: of_prefix
-- include: wanted
GROUP BY workflow, status

-- name: tally_workflows
-- Of each workflow and status at most :cap, from the index alone.
SELECT w.value, s.value,
       (SELECT count(*)
        FROM (SELECT 1
              FROM execution AS e
              WHERE e.workflow = w.value AND e.status = s.value AND e.created_at >= :since AND e.created_at < :before
              LIMIT :cap) AS found)
FROM unnest(CAST(:names AS text[])) AS w(value), unnest(CAST(:statuses AS text[])) AS s(value) -- postgres
FROM json_each(:names) AS w, json_each(:statuses) AS s -- sqlite

-- name: tally_statuses
SELECT s.value,
       (SELECT count(*)
        FROM (SELECT 1
              FROM execution AS e
              WHERE e.status = s.value AND e.created_at >= :since AND e.created_at < :before
              LIMIT :cap) AS found)
FROM unnest(CAST(:statuses AS text[])) AS s(value) -- postgres
FROM json_each(:statuses) AS s -- sqlite

-- name: tally_tests
SELECT workflow, status, count(*)
FROM execution
INDEXED BY execution_test -- sqlite
WHERE trigger_type = 'test' AND created_at >= :since AND created_at < :before
GROUP BY workflow, status

-- name: workflow_names_with
SELECT w.name
FROM workflow AS w
WHERE NOT EXISTS (
  SELECT 1
  FROM unnest(CAST(:parts AS text[])) AS p(value) -- postgres
  WHERE strpos(lower(w.name), p.value) = 0 -- postgres
  FROM json_each(:parts) AS p -- sqlite
  WHERE instr(lower(w.name), p.value) = 0 -- sqlite
)
ORDER BY w.updated_at DESC, w.name
LIMIT :limit

-- name: names_to_count
SELECT name FROM workflow ORDER BY updated_at DESC, name LIMIT :limit

-- name: recent_of_workflows
-- The newest :limit of each workflow, chosen from as many of each status.
SELECT name, id, status, created_at, finished_at
FROM (
  SELECT w.value AS name, e.id, e.status, e.created_at, e.finished_at,
         row_number() OVER (PARTITION BY w.value ORDER BY e.created_at DESC, e.id DESC) AS place
  FROM unnest(CAST(:names AS text[])) AS w(value) -- postgres
  CROSS JOIN unnest(CAST(:statuses AS text[])) AS s(value) -- postgres
  CROSS JOIN LATERAL ( -- postgres
    SELECT x.id, x.status, x.created_at, x.finished_at -- postgres
    FROM execution AS x -- postgres
  FROM json_each(:names) AS w -- sqlite
  CROSS JOIN json_each(:statuses) AS s -- sqlite
  CROSS JOIN execution AS e ON e.id IN ( -- sqlite
    SELECT x.id -- sqlite
    FROM execution AS x INDEXED BY execution_workflow -- sqlite
    WHERE x.workflow = w.value AND x.status = s.value AND coalesce(x.trigger_type, '') <> 'test'
    ORDER BY x.created_at DESC, x.id DESC
    LIMIT :limit
  ) AS e -- postgres
  ) -- sqlite
) AS ranked
WHERE place <= :limit
ORDER BY name, place
