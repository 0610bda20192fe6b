-- Secrets, sealed before they come here, and the tokens that let somebody in. Only adds, so that the previous release can run
-- beside this one.

-- `sealed` is ciphertext; `key_id` names the key that opens it, which is never in the database.
CREATE TABLE vault_entry (
  name   id_text PRIMARY KEY NOT NULL,
  sealed text NOT NULL,
  key_id text NOT NULL,
  set_at timestamptz NOT NULL,
  set_by text
);

-- `digest` is the SHA-256 of the token. A revoked one stays: that there ever was a token keeps the door closed.
CREATE TABLE access_token (
  id         id_text PRIMARY KEY NOT NULL,
  name       text NOT NULL,
  role       text NOT NULL,
  digest     text NOT NULL,
  created_at timestamptz NOT NULL,
  created_by text,
  expires_at timestamptz,
  revoked_at timestamptz
);

CREATE UNIQUE INDEX access_token_name ON access_token (name) WHERE revoked_at IS NULL;
CREATE UNIQUE INDEX access_token_digest ON access_token (digest);
