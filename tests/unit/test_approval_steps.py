"""What an approval does as time passes, worked out anew at each step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from treadle.activities.approval import Approval, approval_ports
from treadle.activities.approval_steps import Step, steps_of
from treadle.domain.activity import Context, Done, Event, Park
from treadle.domain.errors import Fatal

START = datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
CONTEXT = Context(execution_id="exec-1", workflow="w", node_id="n", scope="", visit=1, attempt=1, now=START)
ALL = {
    "title": "Go?", "due": "10h", "assignees": ["ann"], "groups": ["finance"], "escalate": {"after": "5h", "to": ["eve"]},
    "reminders": [{"after": "2h"}, {"before_due": "2h"}],
}  # fmt: skip


def came(config: Mapping[str, Any], name: str, *, hours: float, now: float | None = None) -> Done | Park:
    """What follows when that step ends the park; `now` is when it is noticed."""
    at = START + hours * HOUR
    event = Event(wait=1, name=name, kind="time", payload=None, at=at, since=START)
    return Approval().resume(replace(CONTEXT, now=at if now is None else START + now * HOUR), config, event)


def left(parked: Done | Park) -> list[tuple[str, float]]:
    """The times a park still waits for, in hours after the start."""
    assert isinstance(parked, Park)
    return [(wait.name, (wait.until - START) / HOUR) for wait in parked.waits if wait.until is not None]


def told(parked: Done | Park) -> list[str]:
    assert isinstance(parked, Park)
    assert parked.waits[0].approval is not None
    return [notice.kind for notice in parked.waits[0].approval.notices]


def people(parked: Done | Park) -> tuple[tuple[str, ...], tuple[str, ...]]:
    assert isinstance(parked, Park)
    assert parked.waits[0].approval is not None
    return parked.waits[0].approval.assignees, parked.waits[0].approval.groups


def test_all_steps_are_waited_for_from_the_start_and_only_the_last_is_what_it_is_due_at() -> None:
    parked = Approval().run(CONTEXT, ALL)

    assert left(parked) == [("reminded", 2), ("escalated", 5), ("reminded", 8), ("due", 10)]
    assert [wait.name for wait in parked.waits if not wait.passing] == ["decision", "due"]
    assert told(parked) == []


def test_a_step_that_decides_nothing_asks_the_same_for_what_is_left() -> None:
    parked = came(ALL, "reminded", hours=2)

    assert (left(parked), told(parked)) == ([("escalated", 5), ("reminded", 8), ("due", 10)], ["reminded"])
    assert people(parked) == (("ann",), ("finance",))


def test_after_the_escalation_others_are_asked_for_good() -> None:
    escalated, later = came(ALL, "escalated", hours=5), came(ALL, "reminded", hours=8)

    assert (left(escalated), told(escalated)) == ([("reminded", 8), ("due", 10)], ["escalated"])
    assert (left(later), told(later)) == ([("due", 10)], ["reminded"])
    assert people(escalated) == people(later) == (("eve",), ())


def test_steps_that_are_noticed_late_are_dealt_with_together() -> None:
    parked = came(ALL, "reminded", hours=2, now=9)

    assert (left(parked), sorted(told(parked))) == ([("due", 10)], ["escalated", "reminded"])
    assert people(parked) == (("eve",), ())


def test_what_was_due_meanwhile_ends_it() -> None:
    done = came(ALL, "reminded", hours=2, now=11)

    assert isinstance(done, Done)
    assert done.port == "expired"


def test_a_due_time_that_escalates_gives_others_as_long_again() -> None:
    config = {"title": "Go?", "due": "10h", "on_due": "escalate", "escalate": {"to": ["eve"]}}

    parked, escalated, done = Approval().run(CONTEXT, config), came(config, "escalated", hours=10), came(config, "due", hours=20)

    assert [wait.name for wait in parked.waits if not wait.passing] == ["decision", "escalated", "due"]
    assert (left(escalated), people(escalated)) == ([("due", 20)], (("eve",), ()))
    assert isinstance(done, Done)
    assert done.port == "expired"


def test_it_is_told_at_the_start_only_where_somebody_wants_to_know() -> None:
    assert told(Approval().run(CONTEXT, {"title": "Go?", "notify": "tell"})) == ["opened"]


def test_reminders_before_the_start_are_left_out() -> None:
    steps = steps_of(START, {"due": "1h", "reminders": [{"before_due": "2h"}, {"before_due": "30m"}]})

    assert steps == [Step(START + HOUR / 2, "reminded", passing=True), Step(START + HOUR, "due")]


def test_an_end_beyond_the_calendar_is_refused() -> None:
    with pytest.raises(Fatal, match=r"config\.due: ends after the year 9999"):
        steps_of(datetime.max.replace(tzinfo=UTC), {"due": "1d"})


@pytest.mark.parametrize(("config", "ports"), [
    ({}, ("approved", "rejected", "expired")),
    ({"outcomes": [{"port": "b"}, {"port": "a"}, {"port": "b"}]}, ("b", "a", "expired")),
    ({"outcomes": "{{ input.outcomes }}"}, ("approved", "rejected", "expired")),
    ({"outcomes": [{"port": 7}, None, {}]}, ("approved", "rejected", "expired")),
])  # fmt: skip
def test_the_ports_are_the_outcomes_and_expired(config: Mapping[str, Any], ports: tuple[str, ...]) -> None:
    assert approval_ports(config) == ports
