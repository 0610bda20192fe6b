-- name: backlog
SELECT queue, count(*), min(ready_at)
FROM execution
INDEXED BY execution_runnable -- sqlite
WHERE status = 'running' AND owner IS NULL
GROUP BY queue
ORDER BY queue

-- name: open_versions
SELECT workflow, version, count(*)
FROM execution
INDEXED BY execution_status -- sqlite
WHERE status IN ('running', 'waiting', 'paused')
GROUP BY workflow, version
ORDER BY workflow, version

-- name: open_by_workflow
SELECT workflow, status, count(*)
FROM execution
INDEXED BY execution_status -- sqlite
WHERE status IN ('running', 'waiting', 'paused')
GROUP BY workflow, status
ORDER BY workflow, status

-- name: overdue_executions
SELECT id, workflow, wake_at FROM execution WHERE wake_at < (SELECT treadle_after(-CAST(:grace AS double precision))) ORDER BY wake_at, id LIMIT :limit

-- name: overdue_retries
SELECT id, workflow, next_retry_at
FROM execution
WHERE next_retry_at < (SELECT treadle_after(-CAST(:grace AS double precision)))
ORDER BY next_retry_at, id
LIMIT :limit

-- name: held_executions
-- With the last thing that its journal says of each. A row of an attempt under way has no end yet.
SELECT e.id, e.workflow, e.ready_at, e.owner,
       (SELECT coalesce(j.finished_at, j.started_at) FROM journal AS j WHERE j.execution_id = e.id ORDER BY j.seq DESC LIMIT 1)
FROM execution AS e
WHERE e.owner IS NOT NULL
ORDER BY e.owner, e.id
LIMIT :limit

-- name: set_aside_executions
SELECT id, workflow, finished_at
FROM execution
INDEXED BY execution_finished -- sqlite
WHERE finished_at >= (SELECT treadle_after(-CAST(:within AS double precision)))
  AND status NOT IN ('running', 'waiting', 'paused', 'completed', 'cancelled') AND crashes >= 3
ORDER BY finished_at DESC
LIMIT :limit

-- name: late_schedules
SELECT id, workflow, coalesce(due_at, next_fire_at), error
FROM schedule
WHERE NOT paused AND (error IS NOT NULL OR coalesce(due_at, next_fire_at) < (SELECT treadle_after(-CAST(:grace AS double precision))))
ORDER BY id
LIMIT :limit

-- name: table_sizes (postgres)
SELECT CAST(relname AS text), n_live_tup, n_dead_tup, pg_total_relation_size(relid)
FROM pg_stat_user_tables
WHERE schemaname = current_schema()
ORDER BY relname

-- name: old_transactions (postgres)
-- Ages are those of the server's clock, whatever treadle_now() says.
SELECT pid, coalesce(application_name, ''), coalesce(state, ''), xact_start
FROM pg_stat_activity
WHERE xact_start < clock_timestamp() - make_interval(secs => :older) AND pid <> pg_backend_pid()
  AND backend_type = 'client backend' AND (backend_xmin IS NOT NULL OR state LIKE 'idle in transaction%')
UNION ALL
SELECT NULL, CAST(gid AS text), 'prepared', prepared
FROM pg_prepared_xacts
WHERE prepared < clock_timestamp() - make_interval(secs => :older)
ORDER BY 4
LIMIT :limit

-- name: capacity
SELECT pg_database_size(current_database()), 0, count(*), CAST(current_setting('max_connections') AS bigint) -- postgres
FROM pg_stat_activity -- postgres
WHERE backend_type = 'client backend' -- postgres
SELECT page_count * page_size, freelist_count * page_size, NULL, NULL -- sqlite
FROM pragma_page_count(), pragma_page_size(), pragma_freelist_count() -- sqlite

-- name: record_checkup
INSERT INTO checkup (name, at)
VALUES ('doctor', treadle_now())
ON CONFLICT (name) DO UPDATE SET at = excluded.at
