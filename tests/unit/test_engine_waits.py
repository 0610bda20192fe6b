"""What ends a parked activity: the first message that fits, or the earliest time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from treadle.domain.activity import ApprovalRequest, ChildRequest, Park, Wait
from treadle.domain.errors import ExpressionError
from treadle.domain.records import InboxRow, MessageKind
from treadle.domain.values import decode, encode
from treadle.engine.waits import ActiveWait, PendingWait, begin_wait, child_id

NOW = datetime(2026, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def message(seq: int, name: str, payload: str = "null", kind: MessageKind = MessageKind.SIGNAL) -> InboxRow:
    return InboxRow("exec-1", seq, kind, f"m-{seq}", name, payload, NOW)


def waiting(*waits: PendingWait, after: int = 0) -> ActiveWait:
    return ActiveWait(waits, after, NOW)


def test_the_first_fitting_message_ends_a_wait() -> None:
    wait = waiting(PendingWait("late", until=NOW), PendingWait("go", signal="go"))
    messages = [message(1, "other"), message(2, "go"), message(3, "go")]

    assert wait.ended_by(messages, {}) == (1, messages[1])
    assert wait.ended_by(messages[:1], {}) is None


def test_the_order_of_messages_comes_before_the_order_of_waits() -> None:
    wait = waiting(PendingWait("a", signal="a"), PendingWait("b", signal="b"))
    messages = [message(1, "b"), message(2, "a")]

    assert wait.ended_by(messages, {}) == (1, messages[0])


@pytest.mark.parametrize(("keep", "seq", "ends"), [(True, 1, True), (False, 1, False), (False, 2, False), (False, 3, True)])
def test_a_wait_that_does_not_keep_ignores_what_was_read_before(keep: bool, seq: int, ends: bool) -> None:
    wait = waiting(PendingWait("w", signal="go", keep=keep), after=2)

    assert (wait.ended_by([message(seq, "go")], {}) is not None) is ends


@pytest.mark.parametrize(("payload", "ends"), [('{"id":7}', True), ('{"id":8}', False)])
def test_a_filter_looks_at_the_payload(payload: str, ends: bool) -> None:
    wait = waiting(PendingWait("w", signal="go", when="payload.id == 7"))

    assert (wait.ended_by([message(1, "go", payload)], {}) is not None) is ends


def test_a_filter_that_raises_is_not_swallowed() -> None:
    wait = waiting(PendingWait("w", signal="go", when="payload.id == 7"))

    with pytest.raises(ExpressionError):
        wait.ended_by([message(1, "go", "[]")], {})


@pytest.mark.parametrize(
    ("wait", "kind"),
    [(PendingWait("w", signal="x"), MessageKind.SIGNAL), (PendingWait("w", approval="x"), MessageKind.DECISION),
     (PendingWait("w", child="x"), MessageKind.CHILD)],
)  # fmt: skip
def test_a_message_ends_only_a_wait_of_its_own_kind(wait: PendingWait, kind: MessageKind) -> None:
    fitting = [other for other in MessageKind if waiting(wait).ended_by([message(1, "x", kind=other)], {}) is not None]

    assert fitting == [kind]


def test_the_earliest_time_is_due_first() -> None:
    wait = waiting(PendingWait("far", until=NOW + 2 * HOUR), PendingWait("sig", signal="s"), PendingWait("near", until=NOW + HOUR))

    assert wait.wake_at == NOW + HOUR
    assert [wait.due(NOW + timedelta(minutes=minutes)) for minutes in (0, 59, 60, 121)] == [None, None, 2, 2]


def test_a_wait_without_a_time_is_never_due() -> None:
    wait = waiting(PendingWait("go", signal="go"))

    assert (wait.wake_at, wait.due(NOW + 9999 * HOUR)) == (None, None)


def test_an_event_says_what_came() -> None:
    wait = waiting(PendingWait("go", signal="go"), PendingWait("late", until=NOW + HOUR))

    came = wait.event(0, message(1, "go", '{"n":1}'), NOW)
    late = wait.event(1, None, NOW + 2 * HOUR)

    assert (came.kind, came.name, came.payload, came.at) == ("signal", "go", {"n": 1}, NOW)
    assert (late.kind, late.name, late.payload, late.at) == ("time", "late", None, NOW + HOUR)


def test_a_wait_survives_the_journal() -> None:
    wait = waiting(
        PendingWait("a", signal="go", when="payload > 1", keep=False),
        PendingWait("b", until=NOW),
        PendingWait("c", approval="appr-1", title="ok?"),
        PendingWait("d", child="exec-2"),
        after=5,
    )

    text = encode(wait.to_json(), limit=10_000, name="wait")

    assert ActiveWait.from_json(decode(text), NOW) == wait


def test_the_same_park_has_the_same_ids_at_every_repetition() -> None:
    park = Park((Wait("decision", approval=ApprovalRequest("ok?")), Wait("child", child=ChildRequest("w")), Wait("due", until=NOW)))

    first = begin_wait(park, address="a#1@1", execution_id="exec-1", after=0, started_at=NOW)
    again = begin_wait(park, address="a#1@1", execution_id="exec-1", after=3, started_at=NOW)
    next_attempt = begin_wait(park, address="a#1@2", execution_id="exec-1", after=0, started_at=NOW)
    next_visit = begin_wait(park, address="a#2@1", execution_id="exec-1", after=0, started_at=NOW)
    elsewhere = begin_wait(park, address="a#1@1", execution_id="exec-2", after=0, started_at=NOW)

    assert first.waits == again.waits
    others = (first, next_attempt, next_visit, elsewhere)
    assert len({wait.waits[0].approval for wait in others}) == len({wait.waits[1].child for wait in others}) == 4
    assert (first.waits[0].title, first.waits[2].until) == ("ok?", NOW)


def test_a_childs_id_sorts_near_its_parent() -> None:
    parent = "exec-019b7d2c4a1ffffffffffffffff"

    assert child_id(parent, "a#1@1/0").startswith("exec-019b7d2c4a1")
    assert len(child_id(parent, "a#1@1/0")) == len(parent) - len("ffffffffffffffff") + 16
