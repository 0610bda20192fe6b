-- name: write_log_line
-- Not of an execution that was deleted meanwhile: nothing would delete the line any more.
INSERT INTO node_log (execution_id, node_id, scope, visit, attempt, at, level, message, fields_json)
SELECT CAST(:execution_id AS text), :node_id, :scope, CAST(:visit AS bigint), CAST(:attempt AS bigint), CAST(:at AS timestamptz), :level,
       :message, :fields_json
WHERE EXISTS (SELECT 1 FROM execution WHERE id = CAST(:execution_id AS text))

-- name: count_log_lines
SELECT count(*) FROM (SELECT 1 FROM node_log WHERE execution_id = :execution_id LIMIT :most) AS lines

-- name: read_log_lines
SELECT seq, at, node_id, scope, visit, attempt, level, message, fields_json
FROM node_log
WHERE execution_id = :execution_id AND seq > :after AND (CAST(:node_id AS text) IS NULL OR node_id = :node_id)
  AND (CAST(:scope AS text) IS NULL OR scope = :scope) AND (CAST(:visit AS bigint) IS NULL OR visit = :visit)
ORDER BY seq
LIMIT :limit
