"""What `show` and `why` say of an execution in each situation, so that nobody has to guess why nothing happens."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from engine_house import IN_LOOP, House, graph, node, open_house, until, value
from treadle.domain.errors import ConflictError, NotFoundError
from treadle.engine.inspection import Inspector
from treadle.engine.program import Programs
from treadle.engine.views import Reason


@pytest.fixture
def house(store_url: str) -> Iterator[House]:
    with open_house(store_url) as opened:
        yield opened


def the_reason(house: House, execution_id: str) -> Reason:
    [reason] = house.engine.why(execution_id)
    return reason


def test_an_execution_that_does_not_exist_is_not_found(house: House) -> None:
    with pytest.raises(NotFoundError):
        house.engine.show("exec-none")
    with pytest.raises(NotFoundError):
        house.engine.why("exec-none")


def test_a_new_execution_shows_its_first_nodes_as_running(house: House) -> None:
    started = house.start(graph([node("a"), node("b")], "a -> b"), input={"n": 1})

    view = house.engine.show(started)

    assert (view.input, view.output, view.error, view.waiting_on) == ({"n": 1}, None, None, ())
    assert [(id, state.status, state.visits) for id, state in view.nodes.items()] == [("a", "running", 1), ("b", "skipped", 0)]


def test_why_says_that_no_worker_serves_the_queue(house: House) -> None:
    started = house.start(graph([node("a")]))

    reason = the_reason(house, started)

    assert (reason.kind, reason.sentence) == ("no_worker", "No worker serves queue 'default'.")
    assert reason.mend == "treadle worker --queue default"


def test_why_names_the_worker_that_owns_it(house: House) -> None:
    house.hire()
    started = house.start(graph([node("a", IN_LOOP)]))
    house.until_begun("a")
    [worker] = house.engine.workers()

    reason = the_reason(house, started)

    assert reason.kind == "owned"
    assert worker.id in reason.sentence
    assert reason.mend.endswith(f"treadle workers evict {worker.id}")


def test_why_says_that_all_workers_are_full(house: House) -> None:
    house.hire(concurrency=1)
    house.start(graph([node("a", IN_LOOP)]), "first")
    house.until_begun("a")

    queued = house.start(graph([node("b")]), "second")

    reason = the_reason(house, queued)
    assert reason.kind == "queued"
    assert "full" in reason.sentence
    assert "WORKFLOW_WORKER_CONCURRENCY" in reason.mend


def test_a_wait_for_time_says_until_when(house: House) -> None:
    house.hire()
    started = house.start(graph([node("w", "wait", {"until": "2031-05-06T07:08:09Z"})]))

    [waits] = house.until_parked(started).waiting_on
    reason = the_reason(house, started)

    assert (waits["kind"], waits["node_id"], waits["until"].isoformat()) == ("time", "w", "2031-05-06T07:08:09+00:00")
    assert (reason.kind, reason.sentence) == ("time", "Node w waits until 2031-05-06 07:08:09 UTC.")


def test_a_wait_for_a_signal_says_which_and_how_to_send_it(house: House) -> None:
    house.hire()
    started = house.start(graph([node("door", "signal.wait", {"signal": "open"})]))

    view = house.until_parked(started)
    reason = the_reason(house, started)

    assert [(w["kind"], w["node_id"], w["signal"]) for w in view.waiting_on] == [("signal", "door", "open")]
    assert reason.sentence.startswith("Node door waits for signal 'open' since 2026-01-01")
    assert reason.mend == f"treadle executions signal {started} open"


def test_a_wait_for_a_decision_says_on_what(house: House) -> None:
    house.hire()
    started = house.start(graph([node("ask", "approval", {"title": "Refund over 100"})]))

    [waits] = house.until_parked(started).waiting_on
    reason = the_reason(house, started)

    assert (waits["kind"], waits["title"]) == ("approval", "Refund over 100")
    assert "'Refund over 100'" in reason.sentence
    assert reason.mend == f"treadle approvals approve {waits['approval_id']}"


def test_a_wait_for_several_decisions_says_how_many_have_decided(house: House) -> None:
    house.hire()
    people = {"assignees": ["ann", "bob", "cleo"], "required": 2}
    started = house.start(graph([node("ask", "approval", {"title": "Go on?", **people})]))
    [waits] = house.until_parked(started).waiting_on
    house.engine.decide(waits["approval_id"], "approved", by="ann")

    reason = the_reason(house, started)

    assert reason.sentence.endswith("; 1 decided, 2 must choose the same.")


def test_a_wait_for_a_child_says_whose(house: House) -> None:
    house.hire()
    house.engine.save_workflow("door", graph([node("door", "signal.wait", {"signal": "open"})]))
    started = house.start(graph([node("call", "workflow", {"workflow": "door"})]))

    [waits] = house.until_parked(started).waiting_on
    reason = the_reason(house, started)

    assert waits["kind"] == reason.kind == "child"
    assert waits["execution_id"] in reason.sentence
    assert house.record(waits["execution_id"]).parent_id == started


def test_a_wait_for_a_retry_shows_the_error_and_when_it_is_tried_again(house: House) -> None:
    house.hire()
    started = house.start(graph([node("a", "test.flaky", retry={"max_attempts": 2, "initial_interval": "1d"})]))

    view = house.until_parked(started)
    reason = the_reason(house, started)

    assert (view.nodes["a"].status, view.nodes["a"].attempts) == ("retrying", 2)
    assert view.nodes["a"].error["type"] == "flaky"
    assert reason.kind == "retry"
    assert reason.sentence.startswith("Next retry of a at 2026-01-0")
    assert ", after attempt 1 failed: flaky: " in reason.sentence


def test_a_join_says_which_edges_it_waits_for_and_because_of_whom(house: House) -> None:
    house.hire()
    joining = graph(
        [value("a", 0), value("quick", 1), node("slow", "signal.wait", {"signal": "go"}), node("end")],
        "a -> quick", "a -> slow", "quick -> end", "slow -> end",
    )  # fmt: skip
    started = house.start(joining)

    view = house.until_parked(started)
    reasons = {reason.kind: reason for reason in house.engine.why(started)}

    [join] = [w for w in view.waiting_on if w["kind"] == "join"]
    assert (join["node_id"], join["edges"]) == ("end", ["slow->end"])
    assert join["because"] == [{"node_id": "slow", "visit": 1, "status": "waiting"}]
    assert reasons["join"].sentence == "Join end waits for slow->end: slow can still bring a token."
    assert set(reasons) == {"join", "signal"}


def test_a_paused_execution_says_so_and_how_to_go_on(house: House) -> None:
    house.hire()
    started = house.start(graph([node("door", "signal.wait", {"signal": "open"})]))
    house.until_parked(started)
    house.engine.pause(started)
    house.until_status(started, "paused")

    reason = the_reason(house, started)

    assert (reason.kind, reason.mend) == ("paused", f"treadle executions resume {started}")


def test_a_failed_execution_says_where_and_why(house: House) -> None:
    house.hire()
    ended = house.run(graph([node("no", "fail", {"message": "out of luck", "type": "luck"})]))

    reason = the_reason(house, ended.record.id)

    assert (reason.kind, reason.node_id) == ("failed", "no")
    assert reason.sentence == "It failed at node no: luck: out of luck"
    assert reason.mend == f"treadle executions retry {ended.record.id}"


def test_a_failed_execution_that_is_retried_later_says_when(house: House) -> None:
    house.hire()
    policy = {"max_attempts": 2, "initial_interval": "1d", "max_interval": "1d", "jitter": 0}
    started = house.start(graph([node("a", "test.flaky")], settings={"retry": policy}))
    until(lambda: house.record(started).next_retry_at)

    reason = the_reason(house, started)

    assert reason.kind == "retry"
    assert "Next retry at 2026-01-02" in reason.sentence


@pytest.mark.parametrize("status", ["completed", "cancelled"])
def test_an_ended_execution_waits_for_nothing(house: House, status: str) -> None:
    house.hire()
    ended = house.run(graph([node("t", "terminate", {"status": status})]))

    reason = the_reason(house, ended.record.id)

    assert (reason.kind, reason.sentence) == (status, f"It is {status}; there is nothing to wait for.")
    assert ended.waiting_on == ()


def undoable(id: str, **undo: Any) -> dict[str, Any]:
    return value(id, 0, compensate={"type": "set", "config": {"value": 0}, **undo})


BAD = node("bad", "fail", {"message": "no", "type": "odd"})


def test_what_has_been_undone_is_not_to_be_retried_but_started_anew(house: House) -> None:
    house.hire()
    ended = house.run(graph([undoable("a"), undoable("b"), BAD], "a -> b", "b -> bad"), "trip")

    reason = the_reason(house, ended.record.id)

    assert reason.sentence == "It failed at node bad: odd: no. 2 completed activities have been undone."
    assert reason.mend == "start it anew: treadle run trip"


def test_compensations_that_failed_are_named_for_a_person(house: House) -> None:
    house.hire()
    hotel = undoable("hotel", type="fail", config={"message": "closed", "type": "shut"})
    ended = house.run(graph([undoable("car"), hotel, BAD], "car -> hotel", "hotel -> bad"), "trip")

    reason = the_reason(house, ended.record.id)

    assert "1 completed activity has been undone. NOT undone, because their compensation FAILED: hotel." in reason.sentence
    assert reason.mend.startswith("a person has to undo hotel: ")
    assert "executions retry" not in reason.mend


def test_a_cancelled_execution_says_what_was_undone(house: House) -> None:
    house.hire()
    started = house.start(graph([undoable("a"), node("ask", "signal.wait", {"signal": "go"})], "a -> ask"))
    house.until_parked(started)
    house.engine.cancel(started, compensate=True)
    house.ended(started)

    assert the_reason(house, started).sentence == "It is cancelled. 1 completed activity has been undone."


def test_an_execution_that_is_being_undone_says_so(house: House) -> None:
    house.hire()
    slow = undoable("slow", type="signal.wait", config={"signal": "go"})
    started = house.start(graph([slow, undoable("quick"), BAD], "slow -> quick", "quick -> bad"))
    house.until_parked(started)

    undoing, waits = house.engine.why(started)
    with pytest.raises(ConflictError, match="is waiting: only a failed one can be retried"):
        house.engine.retry(started)

    assert undoing.sentence == "It failed, and is undoing what it has done: 1 of 2 compensations have ended."
    assert waits.sentence.startswith("The compensation of slow waits for signal 'go'")


def test_why_names_the_item_in_a_map_and_how_far_the_map_is(house: House) -> None:
    house.hire()
    ask = graph([node("which", "if", {"condition": "item == 0"}), node("ask", "signal.wait", {"signal": "on"})], "which.false -> ask")
    started = house.start(graph([node("each", "for_each", {"items": [0, 1], "graph": ask})]))
    house.until_parked(started)

    reasons = {reason.kind: reason.sentence for reason in house.engine.why(started)}

    assert reasons["map"] == "Map each: 1 of 2 done, 1 under way."
    assert reasons["signal"].startswith("Node each[1]/ask waits for signal 'on' since")


def test_a_node_shows_its_latest_visit_and_its_times(house: House) -> None:
    house.hire()
    loop = graph(
        [value("s", 0), node("turn", "test.count", {"value": "{{ nodes.turn.output + 1 if incoming[0].node == 'more' else 1 }}"}),
         node("more", "if", {"condition": "nodes.turn.output < 3"}), value("end", 0)],
        "s -> turn", "turn -> more", "more.true -> turn", "more.false -> end",
    )  # fmt: skip

    ended = house.run(loop)

    turn = ended.nodes["turn"]
    assert (turn.status, turn.visits, turn.attempts) == ("completed", 3, 1)
    assert turn.started_at is not None
    assert turn.finished_at is not None
    assert turn.started_at <= turn.finished_at
    assert ended.record.finished_at is not None


def test_a_journal_that_is_looked_at_again_is_read_on_from_there(house: House) -> None:
    programs = Programs(house.registry)
    house.hire()
    ask = graph([node("ask", "signal.wait", {"signal": "on"}), node("next", "test.count")], "ask -> next")
    execution_id = house.start(graph([node("loop", "repeat", {"max": 4, "graph": ask})]))

    for turn in range(4):
        until(lambda: len(house.rows(execution_id, "ask")) == 2 * turn + 1)  # noqa: B023 - called at once
        house.until_parked(execution_id)
        seen, fresh = house.engine.show(execution_id, again=True), Inspector(house.store, programs).show(execution_id)
        assert (seen.waiting_on, seen.nodes, seen.seq) == (fresh.waiting_on, fresh.nodes, fresh.seq)
        house.engine.signal(execution_id, "on")

    assert house.ended(execution_id).nodes["loop"].status == "completed"
