"""A cancel in every state that an execution can be in, and what it leaves behind."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import situations as given
from engine_house import House, open_house, until
from situations import OPEN, OVER, Situation, name_of
from store_steps import NEW_WORKER
from treadle.domain.errors import ConflictError
from treadle.domain.states import ACTIVE_ACTIVITY, TERMINAL

LASTING = (given.it_undoes_what_it_has_done, given.its_end_waits_for_a_child)
"""What must come about before the end all the same: tests of their own say how it is cancelled."""


@pytest.fixture
def house(store_url: str) -> Iterator[House]:
    with open_house(store_url) as opened:
        yield opened


@pytest.mark.parametrize("situation", [each for each in OPEN if each not in LASTING], ids=name_of)
def test_an_accepted_cancel_ends_it_and_all_that_belongs_to_it(house: House, situation: Situation) -> None:
    execution_id = situation(house)

    reply = house.engine.cancel(execution_id, reason="enough")
    # The silent worker is given up by hand, as `why` says; a living one takes over.
    house.store.workers.evict(NEW_WORKER.id)
    house.hire()
    ended = house.ended(execution_id)

    assert reply.outcome == "accepted"
    assert (ended.record.status, ended.waiting_on) == ("cancelled", ())
    assert {state.status for state in ended.nodes.values()} & {str(each) for each in ACTIVE_ACTIVITY} == set()
    assert ended.record.next_retry_at is None
    assert house.store.executions.approvals(execution_id=execution_id, status="open").items == ()
    until(lambda: all(each.status in TERMINAL for each in house.store.executions.list(parent=execution_id).items))
    assert house.engine.why(execution_id)[0].kind == "cancelled"


@pytest.mark.parametrize("situation", OVER, ids=name_of)
def test_a_cancel_after_the_end_is_told_the_state_that_won(house: House, situation: Situation) -> None:
    execution_id = situation(house)
    before = house.record(execution_id)

    with pytest.raises(ConflictError) as refused:
        house.engine.cancel(execution_id)

    assert refused.value.state == before.status
    assert house.record(execution_id) == before


def test_what_is_being_undone_is_undone_to_its_end_unless_it_is_cancelled_twice(house: House) -> None:
    execution_id = given.it_undoes_what_it_has_done(house)

    house.engine.cancel(execution_id)
    until(lambda: "cancelled" in house.engine.why(execution_id)[0].sentence)
    mend = house.engine.why(execution_id)[0].mend
    house.engine.cancel(execution_id)
    ended = house.ended(execution_id)

    assert f"treadle executions cancel {execution_id}" in mend
    assert (ended.record.status, ended.error["compensated"]["skipped"]) == ("cancelled", ["slow"])


def test_the_slot_of_a_cancelled_execution_goes_to_the_next_in_line(house: House) -> None:
    second = given.it_waits_for_a_slot(house)
    [first] = [each.id for each in house.store.executions.list(workflow="limited").items if each.id != second]

    house.engine.cancel(first)

    house.until_parked(second)
    until(lambda: not house.record(second).held_back)
    assert house.record(first).status in ("running", "cancelled")
