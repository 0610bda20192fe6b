-- What editing leaves beside the versions. Only adds, so that the previous release can run beside this one.

-- Where boxes were moved to since the version was saved: `{"each/fetch": {"x": 0, "y": 0}}`. NULL: where its graph says.
ALTER TABLE workflow_version ADD COLUMN positions_json text;
ALTER TABLE workflow_version ADD COLUMN saved_by text;

-- Versions below 0 are drafts: one node that is tried before its graph is saved.
CREATE INDEX execution_draft ON execution (workflow, version) WHERE version < 0;
