-- name: lock_migrations (postgres)
-- Two processes that start at once must not both migrate. The number is arbitrary and only ours.
SELECT pg_advisory_xact_lock(7246370215)

-- name: create_ledger
CREATE TABLE IF NOT EXISTS treadle_migration (
  version    bigint PRIMARY KEY NOT NULL,
  name       text NOT NULL,
  applied_at timestamptz NOT NULL
)

-- name: ledger_exists
SELECT 1 WHERE to_regclass('treadle_migration') IS NOT NULL -- postgres
SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'treadle_migration' -- sqlite

-- name: applied_migrations
SELECT version, name FROM treadle_migration ORDER BY version

-- name: record_migration
INSERT INTO treadle_migration (version, name, applied_at) VALUES (:version, :name, treadle_now())
