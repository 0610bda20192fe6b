from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from treadle.activities.approval import Approval
from treadle.activities.waits import SignalWait, WaitNode
from treadle.domain.activity import ApprovalRequest, Context, Done, Event, Park, Wait
from treadle.domain.errors import Fatal

NOW = datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
CONTEXT = Context(execution_id="exec-1", workflow="w", node_id="n", scope="", visit=1, attempt=1, now=NOW)


def time_at(moment: datetime) -> Event:
    return Event(wait=1, name="", kind="time", payload=None, at=moment)


def decided(**payload: Any) -> Event:
    return Event(wait=0, name="decision", kind="approval", payload=payload, at=NOW)


@pytest.mark.parametrize(("config", "until"), [
    ({"duration": "90m"}, NOW + timedelta(minutes=90)),
    ({"duration": 1.5}, NOW + timedelta(seconds=1.5)),
    ({"until": "2026-03-29T05:30:00+02:00"}, datetime(2026, 3, 29, 3, 30, tzinfo=UTC)),
    ({"until": "2026-03-29T03:30:00Z"}, datetime(2026, 3, 29, 3, 30, tzinfo=UTC)),
])  # fmt: skip
def test_wait_parks_until_its_time_and_outputs_it(config: Mapping[str, Any], until: datetime) -> None:
    parked = WaitNode().run(CONTEXT, config)
    done = WaitNode().resume(CONTEXT, config, time_at(until))

    assert parked == Park((Wait(name="out", until=until),))
    assert done == Done(until.isoformat().replace("+00:00", "Z"))


@pytest.mark.parametrize("config", [{"duration": 0}, {"until": "2026-03-29T01:00:00Z"}, {"until": "1999-01-01T00:00:00Z"}])
def test_a_time_that_has_come_is_no_wait(config: Mapping[str, Any]) -> None:
    done = WaitNode().run(CONTEXT, config)

    assert isinstance(done, Done)
    assert done.output.endswith("Z")


@pytest.mark.parametrize(("config", "said"), [
    ({}, "exactly one"),
    ({"duration": 1, "until": "2026-03-29T01:00:00Z"}, "exactly one"),
    ({"duration": "soon"}, r"config\.duration: 'soon' is not a duration"),
    ({"duration": -1}, r"config\.duration"),
    ({"duration": None}, "exactly one"),
    ({"until": "2026-03-29T01:00:00"}, "no time zone"),
    ({"until": "tomorrow"}, r"config\.until: 'tomorrow' is not a time"),
    ({"until": 1774746000}, r"config\.until"),
])  # fmt: skip
def test_a_wait_that_cannot_be_understood_fails_and_names_the_field(config: Mapping[str, Any], said: str) -> None:
    with pytest.raises(Fatal, match=said) as failed:
        WaitNode().run(CONTEXT, config)

    assert failed.value.type == "config"


def test_a_wait_beyond_the_calendar_is_refused() -> None:
    late = replace(CONTEXT, now=datetime.max.replace(tzinfo=UTC))

    with pytest.raises(Fatal, match="year 9999"):
        WaitNode().run(late, {"duration": "1d"})


def test_signal_wait_parks_for_the_signal_alone_without_a_timeout() -> None:
    parked = SignalWait().run(CONTEXT, {"signal": "paid"})

    assert parked == Park((Wait(name="out", signal="paid", when=None, keep=True),))


def test_signal_wait_passes_its_filter_on_unevaluated() -> None:
    parked = SignalWait().run(CONTEXT, {"signal": "paid", "when": "payload.id == 7", "keep": False, "timeout": "1h"})

    assert parked.waits == (
        Wait(name="out", signal="paid", when="payload.id == 7", keep=False),
        Wait(name="timeout", until=NOW + timedelta(hours=1)),
    )
    assert SignalWait.node_type.deferred == ("when",)
    assert SignalWait.node_type.extra_names == ("payload",)


def test_a_signal_leaves_through_out_with_its_payload_and_a_timeout_with_nothing() -> None:
    signalled = SignalWait().resume(CONTEXT, {"signal": "paid"}, Event(0, "out", "signal", {"id": 7}, NOW))
    too_late = SignalWait().resume(CONTEXT, {"signal": "paid"}, time_at(NOW))

    assert signalled == Done({"id": 7})
    assert too_late == Done(None, "timeout")


def test_approval_asks_its_question_with_what_it_needs() -> None:
    config = {"title": "Go?", "body": "Really", "form": {"type": "object"}, "assignees": ["ann", 7], "due": "2d"}

    parked = Approval().run(CONTEXT, config)

    assert parked.waits == (
        Wait(name="decision", approval=ApprovalRequest("Go?", "Really", {"type": "object"}, ("ann", "7"))),
        Wait(name="due", until=NOW + timedelta(days=2)),
    )


def test_an_approval_without_a_due_time_waits_for_ever() -> None:
    parked = Approval().run(CONTEXT, {"title": "Go?"})

    assert parked == Park((Wait(name="decision", approval=ApprovalRequest("Go?")),))


@pytest.mark.parametrize("decision", ["approved", "rejected"])
def test_a_decision_leaves_through_its_port_with_who_said_what(decision: str) -> None:
    done = Approval().resume(CONTEXT, {"title": "Go?"}, decided(decision=decision, by="ann", comment="ok", data={"a": 1}))

    assert done == Done({"decision": decision, "by": "ann", "comment": "ok", "data": {"a": 1}}, decision)


def test_a_short_decision_still_has_every_field() -> None:
    done = Approval().resume(CONTEXT, {"title": "Go?"}, decided(decision="rejected"))

    assert isinstance(done, Done)
    assert done.output == {"decision": "rejected", "by": None, "comment": None, "data": None}


@pytest.mark.parametrize(("on_due", "port"), [
    (None, "expired"), ("expire", "expired"), ("approve", "approved"), ("reject", "rejected"),
])  # fmt: skip
def test_when_it_is_due_on_due_decides(on_due: str | None, port: str) -> None:
    config = {"title": "Go?", "due": "2d"} | ({"on_due": on_due} if on_due else {})

    done = Approval().resume(CONTEXT, config, time_at(NOW))

    assert isinstance(done, Done)
    assert done.port == port
    assert done.output == {
        "decision": port, "by": None, "comment": "nobody decided until 2026-03-29T01:00:00Z", "data": None,
    }  # fmt: skip
