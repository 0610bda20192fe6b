"""Messages from outside: signals, approvals, pause, resume and cancel, before, during and after what they are about."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from engine_house import IN_LOOP, IN_THREAD, House, graph, node, open_house, until, value
from treadle.domain.errors import ConflictError, DefinitionError, NotFoundError
from treadle.domain.records import Approval

DOOR = graph([node("door", "signal.wait", {"signal": "open"})])
TIMED = graph(
    [node("door", "signal.wait", {"signal": "open", "timeout": "1h"}), value("late", "late"), value("came", "{{ nodes.door.output }}")],
    "door.timeout -> late", "door -> came",
)  # fmt: skip


@pytest.fixture
def house(store_url: str) -> Iterator[House]:
    with open_house(store_url) as opened:
        opened.hire()
        yield opened


def asking(**config: Any) -> dict[str, Any]:
    ask = node("ask", "approval", {"title": "Refund {{ input }}?", **config})
    ends = [value(port, [port, "{{ nodes.ask.output }}"]) for port in ("approved", "rejected", "expired")]
    return graph([ask, *ends], *(f"ask.{port} -> {port}" for port in ("approved", "rejected", "expired")))


def the_approval(house: House, execution_id: str) -> Approval:
    until(lambda: house.store.executions.approvals(execution_id=execution_id).items)
    house.until_parked(execution_id)
    [approval] = house.store.executions.approvals(execution_id=execution_id).items
    return approval


# Signals


def test_a_signal_ends_a_wait(house: House) -> None:
    started = house.start(DOOR)
    house.until_parked(started)

    house.engine.signal(started, "open", {"by": "ann"})

    assert house.ended(started).output == {"by": "ann"}


def test_a_signal_sent_before_the_wait_is_kept(house: House) -> None:
    started = house.start(graph([node("work", IN_LOOP), node("door", "signal.wait", {"signal": "open"})], "work -> door"))
    house.until_begun("work")

    house.engine.signal(started, "open", 1)
    house.engine.signal(started, "open", 2)
    house.steering.opened["work"].set()

    assert house.ended(started).output == 1


def test_a_wait_that_keeps_nothing_ignores_earlier_signals(house: House) -> None:
    fresh = graph(
        [node("work", IN_LOOP), node("first", "signal.wait", {"signal": "read"}),
         node("door", "signal.wait", {"signal": "open", "keep": False})],
        "work -> first", "first -> door",
    )  # fmt: skip
    started = house.start(fresh)
    house.until_begun("work")
    house.engine.signal(started, "open", "early")
    house.engine.signal(started, "read")
    house.steering.opened["work"].set()
    until(lambda: house.engine.show(started).nodes["door"].status == "waiting")

    house.engine.signal(started, "open", "late")

    assert house.ended(started).output == "late"


def test_one_signal_id_counts_once(house: House) -> None:
    twice = graph([node("one", "signal.wait", {"signal": "go"}), node("two", "signal.wait", {"signal": "go"})], "one -> two")
    started = house.start(twice)

    first = house.engine.signal(started, "go", "a", signal_id="s-1")
    again = house.engine.signal(started, "go", "a", signal_id="s-1")
    until(lambda: house.engine.show(started).nodes["two"].status == "waiting")
    house.engine.signal(started, "go", "b", signal_id="s-2")
    ended = house.ended(started)

    assert (first.outcome, again.outcome, again.seq) == ("accepted", "duplicate", first.seq)
    assert (house.outputs(started, "one"), ended.output) == (["a"], "b")
    assert house.engine.signal(started, "go", "a", signal_id="s-1").outcome == "duplicate"


def test_two_waits_for_one_signal_take_one_each(house: House) -> None:
    both = graph([node("x", "signal.wait", {"signal": "go"}), node("y", "signal.wait", {"signal": "go"})])
    started = house.start(both)
    house.until_parked(started)

    house.engine.signal(started, "go", 1)
    until(lambda: len(house.engine.show(started).waiting_on) == 1)
    house.engine.signal(started, "go", 2)

    assert sorted(house.ended(started).output.values()) == [1, 2]


def test_a_filter_lets_only_fitting_signals_through(house: House) -> None:
    started = house.start(graph([node("door", "signal.wait", {"signal": "open", "when": "payload.id == 7"})]))
    house.until_parked(started)

    house.engine.signal(started, "open", {"id": 6})
    house.engine.signal(started, "other", {"id": 7})
    house.engine.signal(started, "open", {"id": 7, "n": 1})

    assert house.ended(started).output == {"id": 7, "n": 1}


def test_a_filter_that_raises_fails_its_node_clearly(house: House) -> None:
    started = house.start(graph([node("door", "signal.wait", {"signal": "open", "when": "payload.id == 7"})]))
    house.until_parked(started)

    house.engine.signal(started, "open", {"ident": 7})
    ended = house.ended(started)

    assert (ended.record.status, ended.error["type"], ended.error["node_id"]) == ("failed", "expression_error", "door")
    assert "id" in ended.error["message"]


def test_a_wait_for_a_signal_times_out(house: House) -> None:
    started = house.start(TIMED)
    house.until_parked(started)

    house.clock.advance(3601)

    assert house.ended(started).output == "late"


def test_a_signal_sent_before_the_timeout_wins_over_it(house: House) -> None:
    """Both are due when the next worker looks: the message was accepted before anyone decided."""
    [(worker, _)] = house.workers
    started = house.start(TIMED)
    house.until_parked(started)
    house.dismiss(worker)

    house.clock.advance(3601)
    house.engine.signal(started, "open", "just in time")
    house.hire()

    assert house.ended(started).output == "just in time"


def test_a_signal_to_nobody_is_not_found_and_to_the_ended_too_late(house: House) -> None:
    ended = house.run(graph([value("a", 1)]))

    with pytest.raises(NotFoundError):
        house.engine.signal("exec-none", "open")
    with pytest.raises(ConflictError) as refused:
        house.engine.signal(ended.record.id, "open")

    assert refused.value.state == "completed"


# Approvals


@pytest.mark.parametrize("decision", ["approved", "rejected"])
def test_a_decision_leaves_through_its_port(house: House, decision: str) -> None:
    started = house.start(asking(body="over 100", assignees=["ann"]), input=7)
    approval = the_approval(house, started)

    house.engine.decide(approval.id, decision, by="ann", comment="well", data={"n": 1})
    ended = house.ended(started)

    assert (approval.title, approval.body, approval.status) == ("Refund 7?", "over 100", "open")
    assert ended.output == [decision, {"decision": decision, "by": "ann", "comment": "well", "data": {"n": 1}}]
    assert house.store.executions.approval(approval.id).status == "decided"


@pytest.mark.parametrize(("on_due", "port"), [("expire", "expired"), ("approve", "approved"), ("reject", "rejected")])
def test_an_approval_past_its_due_time_goes_as_it_says(house: House, on_due: str, port: str) -> None:
    started = house.start(asking(due="2d", on_due=on_due))
    approval = the_approval(house, started)

    house.clock.advance(2 * 86400 + 1)
    ended = house.ended(started)

    assert ended.output[0] == ended.output[1]["decision"] == port
    assert house.store.executions.approval(approval.id).status == "expired"
    with pytest.raises(ConflictError) as too_late:
        house.engine.decide(approval.id, "approved")
    assert too_late.value.state == "expired"


def test_an_approval_is_decided_once(house: House) -> None:
    more = asking()
    more["nodes"].append(node("hold", IN_LOOP))
    more["edges"].append({"source": "approved", "target": "hold"})
    started = house.start(more)
    approval = the_approval(house, started)

    house.engine.decide(approval.id, "approved", by="ann")
    house.until_begun("hold")
    repeated = house.engine.decide(approval.id, "approved", by="ann")
    with pytest.raises(ConflictError) as refused:
        house.engine.decide(approval.id, "rejected", by="bob")
    house.steering.opened["hold"].set()

    assert (repeated.outcome, refused.value.state) == ("duplicate", "decided")
    assert house.ended(started).output == "done"
    [row] = [row for row in house.rows(started, "ask") if row.kind == "done"]
    assert row.port == "approved"


def test_the_data_of_a_decision_must_fit_the_form(house: House) -> None:
    form = {"type": "object", "properties": {"amount": {"type": "number"}}, "required": ["amount"]}
    started = house.start(asking(form=form))
    approval = the_approval(house, started)

    with pytest.raises(DefinitionError) as refused:
        house.engine.decide(approval.id, "approved", data={"amount": "much"})
    with pytest.raises(DefinitionError):
        house.engine.decide(approval.id, "approved")
    with pytest.raises(DefinitionError):
        house.engine.decide(approval.id, "maybe", data={"amount": 5})
    house.engine.decide(approval.id, "approved", data={"amount": 5})

    assert [finding.path for finding in refused.value.findings] == ["data.amount"]
    assert house.ended(started).output[1]["data"] == {"amount": 5}


def test_a_cancelled_execution_leaves_no_open_approval(house: House) -> None:
    started = house.start(asking())
    approval = the_approval(house, started)

    house.engine.cancel(started)
    house.ended(started)

    assert house.store.executions.approval(approval.id).status == "expired"
    with pytest.raises(ConflictError) as too_late:
        house.engine.decide(approval.id, "approved")
    assert too_late.value.state == "expired"


def test_an_approval_withdrawn_by_another_branch_is_closed(house: House) -> None:
    race = graph(
        [value("a", 0), node("ask", "approval", {"title": "ok?"}), node("door", "signal.wait", {"signal": "skip"}, cancels=["ask"]),
         node("hold", IN_LOOP)],
        "a -> ask", "a -> door", "door -> hold",
    )  # fmt: skip
    started = house.start(race)
    approval = the_approval(house, started)

    house.engine.signal(started, "skip")
    house.until_begun("hold")

    until(lambda: house.store.executions.approval(approval.id).status == "expired")
    house.steering.opened["hold"].set()
    assert house.ended(started).record.status == "completed"


# Pause and resume


def test_a_paused_execution_finishes_what_runs_and_starts_nothing(house: House) -> None:
    started = house.start(graph([node("a", IN_LOOP), node("b")], "a -> b"))
    house.until_begun("a")

    house.engine.pause(started)
    until(lambda: any(row.status == "pause" for row in house.journal(started)))
    house.steering.opened["a"].set()
    paused = house.until_status(started, "paused")

    assert (paused.nodes["a"].status, house.steering.attempts("b")) == ("completed", [])
    house.engine.resume(started)
    assert house.ended(started).record.status == "completed"
    assert (house.steering.attempts("a"), house.steering.attempts("b")) == ([1], [1])


def test_a_paused_wait_is_not_ended_by_its_time_but_by_resuming(house: House) -> None:
    started = house.start(graph([node("a", "wait", {"duration": "1h"}), node("b")], "a -> b"))
    house.until_parked(started)
    house.engine.pause(started)
    house.until_status(started, "paused")

    house.clock.advance(3601)
    marker = house.run(graph([value("x", 1)]), "marker")

    assert marker.record.status == "completed"
    assert house.record(started).status == "paused"
    house.engine.resume(started)
    assert house.ended(started).record.status == "completed"


def test_a_signal_to_a_paused_execution_is_kept(house: House) -> None:
    started = house.start(DOOR)
    house.until_parked(started)
    house.engine.pause(started)
    house.until_status(started, "paused")

    house.engine.signal(started, "open", "hello")
    marker = house.run(graph([value("x", 1)]), "marker")

    assert marker.record.status == "completed"
    assert house.record(started).status == "paused"
    house.engine.resume(started)
    assert house.ended(started).output == "hello"


def test_pause_and_resume_sent_together_leave_it_running(house: House) -> None:
    started = house.start(graph([node("a", IN_LOOP), node("b")], "a -> b"))
    house.until_begun("a")

    house.engine.pause(started)
    house.engine.resume(started)
    house.steering.opened["a"].set()

    assert house.ended(started).record.status == "completed"


def test_a_retry_that_comes_due_while_paused_waits_for_the_resume(house: House) -> None:
    policy = {"max_attempts": 2, "initial_interval": "1h", "jitter": 0}
    started = house.start(graph([node("a", "test.flaky", retry=policy)]))
    house.until_parked(started)
    house.engine.pause(started)
    house.until_status(started, "paused")

    house.clock.advance(3601)
    house.run(graph([value("x", 1)]), "marker")

    assert house.steering.attempts("a") == [1]
    house.engine.resume(started)
    assert house.ended(started).record.status == "completed"


# Cancel


def test_a_cancel_stops_a_running_coroutine(house: House) -> None:
    started = house.start(graph([node("a", IN_LOOP), node("b")], "a -> b"))
    house.until_begun("a")

    house.engine.cancel(started, reason="changed my mind")
    ended = house.ended(started)

    assert (ended.record.status, ended.error) == ("cancelled", {"type": "cancelled", "message": "changed my mind"})
    until(lambda: house.steering.cancelled == ["a"])
    assert (ended.nodes["a"].status, house.steering.attempts("b")) == ("cancelled", [])


def test_a_cancel_tells_a_running_thread(house: House) -> None:
    started = house.start(graph([node("a", IN_THREAD), node("b")], "a -> b"))
    house.until_begun("a")

    house.engine.cancel(started)
    ended = house.ended(started)

    assert (ended.record.status, ended.error) == ("cancelled", None)
    until(lambda: house.steering.cancelled == ["a"])
    assert house.steering.begun["a"].cancelled


def test_a_cancel_reaches_a_parked_execution(house: House) -> None:
    started = house.start(DOOR)
    house.until_parked(started)

    house.engine.cancel(started)
    ended = house.ended(started)

    assert (ended.record.status, ended.nodes["door"].status) == ("cancelled", "cancelled")


def test_a_cancel_reaches_a_paused_execution(house: House) -> None:
    started = house.start(DOOR)
    house.until_parked(started)
    house.engine.pause(started)
    house.until_status(started, "paused")

    house.engine.cancel(started)

    assert house.ended(started).record.status == "cancelled"


def test_a_cancel_sent_before_the_start_is_done_beats_everything(house: House) -> None:
    [(worker, _)] = house.workers
    house.dismiss(worker)
    started = house.start(graph([node("a"), node("b")], "a -> b"))

    house.engine.cancel(started)
    house.hire()

    assert house.ended(started).record.status == "cancelled"
    assert house.steering.calls == []


def test_an_accepted_cancel_beats_the_completion(house: House) -> None:
    for number in range(10):
        started = house.start(graph([node("a"), node("b", IN_LOOP)], "a -> b"), f"w{number}")
        house.until_begun("b")
        house.steering.opened["b"].set()
        answer = _cancelled(house, started)

        assert answer in ("accepted", "completed")
        assert house.ended(started).record.status == ("cancelled" if answer == "accepted" else "completed")
        house.steering.opened["b"].clear()
        house.steering.begun.clear()


def _cancelled(house: House, execution_id: str) -> str:
    """`accepted`, or the state that won."""
    try:
        return house.engine.cancel(execution_id).outcome.value
    except ConflictError as error:
        return error.state


def test_a_filter_compares_the_payload_with_what_the_activity_sees(house: House) -> None:
    ask = node("ask", "signal.wait", {"signal": "paid", "when": "payload.id == input.id and payload.n == nodes.a.output"})
    execution_id = house.start(graph([value("a", 3), ask], "a -> ask"), input={"id": 7})
    house.until_parked(execution_id)
    house.engine.signal(execution_id, "paid", {"id": 6, "n": 3})
    house.engine.signal(execution_id, "paid", {"id": 7, "n": 3})

    assert house.ended(execution_id).output == {"id": 7, "n": 3}
