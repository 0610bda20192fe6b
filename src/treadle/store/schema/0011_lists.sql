-- What started an execution, for lists: the `type` of `trigger_json` without `trigger.`.
-- NULL of children, and of executions that an older release started: their `trigger_json` is read instead.
-- Only adds, so that the previous release can run beside this one.
ALTER TABLE execution ADD COLUMN trigger_type text;

-- Lists and counts leave trials of one node out; few rows are in here, so that it costs no other execution anything.
CREATE INDEX execution_test ON execution (workflow, status, created_at, id) WHERE trigger_type = 'test';
