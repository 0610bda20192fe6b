-- name: put_secret
INSERT INTO vault_entry (name, sealed, key_id, set_at, set_by)
VALUES (:name, :sealed, :key_id, treadle_now(), CAST(:set_by AS text))
ON CONFLICT (name) DO UPDATE
SET sealed = excluded.sealed, key_id = excluded.key_id, set_at = excluded.set_at, set_by = excluded.set_by

-- name: reseal_secret
-- Nothing, if it was set anew meanwhile.
UPDATE vault_entry SET sealed = :sealed, key_id = :key_id WHERE name = :name AND sealed = :before

-- name: read_secret
SELECT name, sealed, key_id, set_at, set_by FROM vault_entry WHERE name = :name

-- name: list_secrets
SELECT name, sealed, key_id, set_at, set_by FROM vault_entry ORDER BY name

-- name: delete_secret
DELETE FROM vault_entry WHERE name = :name

-- name: add_token
INSERT INTO access_token (id, name, role, digest, created_at, created_by, expires_at)
VALUES (:id, :name, :role, :digest, treadle_now(), CAST(:created_by AS text), treadle_after(CAST(:lifetime AS double precision)))
ON CONFLICT DO NOTHING

-- name: list_tokens
SELECT id, name, role, digest, created_at, created_by, expires_at, revoked_at FROM access_token ORDER BY created_at, id

-- name: revoke_token
UPDATE access_token SET revoked_at = treadle_now() WHERE name = :name AND revoked_at IS NULL

-- name: forget_tokens
DELETE FROM access_token WHERE name = :name
