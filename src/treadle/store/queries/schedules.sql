-- name: add_schedule
INSERT INTO schedule (
  id, workflow, version, cron, interval_s, timezone, dst, input_json, priority, overlap, catch_up, paused, next_fire_at,
  row_version, error, created_at
)
SELECT :id, w.name, CAST(:version AS bigint), :cron, CAST(:interval AS double precision), :timezone, :dst, :input_json, :priority,
       :overlap, :catch_up, :paused, CAST(:next_fire_at AS timestamptz), :row_version, :error, treadle_now()
FROM workflow AS w
WHERE w.name = :workflow AND w.deleted_at IS NULL
ON CONFLICT DO NOTHING
RETURNING id

-- name: get_schedule
SELECT
-- include: schedule_row
FROM schedule
WHERE id = :id

-- name: list_schedules
SELECT
-- include: schedule_row
FROM schedule
WHERE id > :after
ORDER BY id
LIMIT :limit

-- name: list_schedules_of
SELECT
-- include: schedule_row
FROM schedule
WHERE workflow = :workflow AND id > :after
ORDER BY id
LIMIT :limit

-- name: update_schedule
UPDATE schedule
SET workflow = :workflow, version = CAST(:version AS bigint), cron = :cron, interval_s = CAST(:interval AS double precision),
    timezone = :timezone, dst = :dst, input_json = :input_json, priority = :priority, overlap = :overlap, catch_up = :catch_up,
    paused = :paused, next_fire_at = CAST(:next_fire_at AS timestamptz), error = NULL, row_version = row_version + 1
WHERE id = :id AND row_version = :row_version

-- name: delete_schedule
DELETE FROM schedule WHERE id = :id

-- name: due_schedules
SELECT
-- include: schedule_row
FROM schedule
WHERE next_fire_at <= (SELECT treadle_now()) AND NOT paused AND error IS NULL
ORDER BY next_fire_at, id
LIMIT :limit

-- name: advance_schedule
UPDATE schedule
SET next_fire_at = CAST(:next_fire_at AS timestamptz)
WHERE id = :id AND row_version = :row_version AND next_fire_at = :seen AND NOT paused AND error IS NULL

-- name: open_execution_of_schedule
SELECT id
FROM execution
WHERE schedule_id = :schedule_id
  AND schedule_id IS NOT NULL AND (status IN ('running', 'waiting', 'paused') OR next_retry_at IS NOT NULL)
LIMIT 1

-- name: find_fire
SELECT outcome FROM schedule_fire WHERE schedule_id = :schedule_id AND fire_at = :fire_at

-- name: record_fire
INSERT INTO schedule_fire (schedule_id, fire_at, outcome, reason, execution_id, recorded_at)
VALUES (:schedule_id, :fire_at, :outcome, :reason, :execution_id, treadle_now())
ON CONFLICT DO NOTHING

-- name: set_schedule_aside
UPDATE schedule SET error = :error WHERE id = :id AND row_version = :row_version

-- name: list_fires
SELECT schedule_id, fire_at, outcome, reason, execution_id, recorded_at
FROM schedule_fire
WHERE schedule_id = :schedule_id
ORDER BY fire_at DESC
LIMIT :limit

-- name: prune_fires
-- Only what a schedule can no longer catch up with.
DELETE FROM schedule_fire
WHERE fire_at < :finished_before AND recorded_at < :finished_before
  AND NOT EXISTS (
    SELECT 1 FROM schedule AS s WHERE s.id = schedule_fire.schedule_id AND s.next_fire_at <= schedule_fire.fire_at
  )

-- fragment: schedule_row
  id, workflow, cron, interval_s, timezone, dst, input_json, priority, overlap, catch_up, paused, next_fire_at, row_version,
  created_at, error, version
