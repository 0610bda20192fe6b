"""Workflows that run other workflows, and schedules that start them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from engine_house import IN_LOOP, House, graph, node, open_house, until, value
from treadle.domain.records import ExecutionRecord

DOUBLE = graph([value("double", "{{ input.n * 2 }}")])
DOOR = graph([node("door", "signal.wait", {"signal": "open"})])


@pytest.fixture
def house(store_url: str) -> Iterator[House]:
    with open_house(store_url) as opened:
        opened.hire()
        yield opened


def calling(workflow: str, **config: Any) -> dict[str, Any]:
    return graph(
        [node("call", "workflow", {"workflow": workflow, **config}), value("after", "{{ nodes.call.output }}"),
         value("handler", "{{ nodes.call.error.type }}")],
        "call -> after", "call.error -> handler",
    )  # fmt: skip


def children(house: House, execution_id: str) -> list[ExecutionRecord]:
    return list(house.store.executions.list(parent=execution_id).items)


def the_child(house: House, execution_id: str) -> ExecutionRecord:
    until(lambda: children(house, execution_id))
    [child] = children(house, execution_id)
    return child


def test_a_parent_waits_for_its_child_and_gets_its_output(house: House) -> None:
    house.engine.save_workflow("double", DOUBLE)

    ended = house.run(calling("double", input={"n": "{{ input }}"}), input=21)

    assert (ended.record.status, ended.output) == ("completed", 42)
    child = the_child(house, ended.record.id)
    assert (child.status, child.depth, child.parent_activity) == ("completed", 1, "call#1@1")


def test_a_child_runs_where_its_workflow_says_and_else_where_its_parent_does(house: House) -> None:
    [first] = [worker for worker, _ in house.workers]
    house.hire(queues=("reports",))
    house.engine.save_workflow("here", DOUBLE)
    house.engine.save_workflow("there", {**DOUBLE, "settings": {"queue": "reports"}})

    ended = [house.run(calling(name, input={"n": "{{ input }}"}), input=21) for name in ("here", "there")]

    assert [each.output for each in ended] == [42, 42]
    assert [child.queue for each in ended for child in children(house, each.record.id)] == ["default", "reports"]
    assert first.config.queues == ("default",)


def test_a_parent_that_waits_is_parked_and_says_for_whom(house: House) -> None:
    house.engine.save_workflow("door", DOOR)
    started = house.start(calling("door"))
    child = the_child(house, started)

    parked = house.until_parked(started)
    house.until_parked(child.id)
    house.engine.signal(child.id, "open", "in")

    assert [(w["kind"], w["execution_id"]) for w in parked.waiting_on] == [("child", child.id)]
    assert house.ended(started).output == "in"


def test_a_failed_child_fails_the_node_that_called_it(house: House) -> None:
    house.engine.save_workflow("bad", graph([node("no", "fail", {"message": "no luck"})]))

    handled = house.run(calling("bad"), "handled")
    failed = house.run(graph([node("call", "workflow", {"workflow": "bad"})]), "failed")

    assert (handled.record.status, handled.output) == ("completed", "child.failed")
    assert (failed.record.status, failed.error["type"]) == ("failed", "child.failed")
    assert "no luck" in failed.error["message"]
    assert failed.error["details"]["execution_id"] == the_child(house, failed.record.id).id


def test_a_cancelled_child_is_an_error_of_its_own_type(house: House) -> None:
    house.engine.save_workflow("door", DOOR)
    started = house.start(calling("door"))
    child = the_child(house, started)

    house.engine.cancel(child.id)

    assert house.ended(started).output == "child.cancelled"


def test_each_attempt_starts_a_child_of_its_own(house: House) -> None:
    house.engine.save_workflow("bad", graph([node("no", "fail", {"message": "no luck"})]))
    policy = {"max_attempts": 2, "initial_interval": "1s", "jitter": 0}
    started = house.start(graph([node("call", "workflow", {"workflow": "bad"}, retry=policy)]))

    until(lambda: any(row.kind == "retrying" for row in house.journal(started)))
    house.until_parked(started)
    house.clock.advance(2)
    ended = house.ended(started)

    assert ended.record.status == "failed"
    assert sorted(child.parent_activity or "" for child in children(house, started)) == ["call#1@1", "call#1@2"]


def test_a_child_nobody_waits_for_runs_by_itself(house: House) -> None:
    house.engine.save_workflow("door", DOOR)

    ended = house.run(calling("door", wait=False, on_parent_end="abandon"))

    child = the_child(house, ended.record.id)
    assert (ended.record.status, ended.output) == ("completed", {"execution_id": child.id})
    assert house.until_parked(child.id).record.status == "waiting"
    house.engine.signal(child.id, "open", 1)
    assert house.ended(child.id).record.status == "completed"


@pytest.mark.parametrize(("on_parent_end", "becomes"), [("cancel", "cancelled"), ("abandon", "completed")])
def test_the_end_of_a_parent_cancels_or_abandons_its_child(house: House, on_parent_end: str, becomes: str) -> None:
    house.engine.save_workflow("door", DOOR)
    started = house.start(calling("door", on_parent_end=on_parent_end))
    child = the_child(house, started)
    house.until_parked(started)
    house.until_parked(child.id)

    house.engine.cancel(started)
    house.ended(started)
    house.run(graph([value("x", 1)]), "marker")
    if on_parent_end == "abandon":
        house.engine.signal(child.id, "open")

    assert house.ended(child.id).record.status == becomes


def test_a_withdrawn_call_leaves_no_child_behind(house: House) -> None:
    house.engine.save_workflow("door", DOOR)
    race = graph(
        [value("a", 0), node("call", "workflow", {"workflow": "door"}), node("skip", "signal.wait", {"signal": "skip"}, cancels=["call"])],
        "a -> call", "a -> skip",
    )  # fmt: skip
    started = house.start(race)
    child = the_child(house, started)
    house.until_parked(started)

    house.engine.signal(started, "skip")

    assert house.ended(started).record.status == "completed"
    assert house.ended(child.id).record.status == "cancelled"


def test_a_workflow_that_does_not_exist_fails_the_call(house: House) -> None:
    ended = house.run(calling("nowhere"))

    assert (ended.record.status, ended.output) == ("completed", "workflow_not_found")


def test_an_input_that_the_child_does_not_take_fails_the_call(house: House) -> None:
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
    house.engine.save_workflow("strict", {**DOUBLE, "input_schema": schema})

    ended = house.run(calling("strict", input={"n": "many"}))

    assert ended.output == "invalid_input"


def test_workflows_that_call_themselves_end_at_a_depth_of_twenty(house: House) -> None:
    ended = house.run(graph([node("again", "workflow", {"workflow": "w"})]))

    deepest = house.sql("SELECT max(depth) FROM execution")
    types = house.sql("SELECT error_json FROM execution WHERE depth = 20")
    assert ended.record.status == "failed"
    assert [tuple(row) for row in deepest] == [(20,)]
    assert "too_deep" in types[0][0]


def test_two_visits_call_two_children(house: House) -> None:
    house.engine.save_workflow("double", DOUBLE)
    loop = graph(
        [value("start", 1), node("call", "workflow", {"workflow": "double", "input": {"n": "{{ incoming[0].output }}"}}),
         node("more", "if", {"condition": "nodes.call.output < 8"}), value("back", "{{ nodes.call.output }}"),
         value("end", "{{ nodes.call.output }}")],
        "start -> call", "call -> more", "more.true -> back", "back -> call", "more.false -> end",
    )  # fmt: skip

    ended = house.run(loop)

    assert ended.output == 8
    assert len(children(house, ended.record.id)) == 3


# Schedules


def test_an_interval_schedule_fires_again_and_again(house: House) -> None:
    house.engine.save_workflow("report", graph([value("a", "{{ trigger.schedule_id }}")]))
    schedule = house.engine.add_schedule("report", interval="1h", input={"n": 1})

    for fired in (1, 2):
        house.clock.advance(3600)
        until(lambda fired=fired: len(house.store.schedules.fires(schedule.id)) >= fired)  # type: ignore[misc]

    fires = house.store.schedules.fires(schedule.id)
    assert [fire.outcome for fire in fires] == ["fired", "fired"]
    assert (fires[0].fire_at - fires[1].fire_at).total_seconds() == 3600
    for fire in fires:
        assert fire.execution_id is not None
        ended = house.ended(fire.execution_id)
        assert (ended.output, ended.input, ended.record.schedule_id) == (schedule.id, {"n": 1}, schedule.id)


def test_a_broken_schedule_is_set_aside_and_the_others_go_on(house: House) -> None:
    house.engine.save_workflow("strict", {**DOUBLE, "input_schema": {"type": "object", "properties": {}}})
    house.engine.save_workflow("fine", graph([value("a", 1)]))
    broken = house.engine.add_schedule("strict", interval="1h", input={"n": 1})
    fine = house.engine.add_schedule("fine", interval="1h")
    house.engine.save_workflow("strict", {**DOUBLE, "input_schema": {"type": "object", "required": ["m"]}})

    house.clock.advance(3600)
    until(lambda: house.store.schedules.fires(fine.id))

    set_aside = until(lambda: house.store.schedules.get(broken.id).error)
    assert "m" in str(set_aside)
    assert house.store.schedules.fires(broken.id) == []
    house.engine.change_schedule(broken.id, input={"m": 1})
    assert house.store.schedules.get(broken.id).error is None


def test_a_fire_is_skipped_while_the_last_one_still_runs(house: House) -> None:
    house.engine.save_workflow("slow", graph([node("a", IN_LOOP)]))
    schedule = house.engine.add_schedule("slow", interval="1h", overlap="skip")

    house.clock.advance(3600)
    house.until_begun("a")
    house.clock.advance(3600)
    until(lambda: len(house.store.schedules.fires(schedule.id)) == 2)

    skipped, fired = house.store.schedules.fires(schedule.id)
    assert (fired.outcome, skipped.outcome, skipped.execution_id) == ("fired", "skipped", None)
    assert "overlap" in skipped.reason
    house.steering.opened["a"].set()
    assert fired.execution_id is not None
    house.ended(fired.execution_id)


def test_instants_missed_while_no_worker_was_there_are_recorded(house: House) -> None:
    house.engine.save_workflow("report", graph([value("a", 1)]))
    [(worker, _)] = house.workers
    house.dismiss(worker)
    schedule = house.engine.add_schedule("report", interval="1h", catch_up="latest")

    house.clock.advance(3 * 3600 + 60)
    house.hire()
    until(lambda: len(house.store.schedules.fires(schedule.id)) == 3)

    assert [fire.outcome for fire in house.store.schedules.fires(schedule.id)] == ["fired", "missed", "missed"]


def test_two_workers_fire_each_instant_once(house: House) -> None:
    house.hire()
    house.engine.save_workflow("report", graph([value("a", 1)]))
    schedules = [house.engine.add_schedule("report", interval="1h") for _ in range(5)]

    house.clock.advance(3600)
    until(lambda: all(house.store.schedules.fires(s.id) for s in schedules))
    house.run(graph([value("x", 1)]), "marker")

    assert [len(house.store.schedules.fires(s.id)) for s in schedules] == [1] * 5
    assert len(house.store.executions.list(workflow="report").items) == 5


def test_a_child_whose_activity_is_withdrawn_is_cancelled_at_once(house: House) -> None:
    house.engine.save_workflow("door", graph([node("knock", "signal.wait", {"signal": "open"})]))
    config = graph(
        [node("a"), node("call", "workflow", {"workflow": "door"}), node("skip", "signal.wait", {"signal": "skip"}, cancels=["call"]),
         node("hold", "signal.wait", {"signal": "end"})],
        "a -> call", "a -> skip", "skip -> hold",
    )  # fmt: skip
    parent = house.start(config)
    house.until_parked(parent)
    [child] = [item.id for item in house.store.executions.list(parent=parent).items]

    house.engine.signal(parent, "skip")

    assert house.until_status(child, "cancelled").record.id == child
    assert house.until_status(parent, "waiting").nodes["call"].status == "cancelled"


def test_a_pause_accepted_before_a_retry_by_policy_holds(house: House) -> None:
    settings = {"retry": {"max_attempts": 2, "initial_interval": "1h", "jitter": 0}}
    failed = house.start(graph([node("f", "fail", {"message": "no"})], settings=settings))
    house.until_status(failed, "failed")

    house.engine.pause(failed)
    house.clock.advance(3700)

    assert house.until_status(failed, "paused").record.attempt == 2


def test_a_node_that_waits_longer_than_its_timeout_fails(house: House) -> None:
    waiting = house.start(graph([node("w", "signal.wait", {"signal": "never"}, timeout="1h")]))
    house.until_parked(waiting)

    house.clock.advance(3700)

    assert house.ended(waiting).error["type"] == "timeout"


@pytest.mark.parametrize("wait", [True, False])
def test_a_cancelled_parent_can_wait_for_its_child(house: House, wait: bool) -> None:
    house.engine.save_workflow("door", DOOR)
    flow = graph(
        [node("call", "workflow", {"workflow": "door", "wait": wait, "on_parent_end": "wait"}), node("ask", "signal.wait", {"signal": "never"})]
    )
    started = house.start(flow)
    child = the_child(house, started)
    house.until_parked(child.id)
    house.until_parked(started)
    house.engine.cancel(started)
    until(lambda: any(row.status == "cancel" for row in house.journal(started)))
    waiting = house.until_parked(started)
    house.evict_all()
    house.engine.signal(child.id, "open")

    ended = house.ended(started)

    assert [(one["kind"], one["execution_id"]) for one in waiting.waiting_on if one["kind"] == "child"][-1] == ("child", child.id)
    assert (house.ended(child.id).record.status, ended.record.status) == ("completed", "cancelled")
    assert ended.record.finished_at >= house.record(child.id).finished_at  # type: ignore[operator]


def test_a_parent_that_is_done_waits_for_a_child_nobody_waited_for(house: House) -> None:
    house.engine.save_workflow("door", DOOR)
    started = house.start(graph([node("call", "workflow", {"workflow": "door", "wait": False, "on_parent_end": "wait"}), value("x", 7)], "call -> x"))
    child = the_child(house, started)
    house.until_parked(started)
    why = house.engine.why(started)
    house.engine.signal(child.id, "open")

    assert "waits for child execution" in why[0].sentence
    assert (house.ended(started).record.status, house.ended(started).output) == ("completed", 7)


def test_an_abandoned_child_goes_on_when_its_node_is_withdrawn(house: House) -> None:
    house.engine.save_workflow("door", DOOR)
    flow = graph(
        [node("call", "workflow", {"workflow": "door", "on_parent_end": "abandon"}), node("ask", "signal.wait", {"signal": "go"}),
         value("stop", 1, cancels=["call"])],
        "ask -> stop",
    )  # fmt: skip
    started = house.start(flow)
    child = the_child(house, started)
    house.until_parked(child.id)
    house.engine.signal(started, "go")

    assert house.ended(started).record.status == "completed"
    house.engine.signal(child.id, "open")
    assert house.ended(child.id).record.status == "completed"
