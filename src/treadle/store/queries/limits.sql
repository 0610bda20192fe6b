-- name: lock_slot_for_start
-- Locks the key's row, made if need be. A newer version's limit replaces an older one's.
INSERT INTO slot (key, slot_limit, version, used_at)
VALUES (:key, :slot_limit, :version, treadle_now())
ON CONFLICT (key) DO UPDATE
SET slot_limit = CASE WHEN excluded.version >= slot.version THEN excluded.slot_limit ELSE slot.slot_limit END,
    version = CASE WHEN excluded.version >= slot.version THEN excluded.version ELSE slot.version END,
    used_at = excluded.used_at

-- name: lock_slot
SELECT key FROM slot
WHERE key = :key
FOR NO KEY UPDATE SKIP LOCKED -- postgres

-- name: add_slot
INSERT INTO slot (key, slot_limit, version, used_at)
VALUES (:key, :slot_limit, :version, treadle_now())
ON CONFLICT DO NOTHING

-- name: renew_slot
UPDATE slot SET slot_limit = :slot_limit, version = :version WHERE key = :key AND version < :version

-- name: free_slots
SELECT slot_limit - (
  SELECT count(*)
  FROM execution AS e
  WHERE e.slot_key = :key AND e.slot AND e.status IN ('running', 'waiting', 'paused')
)
FROM slot
WHERE key = :key

-- name: open_of_slot
-- How many hold the key or wait for it, each counted no further than :most.
SELECT (
  SELECT count(*)
  FROM (
    SELECT 1 FROM execution
    WHERE slot_key = :key AND slot AND status IN ('running', 'waiting', 'paused')
    LIMIT :most
  ) AS held
) + (
  SELECT count(*)
  FROM (
    SELECT 1 FROM execution
    WHERE slot_key = :key AND held_back AND status = 'waiting' AND wake_at IS NULL AND slot_key IS NOT NULL
    LIMIT :most
  ) AS queued
)

-- name: limit_of_slot
SELECT slot_limit FROM slot WHERE key = :key

-- name: not_cancelled_of_slot
-- Those that hold the key without a cancel, and those that wait for it: a cancel would have woken them. Oldest first.
SELECT id, created_at
FROM execution AS e
WHERE e.slot_key = :key AND e.slot AND e.status IN ('running', 'waiting', 'paused')
  AND NOT EXISTS (SELECT 1 FROM inbox AS i WHERE i.execution_id = e.id AND i.kind = 'cancel')
UNION ALL
SELECT id, created_at
FROM execution
INDEXED BY execution_slot_waiting -- sqlite
WHERE slot_key = :key AND held_back AND status = 'waiting' AND wake_at IS NULL AND slot_key IS NOT NULL
ORDER BY 2, 1

-- name: admit
WITH clock AS MATERIALIZED (SELECT treadle_now() AS now),
oldest AS MATERIALIZED (
  SELECT id
  FROM execution
  INDEXED BY execution_slot_waiting -- sqlite
  WHERE slot_key = :key AND held_back AND status = 'waiting' AND wake_at IS NULL AND slot_key IS NOT NULL
  ORDER BY ready_at, id
  LIMIT :free
  FOR NO KEY UPDATE SKIP LOCKED -- postgres
)
UPDATE execution
SET status = 'running', held_back = FALSE, slot = TRUE, ready_at = clock.now,
    claim_key = treadle_micros(clock.now) - priority * :head_start
FROM oldest, clock
WHERE execution.id = oldest.id
RETURNING execution.id

