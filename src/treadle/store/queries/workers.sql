-- name: clock
SELECT treadle_now()

-- name: register_worker
WITH clock AS MATERIALIZED (SELECT treadle_now() AS now)
INSERT INTO worker (id, host, pid, queues_json, concurrency, node_types_json, started_at, beat_at, lease_until, clock_skew, history)
SELECT :id, :host, :pid, :queues_json, :concurrency, :node_types_json, clock.now, clock.now, treadle_after(:lease),
       (treadle_micros(:clock_at) - treadle_micros(clock.now)) / 1000000.0,
       treadle_history() -- postgres
       '' -- sqlite
FROM clock
WHERE TRUE
ON CONFLICT (id) DO UPDATE
SET beat_at = excluded.beat_at, lease_until = excluded.lease_until, history = excluded.history
RETURNING beat_at, history

-- name: beat
WITH clock AS MATERIALIZED (SELECT treadle_now() AS now)
UPDATE worker SET beat_at = clock.now, lease_until = treadle_after(:lease), beats = beats + 1, abandoned = :abandoned,
    clock_skew = (treadle_micros(:clock_at) - treadle_micros(clock.now)) / 1000000.0
FROM clock
WHERE id = :id
  AND history = treadle_history() -- postgres
RETURNING beat_at

-- name: fence
SELECT draining FROM worker WHERE id = :owner
AND history = treadle_history() FOR KEY SHARE -- postgres

-- name: expired_workers
SELECT id FROM worker WHERE lease_until < (SELECT treadle_now()) ORDER BY lease_until, id LIMIT :limit

-- name: lock_expired_worker
SELECT id FROM worker WHERE id = :id AND lease_until < (SELECT treadle_now())
FOR UPDATE -- postgres

-- name: lock_worker
SELECT id FROM worker WHERE id = :id
FOR UPDATE -- postgres

-- name: lock_outlived_worker (postgres)
SELECT id FROM worker WHERE id = :id AND history NOT IN ('', treadle_history()) FOR UPDATE

-- name: lock_outlived_worker (sqlite)
-- A file has one history.
SELECT id FROM worker WHERE id = :id AND FALSE

-- name: give_back_after_crash
WITH clock AS MATERIALIZED (SELECT treadle_now() AS now)
UPDATE execution
SET owner = NULL, crashes = crashes + 1, ready_at = clock.now, claim_key = treadle_micros(clock.now) - priority * :head_start
FROM clock
WHERE owner = :owner

-- name: give_back_all
WITH clock AS MATERIALIZED (SELECT treadle_now() AS now)
UPDATE execution
SET owner = NULL, ready_at = clock.now, claim_key = treadle_micros(clock.now) - priority * :head_start
FROM clock
WHERE owner = :owner

-- name: delete_worker
DELETE FROM worker WHERE id = :id

-- name: give_back_orphans
WITH clock AS MATERIALIZED (SELECT treadle_now() AS now)
UPDATE execution
SET owner = NULL, ready_at = clock.now, claim_key = treadle_micros(clock.now) - priority * :head_start
FROM clock
WHERE owner IS NOT NULL AND NOT EXISTS (SELECT 1 FROM worker WHERE worker.id = execution.owner)

-- name: drain_worker
UPDATE worker SET draining = TRUE WHERE id = :id

-- name: list_workers
SELECT id, host, pid, queues_json, concurrency, node_types_json, started_at, beat_at, lease_until, draining, clock_skew,
       abandoned, (SELECT count(*) FROM execution WHERE execution.owner = worker.id),
       history NOT IN ('', treadle_history()) -- postgres
       FALSE -- sqlite
FROM worker
ORDER BY started_at, id
