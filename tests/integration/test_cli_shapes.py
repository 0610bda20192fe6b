"""The command says what the API says: the same records give the same JSON."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from treadle.api import shapes as api
from treadle.api.json_reply import encode
from treadle.cli import shapes as cli
from treadle.domain.errors import Finding
from treadle.domain.node_types import NodeType
from treadle.domain.records import (
    Approval,
    ExecutionRecord,
    Fire,
    JournalRow,
    Schedule,
    WorkerRecord,
    WorkflowSummary,
    WorkflowVersion,
)
from treadle.domain.states import ExecutionStatus
from treadle.engine.views import ExecutionView, NodeState, Reason

AT = datetime(2026, 3, 29, 1, 0, 0, 250, tzinfo=UTC)

RECORD = ExecutionRecord(
    id="exec-1", workflow="w", version=3, status=ExecutionStatus.FAILED, priority=7, queue="default",
    trigger_json='{"node":null,"type":"manual","payload":{"a":1}}', input_json='{"a":[1,2.5,"ü"]}', output_json=None,
    error_json='{"type":"error","message":"boom","node_id":"a"}', parent_id=None, parent_activity=None, on_parent_end="cancel",
    depth=0, schedule_id=None, attempt=1, created_at=AT, started_at=AT, finished_at=None, next_retry_at=AT, wake_at=None,
    deadline_at=None, ready_at=None, owner=None, claim_no=1, crashes=0, inbox_seq=0, inbox_seen=0,
)  # fmt: skip
VIEW = ExecutionView(
    record=RECORD, input={"a": [1, 2.5, "ü"]}, output=None, error={"type": "error", "message": "boom", "node_id": "a"},
    trigger={"node": None, "type": "manual", "payload": {"a": 1}}, waiting_on=({"kind": "time", "node_id": "a", "until": AT},),
    nodes={"a": NodeState("failed", 1, 2, AT, None, {"type": "error", "message": "boom"})},
)  # fmt: skip
JOURNAL = JournalRow("exec-1", 1, "done", "a", "", 1, 1, "completed", "out", None, '{"x":1}', None, None, None, AT, AT, "wrk-1")
APPROVAL = Approval("appr-1", "exec-1", "w", "a", "", 1, "t", "b", "null", '["me"]', "open", AT, None, AT, None)
SCHEDULE = Schedule("sched-1", "w", "0 2 * * *", None, "UTC", "debian", '{"a":1}', 1, "allow", "latest", False, AT, 1, AT)
FIRE = Fire("sched-1", AT, "fired", "", "exec-1", AT)
WORKER = WorkerRecord("wrk-1", "host", 7, ("default",), 10, ("log", "if"), AT, AT, AT, False, 2)
SUMMARY = WorkflowSummary("w", 3, "d", AT, AT)
VERSION = WorkflowVersion("w", 3, '{"nodes":[],"edges":[]}', "d", AT)
NODE_TYPE = NodeType("log", "Writes a line.", "data", {"type": "object", "properties": {"message": {"type": "string"}}})
REASON = Reason("no_worker", "no worker is running", "start one", None)
FINDING = Finding("code", "message", "nodes[0]", "hint", "warning")


def now_worker(shape: Callable[..., Any]) -> Callable[[Any], Any]:
    return lambda record: shape(record, now=AT - timedelta(seconds=1))


@pytest.mark.parametrize(
    ("of_api", "of_cli", "record"),
    [
        (api.execution_row, cli.execution_row, RECORD),
        (api.execution, cli.execution, VIEW),
        (api.journal_item, cli.journal_item, JOURNAL),
        (api.approval, cli.approval, APPROVAL),
        (api.schedule_row, cli.schedule_row, SCHEDULE),
        (api.schedule, cli.schedule, SCHEDULE),
        (api.fire, cli.fire, FIRE),
        (now_worker(api.worker), now_worker(cli.worker), WORKER),
        (api.workflow_row, cli.workflow_row, SUMMARY),
        (api.version_row, cli.version_row, VERSION),
        (api.workflow, cli.workflow, VERSION),
        (api.node_type, cli.node_type, NODE_TYPE),
        (api.reason, cli.reason, REASON),
        (api.finding, cli.finding, FINDING),
    ],
)
def test_the_command_and_the_api_say_the_same(of_api: Callable[[Any], Any], of_cli: Callable[[Any], Any], record: Any) -> None:
    said_by_api = orjson.loads(encode(of_api(record)))

    said_by_command = orjson.loads(orjson.dumps(of_cli(record)))

    assert said_by_command == said_by_api


def test_a_new_worker_is_alive_and_a_silent_one_is_not() -> None:
    alive = cli.worker(WORKER, now=AT - timedelta(seconds=1))["alive"]
    silent = cli.worker(WORKER, now=AT)["alive"]

    assert (alive, silent) == (True, False)
