-- A worker's lease is worth nothing on another history of the database: see ADR 0017.
-- Only adds, so that the previous release can run beside this one.

-- Which history of which database this is: the system identifier, and the timeline, which a promotion, or a restore to a
-- point in time, changes. Empty where the server does not tell, as a standby.
CREATE FUNCTION treadle_history() RETURNS text LANGUAGE plpgsql STABLE AS $$ -- postgres
BEGIN -- postgres
  IF pg_is_in_recovery() THEN -- postgres
    RETURN ''; -- postgres
  END IF; -- postgres
  RETURN (SELECT system_identifier FROM pg_control_system()) || '/' || -- postgres
         ltrim(left(pg_walfile_name(pg_current_wal_lsn()), 8), '0'); -- postgres
EXCEPTION WHEN feature_not_supported OR insufficient_privilege OR undefined_function THEN -- postgres
  RETURN ''; -- postgres
END $$; -- postgres

-- The one on which the worker was registered; empty for workers of the release before, and on SQLite.
ALTER TABLE worker ADD COLUMN history text NOT NULL DEFAULT '';
