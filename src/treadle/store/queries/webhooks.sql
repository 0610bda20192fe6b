-- name: add_webhook
INSERT INTO webhook (
  id, workflow, version, path, path_digest, description, signing, secret, trigger_node, signal, execution, input_json, priority,
  paused, row_version, created_at
)
SELECT :id, w.name, CAST(:version AS bigint), :path, :path_digest, :description, :signing, :secret, :trigger, :signal, :execution,
       :input_json, :priority, :paused, :row_version, treadle_now()
FROM workflow AS w
WHERE w.name = :workflow AND w.deleted_at IS NULL
RETURNING id

-- name: get_webhook
SELECT
-- include: webhook_row
FROM webhook
WHERE id = :id

-- name: find_webhook
-- A paused webhook, and one of a deleted workflow, are as if they were not there.
SELECT treadle_now(),
-- include: webhook_row
FROM webhook
WHERE path_digest = :path_digest AND NOT paused
  AND EXISTS (SELECT 1 FROM workflow AS w WHERE w.name = webhook.workflow AND w.deleted_at IS NULL)

-- name: list_webhooks
SELECT
-- include: webhook_row
FROM webhook
WHERE id > :after
ORDER BY id
LIMIT :limit

-- name: list_webhooks_of
SELECT
-- include: webhook_row
FROM webhook
WHERE workflow = :workflow AND id > :after
ORDER BY id
LIMIT :limit

-- name: update_webhook
UPDATE webhook
SET version = CAST(:version AS bigint), path = :path, path_digest = :path_digest, description = :description, signing = :signing,
    secret = :secret, trigger_node = :trigger, signal = :signal, execution = :execution, input_json = :input_json,
    priority = :priority, paused = :paused, row_version = row_version + 1
WHERE id = :id AND row_version = :row_version

-- name: delete_webhook
DELETE FROM webhook WHERE id = :id

-- name: pause_webhooks
UPDATE webhook SET paused = TRUE, row_version = row_version + 1 WHERE workflow = :workflow AND NOT paused

-- name: take_delivery
INSERT INTO webhook_delivery (webhook_id, delivery_id, outcome, execution_id, status, received_at)
VALUES (:webhook_id, :delivery_id, :outcome, :execution_id, :status, treadle_now())
ON CONFLICT DO NOTHING
RETURNING delivery_id

-- name: settle_delivery
UPDATE webhook_delivery
SET outcome = :outcome, execution_id = :execution_id, status = :status
WHERE webhook_id = :webhook_id AND delivery_id = :delivery_id

-- name: find_delivery
SELECT
-- include: delivery_row
FROM webhook_delivery
WHERE webhook_id = :webhook_id AND delivery_id = :delivery_id

-- name: list_deliveries
SELECT
-- include: delivery_row
FROM webhook_delivery
WHERE webhook_id = :webhook_id
  AND (received_at < :before OR (received_at = :before AND delivery_id < CAST(:before_id AS text)))
ORDER BY received_at DESC, delivery_id DESC
LIMIT :limit

-- name: count_delivery
UPDATE webhook SET deliveries = deliveries + 1, last_delivery_at = treadle_now() WHERE id = :id AND NOT paused

-- name: count_refusal
UPDATE webhook
SET refusals = refusals + 1, last_refused_at = treadle_now(), last_refusal = :reason
WHERE id = :id

-- name: prune_deliveries
DELETE FROM webhook_delivery WHERE received_at < :finished_before

-- fragment: webhook_row
  id, workflow, version, path, description, signing, secret, trigger_node, signal, execution, input_json, priority, paused,
  row_version, created_at, deliveries, last_delivery_at, refusals, last_refused_at, last_refusal

-- fragment: delivery_row
  webhook_id, delivery_id, outcome, execution_id, status, received_at
