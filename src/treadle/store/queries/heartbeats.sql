-- Signs of life of handlers under way.

-- name: write_heartbeat
-- Only of what the owner holds by this claim. Of two attempts the later one has the last word.
INSERT INTO heartbeat (execution_id, place, attempt, details_json, progress_json, beat_at)
SELECT e.id, :place, CAST(:attempt AS bigint), CAST(:details_json AS text), CAST(:progress_json AS text), treadle_now()
FROM execution AS e
WHERE e.id = :execution_id AND e.owner = :owner AND e.claim_no = :claim_no
ON CONFLICT (execution_id, place) DO UPDATE
SET attempt = excluded.attempt,
    details_json = coalesce(excluded.details_json, heartbeat.details_json),
    progress_json = excluded.progress_json,
    beat_at = excluded.beat_at
WHERE heartbeat.attempt <= excluded.attempt

-- name: forget_heartbeat
DELETE FROM heartbeat
WHERE execution_id = :execution_id AND place = :place AND attempt <= :attempt

-- name: heartbeats_of
SELECT execution_id, place, attempt, details_json, progress_json, beat_at
FROM heartbeat
WHERE execution_id = :execution_id
ORDER BY place

-- name: prune_heartbeats
DELETE FROM heartbeat
WHERE execution_id = ANY(:ids) -- postgres
WHERE execution_id IN (SELECT value FROM json_each(:ids)) -- sqlite
