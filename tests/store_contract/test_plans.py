"""Query plans: every hot statement goes through its index, on a database where most is finished history."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import apsw
import psycopg
import pytest

from conftest import new_database
from treadle.store import open_store
from treadle.store.postgres import SESSION_OPTIONS
from treadle.store.statements import statements

Explain = Callable[[str], str]

EXECUTIONS = """
INSERT INTO execution (id, workflow, version, status, priority, queue, ready_at, claim_key, created_at, finished_at, depth,
                       on_parent_end, trigger_json, input_json, wake_at, parent_id)
SELECT 'exec-' || n, 'w' || (n % 7), 1,
       CASE WHEN n % 50 = 0 THEN 'waiting' WHEN n % 51 = 0 THEN 'running' WHEN n % 9 = 0 THEN 'failed' ELSE 'completed' END,
       0, 'default', treadle_now(), n, treadle_after(-n), CASE WHEN n % 50 > 0 AND n % 51 > 0 THEN treadle_after(-n) END, 0,
       'cancel', '{}', '{}', CASE WHEN n % 50 = 0 THEN treadle_after(n) END, CASE WHEN n % 20 = 0 THEN 'exec-' || (n / 20) END
FROM numbers
"""
JOURNAL = """
INSERT INTO journal (execution_id, seq, kind, node_id, scope, visit, attempt, status, "by")
SELECT 'exec-' || (n / 4), n % 4 + 1, 'done', 'fetch', '', 1, 1, 'completed', 'a' FROM numbers
"""
INBOX = """
INSERT INTO inbox (execution_id, seq, kind, message_id, name, payload_json, created_at)
SELECT 'exec-' || n, 1, 'signal', 'm-1', '', 'null', treadle_now() FROM numbers WHERE n % 10 = 0
"""
ROWS = 4000


@pytest.fixture(scope="module")
def explain_postgres(postgres_server_url: str, postgres_template: str, worker_id: str) -> Iterator[Explain]:
    """The generic plan of a named statement, as the connections of a store have it."""
    with (
        new_database(postgres_server_url, f"treadle_plans_{worker_id}", template=postgres_template) as url,
        psycopg.connect(url, autocommit=True, options=SESSION_OPTIONS) as connection,
    ):
        connection.execute(f"CREATE TABLE numbers AS SELECT n FROM generate_series(1, {ROWS}) AS n")
        for insert in (EXECUTIONS, JOURNAL, INBOX):
            connection.execute(insert.encode())
        connection.execute("VACUUM ANALYZE")

        def explain(name: str) -> str:
            statement = statements("postgres")[name]
            connection.execute(f"PREPARE {name}_plan AS {statement.sql}".encode())
            arguments = f"({', '.join(['NULL'] * len(statement.parameters))})" if statement.parameters else ""
            rows = connection.execute(f"EXPLAIN EXECUTE {name}_plan{arguments}".encode()).fetchall()
            connection.execute(f"DEALLOCATE {name}_plan".encode())
            return "\n".join(line for (line,) in rows)

        yield explain


@pytest.fixture
def explain_sqlite(tmp_path: Path) -> Iterator[Explain]:
    """The plan of a named statement, without statistics: nobody runs ANALYZE on an embedded database."""
    store = open_store(f"sqlite:///{tmp_path}/treadle.db")
    store.migrate()
    store.close()
    connection = apsw.Connection(str(tmp_path / "treadle.db"))
    for name, arguments in (("treadle_now", 0), ("treadle_after", 1), ("treadle_micros", 1)):
        connection.create_scalar_function(name, lambda *_: 0, arguments)

    def explain(name: str) -> str:
        statement = statements("sqlite")[name]
        rows = connection.execute(f"EXPLAIN QUERY PLAN {statement.sql}", [None] * len(statement.parameters))
        return "\n".join(str(row[3]) for row in rows)

    yield explain
    connection.close()


INDEXES = {
    "owned": ["execution_owner"],
    "list_workers": ["execution_owner"],
    "load_executions": ["PRIMARY"],
    "load_journal": ["journal_pkey", "payload_pkey"],
    "load_last_row": ["journal_pkey", "payload_pkey"],
    "read_journal": ["journal_pkey", "payload_pkey"],
    "journal_rows": ["journal_pkey", "payload_pkey"],
    "sweep_journal": ["journal_pkey"],
    "sweep_payloads": ["payload_pkey"],
    "sweep_inbox": ["inbox"],
    "sweep_node_logs": ["node_log_execution"],
    "prune_of_workflow": ["execution_workflow", "PRIMARY"],
    "read_log_lines": ["node_log_execution"],
    "count_log_lines": ["node_log_execution"],
    "backlog": ["execution_runnable"],
    "open_versions": ["execution_status"],
    "overdue_executions": ["execution_wake"],
    "overdue_retries": ["execution_retry"],
    "held_executions": ["execution_owner", "journal_pkey"],
    "set_aside_executions": ["execution_finished"],
    "load_inbox": ["inbox"],
    "read_inbox": ["inbox"],
    "find_message": ["inbox"],
    "lock_execution": ["PRIMARY"],
    "wake_timers": ["execution_wake", "PRIMARY"],
    "wake_unread": ["execution_unread_free", "PRIMARY"],
    "slots_waited_for": ["execution_slot_waiting", "execution_slot_held", "PRIMARY"],
    "free_slots": ["execution_slot_held"],
    "open_of_slot": ["execution_slot_held", "execution_slot_waiting"],
    "not_cancelled_of_slot": ["execution_slot_held", "execution_slot_waiting", "inbox"],
    "admit": ["execution_slot_waiting", "PRIMARY"],
    "holders_of_slot": ["execution_slot_held"],
    "count_holders_of_slot": ["execution_slot_held"],
    "find_debounced": ["execution_debounced"],
    "failures_due": ["execution_failure_due"],
    "prune_slots": ["execution_slot_held", "execution_slot_waiting"],
    "past_deadline": ["execution_deadline"],
    "retries_due": ["execution_retry"],
    "parents_to_tell": ["execution_parent_due"],
    "children_to_tell_of": ["execution_parent_due"],
    "parents_of_open_children": ["execution_children_due"],
    "children_to_cancel": ["execution_parent", "inbox"],
    "next_due": ["execution_wake", "execution_retry", "execution_deadline", "schedule_due"],
    "find_started": ["PRIMARY", "execution_key"],
    "ids_between": ["PRIMARY"],
    "list_of_status": ["execution_status"],
    "list_of_workflow": ["execution_workflow"],
    "list_of_parent": ["execution_parent"],
    "list_of_workflows": ["execution_workflow", "PRIMARY"],
    "search_of_status": ["execution_status"],
    "search_of_workflow": ["execution_workflow"],
    "search_of_parent": ["execution_parent"],
    "search_of_prefix": ["PRIMARY"],
    "edge_of_status": ["execution_status"],
    "edge_of_workflow": ["execution_workflow"],
    "edge_of_parent": ["execution_parent"],
    "edge_of_workflows": ["execution_workflow"],
    "tally_of_status": ["execution_status"],
    "tally_of_workflow": ["execution_workflow"],
    "tally_of_parent": ["execution_parent"],
    "tally_of_prefix": ["PRIMARY"],
    "tally_workflows": ["execution_workflow"],
    "tally_statuses": ["execution_status"],
    "tally_tests": ["execution_test"],
    "recent_of_workflows": ["execution_workflow"],
    "open_execution_of_workflow": ["execution_workflow"],
    "open_by_version": ["execution_workflow"],
    "prune_drafts": ["execution_draft"],
    "open_executions_of_schedule": ["execution_schedule"],
    "uncancelled_of_schedule": ["execution_schedule", "inbox"],
    "due_schedules": ["schedule_due"],
    "list_approvals": ["approval_status"],
    "list_approvals_of": ["approval_execution"],
    "count_finished_before": ["execution_finished"],
    "count_finished_since": ["execution_finished"],
    "prune_executions": ["execution_finished", "PRIMARY"],
    "give_back_after_crash": ["execution_owner"],
    "heartbeats_of": ["heartbeat"],
    "forget_heartbeat": ["heartbeat"],
    "prune_heartbeats": ["heartbeat"],
    "live_heads": ["PRIMARY", "journal_pkey"],
    "live_rows": ["journal_pkey"],
    "head_of_executions": ["execution_status", "execution_finished"],
    "head_of_approvals": ["approval_status", "approval_event"],
}

POSTGRES_INDEXES = {
    "claim": ["execution_runnable", "worker_pkey"],
    "write_heartbeat": ["Index Scan", "heartbeat_pkey"],
    "commit": ["execution_pkey", "approval_execution", "worker_pkey"],
    "commit_with_notices": ["execution_pkey", "approval_execution", "worker_pkey", "approval_event_pkey"],
}

SQLITE_INDEXES = {
    "runnable": ["execution_runnable"],
    "take": ["PRIMARY"],
    "write_heartbeat": ["PRIMARY"],
    "guard": ["PRIMARY"],
    "count_ready": ["execution_runnable"],
    "count_open": ["execution_status"],
}

ORDERED_BY_INDEX = [
    "list_of_status", "list_of_workflow", "list_of_parent", "search_of_status", "search_of_workflow", "search_of_parent",
    "edge_of_status", "edge_of_workflow", "edge_of_parent",
    "list_approvals", "list_approvals_of", "read_journal", "read_inbox",
    "retries_due", "past_deadline", "due_schedules", "ids_between", "holders_of_slot", "failures_due",
]  # fmt: skip


@pytest.mark.parametrize("name", [*INDEXES, *POSTGRES_INDEXES])
def test_postgres_answers_through_the_index(explain_postgres: Explain, name: str) -> None:
    expected = INDEXES.get(name) or POSTGRES_INDEXES[name]

    plan = explain_postgres(name)

    for index in expected:
        assert index.replace("PRIMARY", "execution_pkey") in plan, plan
    for table in ("execution", "journal", "inbox", "payload"):
        assert f"Seq Scan on {table}" not in plan, plan


@pytest.mark.parametrize("name", [*INDEXES, *SQLITE_INDEXES])
def test_sqlite_answers_through_the_index(explain_sqlite: Explain, name: str) -> None:
    expected = INDEXES.get(name) or SQLITE_INDEXES[name]

    plan = explain_sqlite(name)

    for index in expected:
        assert index.replace("PRIMARY", "sqlite_autoindex_execution_1") in plan, plan
    scans = [line for line in plan.splitlines() if line.startswith("SCAN") and "INDEX" not in line]
    assert [line for line in scans if line.split()[1] in ("execution", "journal", "inbox", "payload")] == [], plan


@pytest.mark.parametrize("name", ["load_journal", "load_inbox"])
def test_a_load_of_many_reads_only_what_is_new_of_each(explain_postgres: Explain, explain_sqlite: Explain, name: str) -> None:
    on_postgres, on_sqlite = explain_postgres(name), explain_sqlite(name)

    condition = on_postgres[on_postgres.index("Index Cond") :].splitlines()[0]
    assert "execution_id" in condition, on_postgres
    assert "seq >" in condition, on_postgres
    assert "Nested Loop" in on_postgres, on_postgres
    assert "Sort" not in on_postgres, on_postgres
    assert "(execution_id=? AND seq>?)" in on_sqlite, on_sqlite
    assert "USE TEMP B-TREE" not in on_sqlite, on_sqlite


@pytest.mark.parametrize("name", [*ORDERED_BY_INDEX, "runnable"])
def test_sqlite_reads_in_the_order_of_the_index(explain_sqlite: Explain, name: str) -> None:
    plan = explain_sqlite(name)

    assert "USE TEMP B-TREE" not in plan, plan


@pytest.mark.parametrize("name", ORDERED_BY_INDEX)
def test_postgres_reads_in_the_order_of_the_index(explain_postgres: Explain, name: str) -> None:
    plan = explain_postgres(name)

    assert "Sort" not in plan, plan


def test_a_claim_on_postgres_stops_at_its_limit(explain_postgres: Explain) -> None:
    plan = explain_postgres("claim")

    below_the_limit = plan[plan.index("Limit") : plan.index("execution_runnable")]
    assert "LockRows" in below_the_limit, plan
    assert "Sort" not in below_the_limit, plan
    assert "Index Cond: ((queue = wanted.queue) AND (claim_key >= " in plan, plan


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_the_look_for_free_slots_takes_one_step_a_key(request: pytest.FixtureRequest, kind: str) -> None:
    plan = request.getfixturevalue(f"explain_{kind}")("slots_waited_for")

    others = [line for line in plan.splitlines() if "execution_status" in line or "execution_workflow" in line]
    assert others == [], plan
    assert plan.count("execution_slot_waiting") >= 2, plan
    assert plan.count("Aggregate") <= 1, plan  # that of the holders; one over those that wait would walk all of them
