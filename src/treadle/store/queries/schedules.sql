-- name: add_schedule
INSERT INTO schedule (
  id, workflow, version, cron, interval_s, timezone, dst, input_json, priority, overlap, catch_up, paused, next_fire_at,
  row_version, error, created_at, at_json, start_at, end_at, jitter_s, catch_up_limit, catch_up_window_s, due_at
)
SELECT :id, w.name, CAST(:version AS bigint), :cron, CAST(:interval AS double precision), :timezone, :dst, :input_json, :priority,
       :overlap, :catch_up, :paused, CAST(:next_fire_at AS timestamptz), :row_version, :error, treadle_now(), :at_json,
       CAST(:start_at AS timestamptz), CAST(:end_at AS timestamptz), CAST(:jitter AS double precision),
       CAST(:catch_up_limit AS bigint), CAST(:catch_up_window AS double precision), CAST(:due_at AS timestamptz)
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
    paused = :paused, error = NULL, row_version = row_version + 1,
    next_fire_at = CASE WHEN CAST(:keeps_place AS boolean) THEN next_fire_at ELSE CAST(:next_fire_at AS timestamptz) END,
    due_at = CASE WHEN CAST(:keeps_place AS boolean) THEN due_at ELSE CAST(:due_at AS timestamptz) END,
    at_json = :at_json, start_at = CAST(:start_at AS timestamptz), end_at = CAST(:end_at AS timestamptz),
    jitter_s = CAST(:jitter AS double precision), catch_up_limit = CAST(:catch_up_limit AS bigint),
    catch_up_window_s = CAST(:catch_up_window AS double precision)
WHERE id = :id AND row_version = :row_version

-- name: delete_schedule
DELETE FROM schedule WHERE id = :id

-- name: lock_schedule
SELECT id FROM schedule
WHERE id = :id
FOR NO KEY UPDATE -- postgres

-- name: due_schedules
-- The second condition is for `due_at` of a fire that a worker of an older release has moved on from.
SELECT
-- include: schedule_row
FROM schedule
WHERE coalesce(due_at, next_fire_at) <= (SELECT treadle_now()) AND next_fire_at <= (SELECT treadle_now())
  AND NOT paused AND error IS NULL
ORDER BY coalesce(due_at, next_fire_at), id
LIMIT :limit

-- name: advance_schedule
UPDATE schedule
SET next_fire_at = CAST(:next_fire_at AS timestamptz), due_at = CAST(:due_at AS timestamptz)
WHERE id = :id AND row_version = :row_version AND next_fire_at = :seen AND NOT paused AND error IS NULL

-- name: open_executions_of_schedule
SELECT id, slot_key, held_back
FROM execution
WHERE schedule_id = :schedule_id AND id <> :id
  AND schedule_id IS NOT NULL AND (status IN ('running', 'waiting', 'paused') OR next_retry_at IS NOT NULL)
LIMIT :limit

-- name: uncancelled_of_schedule
SELECT e.id
FROM execution AS e
WHERE e.schedule_id = :schedule_id AND e.id <> :id
  AND e.schedule_id IS NOT NULL AND (e.status IN ('running', 'waiting', 'paused') OR e.next_retry_at IS NOT NULL)
  AND NOT EXISTS (SELECT 1 FROM inbox AS i WHERE i.execution_id = e.id AND i.kind = 'cancel')
LIMIT :limit

-- name: find_fire
SELECT
-- include: fire_row
FROM schedule_fire
WHERE schedule_id = :schedule_id AND fire_at = :fire_at

-- name: record_fire
INSERT INTO schedule_fire (schedule_id, fire_at, outcome, reason, execution_id, recorded_at)
VALUES (:schedule_id, :fire_at, :outcome, :reason, :execution_id, treadle_now())
ON CONFLICT DO NOTHING

-- name: make_up_for_fire
UPDATE schedule_fire
SET outcome = :outcome, reason = :reason, execution_id = :execution_id, recorded_at = treadle_now()
WHERE schedule_id = :schedule_id AND fire_at = :fire_at AND outcome <> 'fired'

-- name: set_schedule_aside
UPDATE schedule SET error = :error WHERE id = :id AND row_version = :row_version

-- name: list_fires
SELECT
-- include: fire_row
FROM schedule_fire
WHERE schedule_id = :schedule_id AND fire_at < :before AND (CAST(:outcome AS text) IS NULL OR outcome = :outcome)
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
  created_at, error, version, at_json, start_at, end_at, jitter_s, catch_up_limit, catch_up_window_s

-- fragment: fire_row
  schedule_id, fire_at, outcome, reason, execution_id, recorded_at
