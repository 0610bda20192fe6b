"""Every execution state against every verb: what is answered (T12, T15), and what a worker makes of it afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from engine_house import House, graph, node, open_house, until
from treadle.domain.errors import ConflictError, DefinitionError
from treadle.domain.records import MessageReply
from treadle.domain.states import ExecutionStatus

RETRY_TO_COME = "failed, to be retried"
VERBS = ("cancel", "pause", "resume", "retry", "signal")
STATES = (*(status.value for status in ExecutionStatus), RETRY_TO_COME)
REFUSED = "refused"

ANSWERS: dict[tuple[str, str], str] = {
    ("running", "cancel"): "running",
    ("running", "pause"): "running",
    ("running", "resume"): "running",
    ("running", "retry"): REFUSED,
    ("running", "signal"): "running",
    ("waiting", "cancel"): "waiting",
    ("waiting", "pause"): "waiting",
    ("waiting", "resume"): "waiting",
    ("waiting", "retry"): REFUSED,
    ("waiting", "signal"): "waiting",
    ("paused", "cancel"): "running",
    ("paused", "pause"): "paused",
    ("paused", "resume"): "running",
    ("paused", "retry"): REFUSED,
    ("paused", "signal"): "paused",
    ("completed", "cancel"): REFUSED,
    ("completed", "pause"): REFUSED,
    ("completed", "resume"): REFUSED,
    ("completed", "retry"): REFUSED,
    ("completed", "signal"): REFUSED,
    ("failed", "cancel"): REFUSED,
    ("failed", "pause"): REFUSED,
    ("failed", "resume"): REFUSED,
    ("failed", "retry"): "running",
    ("failed", "signal"): REFUSED,
    ("cancelled", "cancel"): REFUSED,
    ("cancelled", "pause"): REFUSED,
    ("cancelled", "resume"): REFUSED,
    ("cancelled", "retry"): REFUSED,
    ("cancelled", "signal"): REFUSED,
    (RETRY_TO_COME, "cancel"): "running",
    (RETRY_TO_COME, "pause"): "failed",
    (RETRY_TO_COME, "resume"): "failed",
    (RETRY_TO_COME, "retry"): "running",
    (RETRY_TO_COME, "signal"): "failed",
}

BECOMES: dict[tuple[str, str], str] = {
    ("running", "cancel"): "cancelled",
    ("running", "pause"): "paused",
    ("running", "resume"): "waiting",
    ("running", "retry"): "waiting",
    ("running", "signal"): "completed",
    ("waiting", "cancel"): "cancelled",
    ("waiting", "pause"): "paused",
    ("waiting", "resume"): "waiting",
    ("waiting", "retry"): "waiting",
    ("waiting", "signal"): "completed",
    ("paused", "cancel"): "cancelled",
    ("paused", "pause"): "paused",
    ("paused", "resume"): "waiting",
    ("paused", "retry"): "paused",
    ("paused", "signal"): "paused",
    ("failed", "retry"): "waiting",
    (RETRY_TO_COME, "cancel"): "cancelled",
    (RETRY_TO_COME, "retry"): "waiting",
}
"""Once a worker has looked at it; where nothing stands, it stays as it was."""


@pytest.fixture
def house(store_url: str) -> Iterator[House]:
    with open_house(store_url) as opened:
        yield opened


def given(house: House, state: str) -> str:
    """An execution in that state and no worker; it fails once in the states that failed, and waits for `go` in the end."""
    settings = {"retry": {"max_attempts": 2, "initial_interval": "1d"}} if state == RETRY_TO_COME else None
    failures = 1 if state in ("failed", RETRY_TO_COME) else 0
    door = graph(
        [node("try", "test.flaky", {"fail": failures}), node("door", "signal.wait", {"signal": "go"})],
        "try -> door",
        settings=settings,
    )
    started = house.start(door)
    if state == "running":
        return started
    worker = house.hire()
    if failures == 0:
        house.until_parked(started)
        reach: dict[str, Callable[[], object]] = {
            "paused": lambda: house.engine.pause(started),
            "completed": lambda: house.engine.signal(started, "go"),
            "cancelled": lambda: house.engine.cancel(started),
        }
        reach.get(state, lambda: None)()
    house.until_status(started, "failed" if failures else state)
    house.dismiss(worker)
    return started


def say(house: House, verb: str, execution_id: str) -> MessageReply:
    verbs: dict[str, Callable[[], MessageReply]] = {
        "cancel": lambda: house.engine.cancel(execution_id),
        "pause": lambda: house.engine.pause(execution_id),
        "resume": lambda: house.engine.resume(execution_id),
        "retry": lambda: house.engine.retry(execution_id),
        "signal": lambda: house.engine.signal(execution_id, "go"),
    }
    return verbs[verb]()


def test_the_tables_name_every_state_and_verb() -> None:
    assert set(ANSWERS) == {(state, verb) for state in STATES for verb in VERBS}


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("state", STATES)
def test_each_state_answers_each_verb(house: House, state: str, verb: str) -> None:
    execution_id = given(house, state)
    before = house.record(execution_id)

    if ANSWERS[state, verb] == REFUSED:
        with pytest.raises(ConflictError) as refused:
            say(house, verb, execution_id)
        assert refused.value.state == before.status.value
        assert house.record(execution_id) == before
    else:
        reply = say(house, verb, execution_id)
        assert reply.status == house.record(execution_id).status == ANSWERS[state, verb]
        assert house.record(execution_id).inbox_seq == before.inbox_seq + 1
    house.hire()
    marker = house.start(graph([node("x")]), "marker")
    house.ended(marker)
    until(lambda: house.record(execution_id).status == BECOMES.get((state, verb), before.status))
    until(lambda: house.record(execution_id).owner is None)


@pytest.mark.parametrize("name", ["a/b", "..", "."])
def test_a_name_that_no_address_can_hold_is_refused(house: House, name: str) -> None:
    with pytest.raises(DefinitionError, match="cannot stand in an address"):
        house.engine.save_workflow(name, graph([node("a")]))
