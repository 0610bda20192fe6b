"""Limits across executions, from the graph's settings to the end: concurrency, debounce, failure workflows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from engine_house import IN_LOOP, House, graph, node, open_house, until, value
from treadle.domain.errors import ConcurrencyLimitError, DefinitionError
from treadle.domain.records import MessageOutcome


@pytest.fixture
def house(store_url: str) -> Iterator[House]:
    with open_house(store_url) as opened:
        opened.hire()
        yield opened


def limited(**concurrency: Any) -> dict[str, Any]:
    return graph([node("work", IN_LOOP)], settings={"concurrency": {"limit": 1, **concurrency}})


def running(house: House) -> list[str]:
    return sorted(each.id for each in house.store.executions.list(status="running").items)


def statuses(house: House, *ids: str) -> list[str]:
    return [house.record(each).status.value for each in ids]


# Concurrency


def test_executions_of_one_key_run_one_after_the_other(house: House) -> None:
    first = house.start(limited())
    house.until_begun("work")
    second, third = house.start(limited()), house.start(limited())
    assert statuses(house, first, second, third) == ["running", "waiting", "waiting"]

    house.steering.opened["work"].set()

    ended = [house.ended(each).record for each in (first, second, third)]
    assert [each.status for each in ended] == ["completed"] * 3
    starts = [each.started_at for each in ended]
    finishes = [each.finished_at for each in ended]
    assert all(begun is not None and done is not None and begun >= done for begun, done in zip(starts[1:], finishes, strict=False))


def test_each_value_of_the_key_has_slots_of_its_own(house: House) -> None:
    by_customer = limited(key="input.customer")

    ids = [house.start(by_customer, input={"customer": name}) for name in ("ann", "bob", "ann", 7)]

    assert statuses(house, *ids) == ["running", "running", "waiting", "running"]


def test_a_start_without_a_value_for_the_key_is_refused_at_its_place(house: House) -> None:
    with pytest.raises(DefinitionError, match=r"settings\.concurrency\.key: the key of the workflow's concurrency"):
        house.start(limited(key="input.customer"), input={})
    with pytest.raises(DefinitionError, match="the key is an object"):
        house.start(limited(key="input"), input={})


def test_a_singleton_refuses_a_second_one(house: House) -> None:
    first = house.start(limited(on_limit="skip"))

    with pytest.raises(ConcurrencyLimitError, match=first):
        house.start(limited(on_limit="skip"))


def test_the_newest_takes_the_place_of_the_oldest(house: House) -> None:
    first = house.start(limited(on_limit="cancel_oldest"))
    house.until_begun("work")

    second = house.start(limited(on_limit="cancel_oldest"))

    assert house.ended(first).error == {"type": "cancelled", "message": f"superseded by {second}"}
    house.steering.opened["work"].set()
    assert house.ended(second).record.status == "completed"


def test_show_and_why_name_who_holds_the_slot(house: House) -> None:
    first = house.start(limited(key="input"), input="ann")
    second = house.start(limited(key="input"), input="ann")

    [item] = house.engine.show(second).waiting_on
    [reason] = house.engine.why(second)

    assert item == {"kind": "slot", "node_id": None, "key": "ann", "limit": 1, "held": 1, "holders": [first]}
    assert reason.sentence == f"It waits for a slot: concurrency 1 of 1 for key 'ann', held by {first}."
    assert f"treadle executions why {first}" in reason.mend


def test_one_that_waits_for_a_slot_or_is_debounced_shows_no_node_as_running(house: House) -> None:
    house.start(limited())
    slot = house.start(limited())
    debounced = house.start(graph([value("say", 0)], settings={"debounce": {"wait": "10m"}}), "late")

    shown = [house.engine.show(each).nodes.values() for each in (slot, debounced)]

    assert [{(node.status, node.visits) for node in nodes} for nodes in shown] == [{("skipped", 0)}] * 2


@pytest.mark.parametrize("how", ["cancel", "complete", "fail"])
def test_one_that_waits_for_a_slot_can_be_ended_and_runs_no_node(house: House, how: str) -> None:
    house.start(limited())
    house.until_begun("work")
    second = house.start(limited())

    match how:
        case "cancel":
            reply = house.engine.cancel(second)
        case "complete":
            reply = house.engine.complete(second, output=1)
        case _:
            reply = house.engine.fail_execution(second, "by hand")

    assert reply.outcome is MessageOutcome.ACCEPTED
    assert house.ended(second).record.status == {"cancel": "cancelled", "complete": "completed", "fail": "failed"}[how]
    assert len(house.steering.calls) == 1


def test_a_retried_execution_waits_for_a_slot_again(house: House) -> None:
    flaky = graph(
        [node("try", "test.flaky", {"fail": 1}), node("work", IN_LOOP)], "try -> work",
        settings={"concurrency": 1, "retry": {"max_attempts": 2, "initial_interval": "10m", "jitter": 0}},
    )  # fmt: skip
    first = house.start(flaky)
    until(lambda: house.record(first).next_retry_at)
    second = house.start(limited())
    house.until_begun("work")

    house.clock.advance(700)

    until(lambda: house.record(first).status == "waiting")
    house.steering.opened["work"].set()
    assert [house.ended(each).record.status for each in (second, first)] == ["completed", "completed"]


def test_a_child_waits_for_a_slot_and_its_parent_for_the_child(house: House) -> None:
    holder = house.start(limited(), "one")
    house.until_begun("work")
    parent = house.start(graph([node("call", "workflow", {"workflow": "one"})]), "caller")
    until(lambda: [each for each in house.store.executions.list(parent=parent).items if each.status == "waiting"])

    house.steering.opened["work"].set()

    assert house.ended(holder).record.status == "completed"
    assert house.ended(parent).record.status == "completed"


# Debounce


def test_starts_shortly_after_each_other_become_one_execution_with_the_last_input(house: House) -> None:
    late = graph([value("say", "{{ input }}")], settings={"debounce": {"wait": "10m", "key": "'k'"}})

    ids = [house.start(late, input=n) for n in (1, 2, 3)]

    assert len(set(ids)) == 1
    assert house.engine.show(ids[0]).waiting_on[0]["kind"] == "time"
    assert "debounced" in house.engine.why(ids[0])[0].sentence
    house.clock.advance(601)
    assert house.ended(ids[0]).output == 3


# Failure workflows


def failing(**settings: Any) -> dict[str, Any]:
    return graph([node("broken", "fail", {"message": "no"})], settings={"on_failure": "repair", **settings})


def repairs(house: House, name: str = "repair") -> list[str]:
    return [each.id for each in house.store.executions.list(workflow=name).items]


def test_a_failure_starts_its_workflow_once_with_what_happened(house: House) -> None:
    house.engine.save_workflow("repair", graph([value("say", "{{ input }}")]))

    failed = house.start(failing(), input={"n": 1})

    [repair] = until(lambda: repairs(house))
    said = house.ended(repair).output
    assert said["execution"] == {"id": failed, "workflow": "w", "version": 1}
    assert (said["error"]["message"], said["input"]) == ("no", {"n": 1})


def test_only_the_final_failure_is_followed(house: House) -> None:
    house.engine.save_workflow("repair", graph([value("say", "{{ input.execution.id }}")]))
    failed = house.start(failing(retry={"max_attempts": 2, "initial_interval": "10m", "jitter": 0}))
    until(lambda: house.record(failed).next_retry_at)
    assert repairs(house) == []

    house.clock.advance(700)

    house.ended(failed)
    assert len(until(lambda: repairs(house))) == 1


def test_a_missing_failure_workflow_is_given_up(house: House, caplog: pytest.LogCaptureFixture) -> None:
    failed = house.start(failing())

    house.ended(failed)

    until(lambda: not house.store.phases.failures_due())
    refusals = [r for r in caplog.records if getattr(r, "event", "") == "failure_not_followed"]
    assert [(r.levelname, failed in r.getMessage()) for r in refusals] == [("ERROR", True)]


def test_a_failure_workflow_that_fails_for_ever_is_stopped(house: House) -> None:
    house.start(failing(), "repair")

    until(lambda: len(repairs(house)) == 21 and not house.store.phases.failures_due() and not running(house))

    assert max(house.record(each).depth for each in repairs(house)) == 20
