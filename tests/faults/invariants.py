"""What must hold whatever happens (I1 to I10 and I15 of the reliability bench), asked of the tables and the ledger.

`watch` adds triggers to the test's schema: they record each write that no living owner can have made.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence

import apsw
import psycopg

from faults.driver import NODES, PREDECESSORS, Cluster, rows
from ledger import SQLITE, Run

POSTGRES_WATCH = """
CREATE TABLE violation (what text NOT NULL, execution_id text NOT NULL, detail text);

CREATE FUNCTION watch_journal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN
    INSERT INTO violation VALUES ('journal row changed', OLD.execution_id, TG_OP);
  ELSIF NOT EXISTS (SELECT 1 FROM worker WHERE id = NEW."by") THEN
    INSERT INTO violation VALUES ('written by the dead', NEW.execution_id, NEW."by");
  ELSIF NOT EXISTS (SELECT 1 FROM execution AS e WHERE e.id = NEW.execution_id
                    AND (e.owner = NEW."by" OR e.xmin = pg_current_xact_id()::xid)) THEN
    INSERT INTO violation VALUES ('written by one who is not the owner', NEW.execution_id, NEW."by");
  END IF;
  RETURN NULL;
END $$;

CREATE FUNCTION watch_execution() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO violation VALUES ('final state changed', OLD.id, OLD.status || ' to ' || NEW.status);
  RETURN NULL;
END $$;

CREATE TRIGGER watch AFTER INSERT OR UPDATE OR DELETE ON journal FOR EACH ROW EXECUTE FUNCTION watch_journal();
CREATE TRIGGER watch AFTER UPDATE ON execution FOR EACH ROW
  WHEN (OLD.status IN ('completed', 'failed', 'cancelled') AND OLD.next_retry_at IS NULL
        AND (NEW.status, NEW.output_json, NEW.error_json, NEW.owner)
            IS DISTINCT FROM (OLD.status, OLD.output_json, OLD.error_json, OLD.owner))
  EXECUTE FUNCTION watch_execution();
"""

SQLITE_WATCH = """
CREATE TABLE violation (what text NOT NULL, execution_id text NOT NULL, detail text);

CREATE TRIGGER watch_journal AFTER INSERT ON journal
WHEN NOT EXISTS (SELECT 1 FROM execution AS e JOIN worker AS w ON w.id = e.owner
                 WHERE e.id = NEW.execution_id AND w.id = NEW."by")
BEGIN
  INSERT INTO violation VALUES ('written by one who is not a living owner', NEW.execution_id, NEW."by");
END;

CREATE TRIGGER watch_execution AFTER UPDATE ON execution
WHEN OLD.status IN ('completed', 'failed', 'cancelled') AND OLD.next_retry_at IS NULL
  AND (NEW.status, NEW.output_json, NEW.error_json, NEW.owner)
      IS NOT (OLD.status, OLD.output_json, OLD.error_json, OLD.owner)
BEGIN
  INSERT INTO violation VALUES ('final state changed', OLD.id, OLD.status || ' to ' || NEW.status);
END;
"""


def watch(url: str) -> None:
    """Record what nobody may do, in the table `violation`."""
    if url.startswith(SQLITE):
        with apsw.Connection(url.removeprefix(SQLITE)) as connection:
            connection.execute(SQLITE_WATCH)
        connection.close()
    else:
        with psycopg.connect(url) as postgres:
            postgres.execute(POSTGRES_WATCH)


def assert_all_completed_once(cluster: Cluster) -> None:
    """All that was started has completed, each node once, in order, with one story in database and ledger."""
    url = cluster.direct_url
    assert_nothing_forbidden(cluster)
    statuses = rows(url, "SELECT status, count(*) FROM execution GROUP BY status")
    assert statuses == [("completed", cluster.started)], rows(
        url, "SELECT id, status, error_json, crashes FROM execution WHERE status <> 'completed'"
    )[:5]
    results = results_of(url)
    assert Counter(node for _, node in results) == dict.fromkeys(NODES, cluster.started)
    assert_ledger_agrees(cluster.ledger, results)
    for execution_id, output in rows(url, "SELECT id, output_json FROM execution"):
        assert json.loads(output) == results[execution_id, "last"]


def assert_nothing_forbidden(cluster: Cluster) -> None:
    """No write of the dead, no gap, no doubled result, no owner that is gone."""
    url = cluster.direct_url
    assert rows(url, "SELECT what, execution_id, detail FROM violation") == []
    gaps = "SELECT execution_id FROM journal GROUP BY execution_id HAVING min(seq) <> 1 OR max(seq) <> count(*)"
    assert rows(url, gaps) == []
    doubled = (
        "SELECT execution_id, scope, node_id, visit FROM journal WHERE kind IN ('done', 'failed')"
        " GROUP BY execution_id, scope, node_id, visit HAVING count(*) > 1"
    )
    assert rows(url, doubled) == []
    orphans = "SELECT id FROM execution WHERE owner IS NOT NULL AND owner NOT IN (SELECT id FROM worker)"
    assert rows(url, orphans) == []


def results_of(url: str) -> dict[tuple[str, str], str]:
    """The token that each (execution, node) put out; of a node that ran in two visits an error."""
    found = rows(url, "SELECT execution_id, node_id, visit, output_json FROM journal WHERE kind = 'done'")
    assert all(visit == 1 for _, _, visit, _ in found), "a join fired twice"
    return {(execution_id, node): json.loads(output) for execution_id, node, _, output in found}


def assert_ledger_agrees(runs: Sequence[Run], results: dict[tuple[str, str], str]) -> None:
    """Each result is that of a run in the ledger, and each run began on its predecessors' committed results."""
    written = {run.token: run for run in runs}
    assert len(written) == len(runs)
    for (execution_id, node), token in results.items():
        run = written[token]
        assert (run.execution_id, run.node_id) == (execution_id, node)
    for run in runs:
        expected = {source: results[run.execution_id, source] for source in PREDECESSORS[run.node_id]}
        assert run.after == expected, "a node was given something else than the committed results"
        if run.committed is not None:
            early = {source for source, token in expected.items() if run.committed.get(source) != token}
            assert not early, f"{run.node_id} of {run.execution_id} started before the results of {early} were committed"
    looked = sum(run.committed is not None for run in runs)
    assert looked > len(runs) / 2, "most handlers could not look for their predecessors"


def assert_runs_bounded(cluster: Cluster) -> None:
    """A node ran once for each owner its execution had, at most."""
    owners = dict(rows(cluster.direct_url, "SELECT id, claim_no FROM execution"))
    for (execution_id, node), count in runs_of(cluster).items():
        assert 1 <= count <= owners[execution_id], f"{node} of {execution_id} ran {count} times under {owners[execution_id]} owners"


def assert_work_was_interrupted(cluster: Cluster) -> None:
    """The faults met work: otherwise the test has shown nothing."""
    assert rows(cluster.direct_url, "SELECT id FROM execution WHERE claim_no > 1 LIMIT 1") != []


def extra_runs(cluster: Cluster) -> int:
    """Runs beyond the first, of all activities."""
    return sum(count - 1 for count in runs_of(cluster).values())


def runs_of(cluster: Cluster) -> Counter[tuple[str, str]]:
    return Counter((run.execution_id, run.node_id) for run in cluster.ledger)
