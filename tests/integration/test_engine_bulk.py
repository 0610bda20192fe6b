"""Many executions steered at once: whom it reaches, whom not, and what a repetition does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine_house import IN_LOOP, House, graph, node, open_house, until, value
from treadle.domain.errors import DefinitionError, StoreUnavailableError
from treadle.domain.execution_filter import ExecutionFilter
from treadle.domain.records import Message, MessageReply
from treadle.domain.search import parse_search
from treadle.domain.selection import Selection
from treadle.engine.bulk import Action, Order
from treadle.engine.engine import WorkflowEngine
from treadle.engine.system import LocalWakeup, RandomIds

DOOR = graph([node("door", "signal.wait", {"signal": "open"}), value("end", "{{ nodes.door.output }}")], "door -> end")
FAILS = graph([node("a", "test.flaky", {"fail": 1})])
UNDONE = graph(
    [value("a", 0, compensate={"type": "noop"}), node("bad", "fail", {"message": "no"})], "a -> bad",
)  # fmt: skip
OPEN = Order(Action.SIGNAL, name="open", payload=7)


@pytest.fixture
def house(store_url: str) -> Iterator[House]:
    with open_house(store_url) as opened:
        opened.hire()
        yield opened


def of(workflow: str) -> Selection:
    return Selection(ExecutionFilter(workflows=(workflow,)))


def waiting(house: House, count: int, name: str = "door") -> list[str]:
    started = [house.start(DOOR, name) for _ in range(count)]
    for execution_id in started:
        house.until_parked(execution_id)
    return started


def statuses(house: House, ids: list[str]) -> set[str]:
    return {house.record(execution_id).status.value for execution_id in ids}


def test_a_signal_reaches_every_open_execution_of_a_workflow_and_no_other(house: House) -> None:
    ours, others = waiting(house, 3), waiting(house, 1, "other")
    ended = house.run(graph([value("a", 1)]), "door_before")

    steered = house.engine.bulk(OPEN, of("door"))

    assert (steered.matched, steered.done, steered.refused_count, steered.next) == (3, 3, 0, None)
    assert [house.ended(execution_id).output for execution_id in ours] == [7, 7, 7]
    assert statuses(house, others) == {"waiting"}
    assert ended.record.status == "completed"


def test_only_those_that_wait_for_the_signal_now_are_told_when_that_is_asked(house: House) -> None:
    [waits] = waiting(house, 1)
    works = house.start(graph([node("work", IN_LOOP), node("door", "signal.wait", {"signal": "open"})], "work -> door"), "works")
    house.until_begun("work")
    only_waiting = Order(Action.SIGNAL, name="open", waiting=True)

    dry = house.engine.bulk(only_waiting, Selection(), dry_run=True)
    steered = house.engine.bulk(only_waiting, Selection())

    assert (dry.matched, dry.done) == (1, 0)
    assert (steered.matched, steered.done) == (1, 1)
    assert house.ended(waits).record.status == "completed"
    assert house.record(works).inbox_seq == 0


def test_the_same_signal_id_counts_once_in_each_execution(house: House) -> None:
    twice = graph([node("one", "signal.wait", {"signal": "go"}), node("two", "signal.wait", {"signal": "go"})], "one -> two")
    started = [house.start(twice) for _ in range(2)]
    go = Order(Action.SIGNAL, name="go", key="s-1")

    first, again = (house.engine.bulk(go, Selection()) for _ in range(2))
    until(lambda: all(house.engine.show(each).nodes["two"].status == "waiting" for each in started))

    assert (first.done, again.done) == (2, 2)
    assert [house.record(each).inbox_seq for each in started] == [1, 1]


@pytest.mark.parametrize(
    ("action", "then"), [(Action.PAUSE, "paused"), (Action.CANCEL, "cancelled"), (Action.SIGNAL, "completed")]
)
def test_each_action_comes_about_in_each_execution(house: House, action: Action, then: str) -> None:
    started = waiting(house, 2)

    steered = house.engine.bulk(Order(action, reason="all of it", name="open"), of("door"))

    assert steered.done == 2
    for execution_id in started:
        house.until_status(execution_id, then)


def test_what_was_paused_is_resumed_and_what_failed_is_retried(house: House) -> None:
    paused, untouched = waiting(house, 2)
    house.engine.pause(paused)
    house.until_status(paused, "paused")
    failed = house.run(FAILS, "fails").record.id

    resumed = house.engine.bulk(Order(Action.RESUME), Selection())
    retried = house.engine.bulk(Order(Action.RETRY), Selection())

    assert (resumed.matched, retried.matched) == (1, 1)
    house.until_parked(paused)
    assert house.ended(failed).record.status == "completed"
    assert house.record(untouched).inbox_seq == 0


def test_who_cannot_be_told_is_named_with_its_state_before_and_after(house: House) -> None:
    [waits] = waiting(house, 1)
    ended = house.run(graph([value("a", 1)])).record.id
    undone = house.run(UNDONE, "undone").record.id
    named = Selection(ids=(waits, ended, undone, "exec-none", waits))

    dry = house.engine.bulk(Order(Action.RETRY), named, dry_run=True)
    retried = house.engine.bulk(Order(Action.RETRY), named)

    expected = [(waits, "waiting"), (ended, "completed"), (undone, "failed"), ("exec-none", "not_found")]
    assert [(each.id, each.state) for each in retried.refused] == expected
    assert [(each.id, each.state) for each in dry.refused] == expected
    assert (retried.matched, retried.done, retried.refused_count) == (3, 0, 4)
    assert "start it anew" in retried.refused[2].detail


def test_a_call_goes_as_far_as_its_limit_and_the_next_goes_on_there(house: House) -> None:
    started = waiting(house, 5)
    told: list[int] = []
    cursor = None

    for _ in range(3):
        steered = house.engine.bulk(Order(Action.PAUSE), of("door"), limit=2, cursor=cursor)
        told.append(steered.done)
        cursor = steered.next

    assert (told, cursor) == ([2, 2, 1], None)
    assert [house.record(each).inbox_seq for each in started] == [1] * 5


def test_ids_are_gone_through_in_pages_too(house: House) -> None:
    started = tuple(waiting(house, 3))

    first = house.engine.bulk(OPEN, Selection(ids=started), limit=2)
    rest = house.engine.bulk(OPEN, Selection(ids=started), limit=2, cursor=first.next)

    assert (first.done, rest.done, rest.next) == (2, 1, None)


def test_a_request_that_broke_off_is_repeated_and_nobody_is_told_twice(house: House) -> None:
    failed = [house.run(graph([node("a", "test.flaky", {"fail": 3})]), "fails").record.id for _ in range(3)]
    retry = Order(Action.RETRY, key="monday")
    breaking = BreaksOff(house)

    with pytest.raises(StoreUnavailableError):
        breaking.bulk(retry, of("fails"))
    told = [each for each in failed if house.record(each).inbox_seq]
    for execution_id in told:
        house.ended(execution_id)
    again = house.engine.bulk(retry, of("fails"))

    assert len(told) == 2
    assert again.done == 3
    for execution_id in failed:
        assert house.ended(execution_id).record.attempt == 2


def test_a_search_that_leaves_some_out_means_those_that_the_action_fits(house: House) -> None:
    [waits] = waiting(house, 1)
    failed = house.run(FAILS, "fails").record.id
    ended = house.run(graph([value("a", 1)])).record.id

    def told(search: str) -> list[int]:
        steered = house.engine.bulk(Order(Action.CANCEL), Selection(parse_search(search, now=house.store.now)), dry_run=True)
        return [steered.matched, steered.refused_count]

    assert told("-status:paused") == told("") == [1, 0]
    assert told("status:failed") == told("status:completed") == told("status:finished -status:failed") == [1, 1]
    assert {waits, failed, ended} == {each.id for each in house.store.executions.list().items}


def test_what_ends_while_many_are_cancelled_is_refused_with_its_end_and_the_rest_is_cancelled(house: House) -> None:
    house.engine.save_workflow("quick", graph([node("a"), node("b"), node("c")], "a -> b", "b -> c"))
    started = tuple(house.engine.create("quick").id for _ in range(60))

    steered = house.engine.bulk(Order(Action.CANCEL), Selection(ids=started))

    refused = {each.id: each.state for each in steered.refused}
    assert steered.matched == steered.done + steered.refused_count == 60
    for execution_id in started:
        assert house.ended(execution_id).record.status == refused.get(execution_id, "cancelled")


class BreaksOff(WorkflowEngine):
    """The connection breaks after the second message."""

    def __init__(self, house: House) -> None:
        super().__init__(house.store, house.registry, ids=RandomIds(), wakeup=LocalWakeup())
        self._sent = 0

    def _send(self, message: Message) -> MessageReply:
        reply = super()._send(message)
        self._sent += 1
        if self._sent == 2:
            raise StoreUnavailableError("the line is dead")
        return reply


@pytest.mark.parametrize(
    ("order", "selection", "limit", "path"),
    [
        (OPEN, Selection(ExecutionFilter(workflows=("x",)), ids=("a",)), 10, "ids"),
        (OPEN, Selection(ids=("a",) * 10_001), 10, "ids"),
        (OPEN, Selection(), 10_001, "limit"),
        (OPEN, Selection(), 0, "limit"),
        (Order(Action.SIGNAL), Selection(), 10, "signal"),
        (Order(Action.SIGNAL, name="a/b"), Selection(), 10, "signal"),
        (Order(Action.SIGNAL, name="a", key=" "), Selection(), 10, "signal_id"),
        (Order(Action.PAUSE, key=""), Selection(), 10, "idempotency_key"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_anybody_is_told(
    house: House, order: Order, selection: Selection, limit: int, path: str
) -> None:
    with pytest.raises(DefinitionError) as refused:
        house.engine.bulk(order, selection, limit=limit)

    assert [finding.path for finding in refused.value.findings] == [path]