-- name: slots_waited_for
-- The next :limit keys after :after that executions wait for, each with what its newest and its oldest in line say, and
-- whether a slot may be free. One step of an index a key, however many wait: `min` could be planned as a walk over all.
WITH RECURSIVE waited (key, place) AS (
  SELECT (
    SELECT slot_key FROM execution
    INDEXED BY execution_slot_waiting -- sqlite
    WHERE slot_key > :after AND held_back AND status = 'waiting' AND wake_at IS NULL AND slot_key IS NOT NULL
    ORDER BY slot_key LIMIT 1
  ), 1
  UNION ALL
  SELECT (
    SELECT e.slot_key FROM execution AS e
    INDEXED BY execution_slot_waiting -- sqlite
    WHERE e.slot_key > waited.key AND e.held_back AND e.status = 'waiting' AND e.wake_at IS NULL AND e.slot_key IS NOT NULL
    ORDER BY e.slot_key LIMIT 1
  ), waited.place + 1
  FROM waited
  WHERE waited.key IS NOT NULL AND waited.place < :limit
)
SELECT waited.key, head.slot_limit, head.version,
       coalesce((SELECT s.slot_limit FROM slot AS s WHERE s.key = waited.key AND s.version >= head.version), head.slot_limit) > (
         SELECT count(*)
         FROM execution AS h
         INDEXED BY execution_slot_held -- sqlite
         WHERE h.slot_key = waited.key AND h.slot AND h.status IN ('running', 'waiting', 'paused')
       )
FROM waited
JOIN execution AS head ON head.id = (
  SELECT o.id
  FROM execution AS o
  INDEXED BY execution_slot_waiting -- sqlite
  WHERE o.slot_key = waited.key AND o.held_back AND o.status = 'waiting' AND o.wake_at IS NULL AND o.slot_key IS NOT NULL
  ORDER BY o.ready_at, o.id
  LIMIT 1
)
WHERE waited.key IS NOT NULL
ORDER BY waited.key

-- name: holders_of_slot
SELECT id
FROM execution
WHERE slot_key = :key AND slot AND status IN ('running', 'waiting', 'paused')
ORDER BY created_at, id
LIMIT :limit

-- name: count_holders_of_slot
SELECT (SELECT count(*) FROM execution WHERE slot_key = :key AND slot AND status IN ('running', 'waiting', 'paused')),
       (SELECT slot_limit FROM slot WHERE key = :key)

-- name: find_debounced
-- Locked, so that no timer starts it meanwhile; one whose time has come is no longer joined.
SELECT id
FROM execution
WHERE debounce_key = :debounce_key AND held_back AND status = 'waiting' AND wake_at IS NOT NULL AND debounce_key IS NOT NULL
  AND wake_at > (SELECT treadle_now())
FOR NO KEY UPDATE -- postgres

-- name: put_off
-- It becomes what the last start asks for, and begins :debounce_wait from now, at most at `debounce_until`.
UPDATE execution
SET version = v.version, priority = :priority, queue = :queue, timeout = CAST(:timeout AS double precision),
    deadline_at = treadle_after(:timeout + CAST(:debounce_wait AS double precision)),
    trigger_json = :trigger_json, input_json = :input_json, slot_key = :slot_key, slot_limit = CAST(:slot_limit AS bigint),
    wake_at = CASE WHEN debounce_until < treadle_after(:debounce_wait) THEN debounce_until ELSE treadle_after(:debounce_wait) END
FROM workflow_version AS v
WHERE execution.id = :found AND v.workflow = :workflow AND v.version = :version

-- name: reserve
-- The generic cell rate algorithm: each start moves the arrival time on by its share of the period; what lies further
-- ahead than one period has to wait.
INSERT INTO rate (key, tat)
VALUES (:key, treadle_after(:step))
ON CONFLICT (key) DO UPDATE
SET tat = CASE WHEN rate.tat > treadle_now() THEN rate.tat ELSE treadle_now() END
    + make_interval(secs => CAST(:step AS double precision)) -- postgres
    + :step_micros -- sqlite
RETURNING tat, treadle_now()

-- name: prune_slots
DELETE FROM slot
WHERE used_at < :before
  AND NOT EXISTS (
    SELECT 1 FROM execution AS e
    WHERE e.slot_key = slot.key AND e.slot AND e.status IN ('running', 'waiting', 'paused')
  )
  AND NOT EXISTS (
    SELECT 1 FROM execution AS e
    WHERE e.slot_key = slot.key AND e.held_back AND e.status = 'waiting' AND e.wake_at IS NULL AND e.slot_key IS NOT NULL
  )

-- name: prune_rates
DELETE FROM rate WHERE tat < :before
