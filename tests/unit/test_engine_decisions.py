"""How an execution ends, as a function of its state: cancelled before failed before completed, and when it is retried."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from treadle.activities.registry import built_in_registry
from treadle.domain.graph_parser import parse_graph
from treadle.domain.records import DecisionKind, ExecutionRecord, JournalRow
from treadle.domain.states import ExecutionStatus
from treadle.domain.values import decode
from treadle.engine.decisions import Judge, crash_loop
from treadle.engine.execution_state import ExecutionState
from treadle.engine.program import Program
from treadle.engine.vocabulary import Vocabulary

NOW = datetime(2026, 1, 1, tzinfo=UTC)
REGISTRY = built_in_registry()
RECORD = ExecutionRecord(
    id="exec-1", workflow="w", version=1, status=ExecutionStatus.RUNNING, priority=0, queue="default",
    trigger_json='{"node":null,"type":"trigger.manual","payload":null}', input_json='{"n":5}', output_json=None, error_json=None,
    parent_id=None, parent_activity=None, on_parent_end="cancel", depth=0, schedule_id=None, attempt=1, created_at=NOW,
    started_at=NOW, finished_at=None, next_retry_at=None, wake_at=None, deadline_at=None, ready_at=NOW, owner="me", claim_no=4,
    crashes=0, inbox_seq=0, inbox_seen=0,
)  # fmt: skip
TWO_ENDS = [{"source": "a", "target": "b"}, {"source": "a", "target": "c"}]
ODD = '{"type":"odd","message":"no","node_id":"a"}'


class Told:
    """One execution of `a`, then `b` and `c`, and what its journal says so far."""

    def __init__(self, *, settings: dict[str, Any] | None = None, edges: list[dict[str, str]] | None = None, **record: Any) -> None:
        nodes = [{"id": id, "type": "noop"} for id in ("abc" if edges is None else "a")]
        config = {"nodes": nodes, "edges": TWO_ENDS if edges is None else edges, "settings": settings or {}}
        graph = parse_graph(config, REGISTRY.node_types)
        self.state = ExecutionState("exec-1", Program("w", 1, graph, REGISTRY), [0])
        made = replace(RECORD, **record)
        self.judge = Judge(made, self.state, Vocabulary(made, self.state), claim_no=4, random=Random(1))

    def row(self, kind: str, node_id: str = "", **fields: Any) -> Told:
        plain = JournalRow("exec-1", self.state.seq + 1, kind, node_id, "", 1 if node_id else 0, 1, kind)
        self.state.apply(plain._replace(**fields))
        return self

    def done(self, *node_ids: str) -> Told:
        for node_id in node_ids:
            self.row("done", node_id, port="out", output_json=f'"{node_id}"')
        return self


def test_an_execution_with_work_to_do_has_no_end() -> None:
    assert Told().judge.end(seen=0) is None
    assert Told().done("a", "b").judge.end(seen=0) is None


def test_the_end_names_owner_claim_and_what_was_read() -> None:
    end = Told().done("a", "b", "c").judge.end(seen=7)

    assert end is not None
    assert (end.execution_id, end.claim_no, end.seen, end.kind) == ("exec-1", 4, 7, DecisionKind.END)
    assert (end.status, decode(end.output_json or ""), end.error_json) == ("completed", {"b": "b", "c": "c"}, None)


@pytest.mark.parametrize(
    ("settings", "edges", "output"),
    [(None, [], "a"), ({"output": "input.n + 1"}, [], 6), ({"output": "{'x': nodes.a.output}"}, [], {"x": "a"}),
     ({"output": "execution.attempt"}, [], 1)],
)  # fmt: skip
def test_the_output_is_the_only_ends_or_what_the_settings_say(settings: dict[str, Any] | None, edges: Any, output: Any) -> None:
    end = Told(settings=settings, edges=edges).done("a").judge.end(seen=0)

    assert end is not None
    assert decode(end.output_json or "") == output


def test_cancelled_wins_over_failed_and_failed_over_completed() -> None:
    failed = Told(edges=[]).row("failed", "a", error_json=ODD)
    cancelled = Told(edges=[]).row("failed", "a", error_json=ODD).row("control", detail_json='{"verb":"cancel","reason":"enough"}')
    too_late = Told(edges=[]).done("a").row("control", detail_json='{"verb":"cancel"}')

    ends = [told.judge.end(seen=0) for told in (failed, cancelled, too_late)]

    assert [end.status for end in ends if end] == ["failed", "cancelled", "cancelled"]
    assert [end.error_json for end in ends if end] == [ODD, '{"type":"cancelled","message":"enough"}', None]


@pytest.mark.parametrize(
    ("policy", "attempt", "delay"),
    [(None, 1, None), ({"max_attempts": 2}, 1, 10.0), ({"max_attempts": 3}, 2, 20.0), ({"max_attempts": 2}, 2, None),
     ({"max_attempts": 2, "non_retryable": ["odd"]}, 1, None), ({"max_attempts": 0}, 50, 300.0)],
)  # fmt: skip
def test_a_failed_execution_is_retried_as_its_policy_says(policy: dict[str, Any] | None, attempt: int, delay: float | None) -> None:
    settings = {"retry": {"initial_interval": "10s", "jitter": 0, **policy}} if policy else None

    end = Told(settings=settings, edges=[], attempt=attempt, parent_id="exec-0").row("failed", "a", error_json=ODD).judge.end(seen=0)

    assert end is not None
    assert (end.status, end.retry_in) == ("failed", delay)
    assert end.tell_parent is (delay is None)


def test_a_deadline_is_not_retried() -> None:
    settings = {"retry": {"max_attempts": 5}, "timeout": "1h"}
    late = Told(settings=settings, edges=[]).row("control", detail_json='{"verb":"deadline"}', error_json='{"type":"timeout"}')

    end = late.judge.end(seen=0)

    assert end is not None
    assert (end.status, end.retry_in) == ("failed", None)


def test_only_the_children_of_an_execution_that_has_some_are_cancelled() -> None:
    wait = '{"waits":[{"name":"child","child":"exec-2"}],"after":0}'
    with_child = Told(edges=[]).row("waiting", "a", detail_json=wait).done("a").judge.end(seen=0)
    without = Told(edges=[]).done("a").judge.end(seen=0)

    assert with_child is not None
    assert without is not None
    assert (with_child.cancel_children, without.cancel_children) == (True, False)


def test_nothing_to_do_parks_until_the_next_time_or_pauses() -> None:
    at = NOW + timedelta(hours=1)
    wait = f'{{"waits":[{{"name":"out","until":"{at.isoformat()}"}}],"after":0}}'
    waiting = Told(edges=[]).row("waiting", "a", detail_json=wait)

    parked = waiting.judge.idle(seen=2)
    paused = waiting.row("control", detail_json='{"verb":"pause"}').judge.idle(seen=3)
    resumed = waiting.row("control", detail_json='{"verb":"resume"}').judge.idle(seen=4)

    assert (parked.kind, parked.wake_at, parked.seen) == (DecisionKind.PARK, at, 2)
    assert (paused.kind, paused.seen) == (DecisionKind.PAUSE, 3)
    assert resumed.kind is DecisionKind.PARK


def test_a_poison_execution_is_ended_for_good() -> None:
    end = crash_loop(replace(RECORD, crashes=3, parent_id="exec-0"), claim_no=4, seen=1)

    assert (end.status, end.retry_in, end.tell_parent) == ("failed", None, True)
    assert decode(end.error_json or "")["type"] == "crash_loop"
