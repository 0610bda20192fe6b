"""People, messages and time at the same instant: there is exactly one winner, nothing is lost, and who lost is told."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from approval_steps import asked, asking
from engine_house import PATIENCE, House, graph, node, open_house, until, value
from treadle.domain.errors import ConflictError
from treadle.domain.records import MessageReply

HOUR, DAY = 3600.0, 86_400.0
EIGHT = range(8)


@pytest.fixture
def house(store_url: str) -> Iterator[House]:
    with open_house(store_url) as opened:
        yield opened


def at_once(*calls: Callable[[], MessageReply | None]) -> list[str]:
    """What each was answered: the outcome, or the state that won. All begin at the same moment."""
    barrier = threading.Barrier(len(calls))
    answers = [""] * len(calls)

    def call(index: int) -> None:
        barrier.wait(PATIENCE)
        try:
            reply = calls[index]()
        except ConflictError as error:
            answers[index] = f"too late: {error.state}"
        else:
            answers[index] = str(reply.outcome) if reply is not None else "done"

    threads = [threading.Thread(target=call, args=(index,)) for index in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert "" not in answers
    return answers


def signals(house: House, execution_id: str, name: str, payloads: Sequence[Any], ids: Sequence[str]) -> list[Callable[[], MessageReply]]:
    def one(payload: Any, signal_id: str) -> Callable[[], MessageReply]:
        return lambda: house.engine.signal(execution_id, name, payload, signal_id=signal_id)

    return [one(payload, signal_id) for payload, signal_id in zip(payloads, ids, strict=True)]


# Doubled and early


@pytest.mark.parametrize("parked", [True, False])
def test_one_signal_sent_by_eight_at_once_counts_once(house: House, parked: bool) -> None:
    twice = graph([node("one", "signal.wait", {"signal": "go"}), node("two", "signal.wait", {"signal": "go"})], "one -> two")
    if parked:
        house.hire()
    for number in range(5):
        started = house.start(twice)
        if parked:
            house.until_parked(started)

        answers = at_once(*signals(house, started, "go", EIGHT, [f"s-{number}"] * 8))

        assert Counter(answers) == {"accepted": 1, "duplicate": 7}
        assert house.record(started).inbox_seq == 1
    house.hire()
    for record in house.store.executions.list().items:
        until(lambda: house.engine.show(record.id).nodes["two"].status == "waiting")  # noqa: B023 - called at once
        assert len(house.outputs(record.id, "one")) == 1


def test_signals_sent_by_eight_at_once_before_anything_waits_are_all_taken_in_their_order(house: House) -> None:
    ask = graph([node("ask", "signal.wait", {"signal": "go"})])
    started = house.start(graph([node("loop", "repeat", {"max": 8, "graph": ask})]))

    answers = at_once(*signals(house, started, "go", EIGHT, [f"s-{each}" for each in EIGHT]))
    sent = [message.payload_json for message in house.store.ownership.inbox(started, after=0)]
    house.hire()
    house.ended(started)

    assert set(answers) == {"accepted"}
    assert [str(output) for output in house.outputs(started, "ask")] == sent
    assert sorted(sent) == [str(each) for each in EIGHT]


# Signals and time


TWO_DOORS = graph(
    [node("door", "signal.wait", {"signal": "open", "timeout": "1h"}), node("second", "signal.wait", {"signal": "open"}),
     value("came", ["in time", "{{ nodes.door.output }}"]), value("late", ["late", "{{ nodes.second.output }}"])],
    "door -> came", "door.timeout -> second", "second -> late",
)  # fmt: skip


def test_a_signal_at_the_instant_of_its_time_out_is_taken_by_one_of_the_two_and_never_lost(house: House) -> None:
    house.hire()
    winners: Counter[str] = Counter()
    for _ in range(6):
        started = [house.start(TWO_DOORS) for _ in range(6)]
        for execution_id in started:
            house.until_parked(execution_id)

        told: dict[str, datetime] = {}

        answers = at_once(lambda: house.clock.advance(HOUR), *(opening(house, execution_id, told) for execution_id in started))

        assert Counter(answers) == {"done": 1, "accepted": len(started)}
        for execution_id in started:
            winner, payload = house.ended(execution_id).output
            assert payload == execution_id
            winners[winner] += 1
            _assert_the_first_one_won(house, execution_id, told)
    assert sum(winners.values()) == 36


def opening(house: House, execution_id: str, told: dict[str, datetime]) -> Callable[[], MessageReply]:
    """Sends the signal, and notes when it was known to be accepted."""
    def send() -> MessageReply:
        reply = house.engine.signal(execution_id, "open", execution_id)
        told[execution_id] = house.clock.now()
        return reply

    return send


def _assert_the_first_one_won(house: House, execution_id: str, told: Mapping[str, datetime]) -> None:
    """A time-out counts only if it was decided before anybody could know that the signal was accepted."""
    [door] = [row for row in house.rows(execution_id, "door") if row.kind == "done"]
    if door.port == "timeout":
        assert door.finished_at is not None
        assert told[execution_id] >= door.finished_at


def test_a_signal_after_the_end_by_time_is_told_so(house: House) -> None:
    timed = graph([node("door", "signal.wait", {"signal": "open", "timeout": "1h"}), value("late", 1)], "door.timeout -> late")
    house.hire()
    for _ in range(6):
        started = house.start(timed)
        house.until_parked(started)

        told: dict[str, datetime] = {}

        [_, answer] = at_once(lambda: house.clock.advance(HOUR), opening(house, started, told))

        ended = house.ended(started)
        if answer != "accepted":
            assert (answer, ended.output) == ("too late: completed", 1)
        elif ended.output == 1:
            _assert_the_first_one_won(house, started, told)
        else:
            assert ended.output == started


# Everything at once


RACE = graph(
    [node("race", "wait_any", {"any": [
        {"port": "paid", "signal": "paid"}, {"port": "decided", "approval": {"title": "Waive?"}}, {"port": "late", "duration": "1h"},
     ]}), *[value(port, port) for port in ("paid", "decided", "late")]],
    "race.paid -> paid", "race.decided -> decided", "race.late -> late",
)  # fmt: skip


def test_of_a_signal_a_decision_a_cancel_and_time_exactly_one_decides(house: House) -> None:
    house.hire()
    for _ in range(12):
        started = house.start(RACE)
        approval = asked(house, started)

        paid, ann, cancelled, _ = at_once(
            *signals(house, started, "paid", [1], ["s"]),
            lambda: house.engine.decide(approval.id, "approved", by="ann"),  # noqa: B023 - called at once
            lambda: house.engine.cancel(started),  # noqa: B023
            lambda: house.clock.advance(HOUR),
        )
        ended = house.ended(started)

        assert len([row for row in house.rows(started, "race") if row.kind in ("done", "cancelled")]) == 1
        if cancelled == "accepted":
            assert ended.record.status == "cancelled"
        else:
            assert ended.record.status == "completed"
            assert cancelled == "too late: completed"
        if ended.output == "paid":
            assert paid == "accepted"
        if ended.output == "decided":
            assert ann == "accepted"
        closed = house.store.executions.approval(approval.id).status
        assert closed == ("decided" if ann == "accepted" else "expired")
        assert ann in ("accepted", f"too late: {closed}", "too late: cancelled", "too late: completed")


def test_a_message_that_came_before_another_ends_the_wait(house: House) -> None:
    """Both lie in the inbox when an owner looks: the first one wins, whatever their kinds."""
    house.hire()
    for first in ("signal", "decision"):
        started = house.start(RACE)
        approval = asked(house, started)
        house.engine.pause(started)
        house.until_status(started, "paused")
        steps: list[Callable[[], object]] = [
            lambda: house.engine.signal(started, "paid"),  # noqa: B023 - called at once
            lambda: house.engine.decide(approval.id, "approved", by="ann"),  # noqa: B023
        ]

        for step in steps if first == "signal" else reversed(steps):
            step()
        house.clock.advance(HOUR)
        house.engine.resume(started)

        assert house.ended(started).output == ("paid" if first == "signal" else "decided")


# People


def test_an_approval_that_eight_people_decide_at_once_has_one_decision(house: House) -> None:
    house.hire()
    for _ in range(5):
        started = house.start(asking())
        approval = asked(house, started)
        people = [(f"p{each}", "approved" if each % 2 else "rejected") for each in EIGHT]

        def decision(name: str, port: str, approval_id: str = approval.id) -> Callable[[], MessageReply]:
            return lambda: house.engine.decide(approval_id, port, by=name)

        answers = at_once(*(decision(name, port) for name, port in people))
        port, output = house.ended(started).output

        [winner] = [person for person, answer in zip(people, answers, strict=True) if answer == "accepted"]
        assert Counter(answers) == {"accepted": 1, "too late: decided": 7}
        assert (output["by"], port) == winner
        assert [event.by for event in house.store.approvals.events(approval.id) if event.kind == "decided"] == [winner[0]]


def test_two_of_eight_who_agree_are_enough_and_nobody_counts_twice(house: House) -> None:
    house.hire()
    names = [f"p{each}" for each in EIGHT]
    for _ in range(5):
        started = house.start(asking(assignees=names, required=2))
        approval = asked(house, started)

        def approve(name: str, approval_id: str = approval.id) -> Callable[[], MessageReply]:
            return lambda: house.engine.decide(approval_id, "approved", by=name)

        answers = at_once(*(approve(name) for name in names), *(approve(name) for name in names))
        _, output = house.ended(started).output

        counted = [event.by for event in house.store.approvals.events(approval.id) if event.kind == "decided"]
        assert len(counted) == len(set(counted)) == 2
        assert Counter(answers)["accepted"] == 2
        assert {each["by"] for each in output["decisions"]} == set(counted)


def test_a_decision_at_the_instant_of_its_expiry_is_counted_or_refused(house: House) -> None:
    house.hire()
    for _ in range(10):
        started = house.start(asking(due="2d"))
        approval = asked(house, started)

        answer, _ = at_once(
            lambda: house.engine.decide(approval.id, "approved", by="ann"),  # noqa: B023 - called at once
            lambda: house.clock.advance(2 * DAY),
        )
        port = house.ended(started).output[0]

        assert (answer, port) in [("accepted", "approved"), ("too late: expired", "expired"), ("too late: completed", "expired")]
        assert house.store.executions.approval(approval.id).status == ("decided" if port == "approved" else "expired")


# Weeks


def test_waits_of_weeks_survive_every_worker_and_keep_their_times(house: House) -> None:
    weeks = graph(
        [node("rest", "wait", {"duration": "21d"}),
         node("ask", "approval", {"title": "Go on?", "due": "14d", "on_due": "reject"}),
         node("door", "signal.wait", {"signal": "open", "timeout": "70d"}), value("late", "late"), value("came", "came")],
        "rest -> ask", "ask.rejected -> door", "door.timeout -> late", "door -> came",
    )  # fmt: skip
    begun = house.clock.now()
    started = house.start(weeks)
    for day in range(0, 105, 7):
        worker = house.hire()
        house.until_parked(started)
        expected = "rest" if day < 21 else "ask" if day < 35 else "door"
        until(lambda: house.engine.show(started).nodes[expected].status == "waiting")  # noqa: B023 - called at once
        if day % 2:
            house.evict_all()
        house.dismiss(worker)
        house.clock.advance(7 * DAY)
    house.hire()
    ended = house.ended(started)

    assert ended.output == "late"
    finished = {row.node_id: row.finished_at - begun for row in house.journal(started) if row.kind == "done" and row.finished_at}
    for node_id, days in (("rest", 21), ("ask", 35), ("door", 105)):
        assert timedelta(days=days) <= finished[node_id] < timedelta(days=days, hours=1)
    assert house.record(started).crashes == 0
