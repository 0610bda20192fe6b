-- Webhooks, and what was delivered at them. Only adds, so that the previous release can run beside this one.

-- `path_digest` is the SHA-256 of `path`: a look-up by it takes no time that tells anything of a path.
CREATE TABLE webhook (
  id               id_text PRIMARY KEY NOT NULL,
  workflow         text NOT NULL REFERENCES workflow (name),
  version          bigint,
  path             text NOT NULL,
  path_digest      id_text NOT NULL UNIQUE,
  description      text NOT NULL,
  signing          text NOT NULL CHECK (signing IN ('none', 'hmac', 'github', 'stripe', 'standard')),
  secret           text,
  trigger_node     text,
  signal           text,
  execution        text,
  input_json       text NOT NULL,
  priority         bigint NOT NULL,
  paused           boolean NOT NULL,
  row_version      bigint NOT NULL,
  created_at       timestamptz NOT NULL,
  deliveries       bigint NOT NULL DEFAULT 0,
  last_delivery_at timestamptz,
  refusals         bigint NOT NULL DEFAULT 0,
  last_refused_at  timestamptz,
  last_refusal     text
);

CREATE INDEX webhook_workflow ON webhook (workflow, id);

-- One row a delivery that was taken: its key is what makes a repeated one count once. No foreign keys: what came outlives
-- the webhook and the execution.
CREATE TABLE webhook_delivery (
  webhook_id   id_text NOT NULL,
  delivery_id  id_text NOT NULL,
  outcome      text NOT NULL CHECK (outcome IN ('started', 'joined', 'signalled')),
  execution_id id_text NOT NULL,
  status       text NOT NULL,
  received_at  timestamptz NOT NULL,
  PRIMARY KEY (webhook_id, delivery_id)
);

CREATE INDEX webhook_delivery_at ON webhook_delivery (received_at);
CREATE INDEX webhook_delivery_of ON webhook_delivery (webhook_id, received_at, delivery_id);
