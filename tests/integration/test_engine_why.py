"""In every state and kind of waiting `why` says the cause and what would mend it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import situations as given
from engine_house import House, open_house
from situations import OPEN, OVER, Situation, name_of


@pytest.fixture
def house(store_url: str) -> Iterator[House]:
    with open_house(store_url) as opened:
        yield opened


KINDS: dict[Situation, tuple[str, ...]] = {
    given.nobody_works: ("no_worker",),
    given.nobody_serves_its_queue: ("no_worker",),
    given.every_worker_is_full: ("queued",),
    given.every_worker_drains: ("draining",),
    given.nobody_has_the_node_type: ("no_node_type", "queued"),
    given.a_coroutine_runs: ("owned",),
    given.a_thread_runs: ("owned",),
    given.a_handler_hangs: ("owned",),
    given.its_worker_is_silent: ("owned",),
    given.its_worker_is_gone: ("lease_over",),
    given.it_has_crashed_its_workers: ("no_node_type", "suspect"),
    given.it_is_to_pause: ("owned", "pausing"),
    given.it_undoes_what_it_has_done: ("undoing", "signal"),
    given.it_was_asked_and_its_worker_is_silent: ("owned", "asked"),
    given.it_waits_for_time: ("time",),
    given.it_waits_for_a_signal: ("signal",),
    given.it_waits_for_a_decision: ("approval",),
    given.it_waits_for_several_decisions: ("approval",),
    given.it_waits_for_the_first_of_several: ("signal", "time", "approval"),
    given.it_waits_for_a_child: ("child",),
    given.its_end_waits_for_a_child: ("child",),
    given.it_waits_for_a_nodes_retry: ("retry",),
    given.it_waits_for_its_place_in_a_rate: ("map", "rate"),
    given.it_waits_for_a_mutex: ("signal", "slot"),
    given.it_waits_at_a_gate: ("signal", "gate"),
    given.it_waits_at_a_join: ("signal", "join"),
    given.it_waits_in_a_map: ("map", "signal", "signal"),
    given.it_waits_in_a_loop: ("signal",),
    given.it_waits_for_a_slot: ("slot",),
    given.it_is_debounced: ("time",),
    given.it_waits_and_every_worker_is_gone: ("no_worker", "time"),
    given.it_was_told_something_that_nobody_reads: ("no_worker", "unread", "signal"),
    given.it_is_paused: ("paused",),
    given.its_retry_is_to_come: ("retry",),
    given.it_is_completed: ("completed",),
    given.it_is_cancelled: ("cancelled",),
    given.it_has_failed: ("failed",),
    given.it_has_failed_and_was_undone: ("failed",),
}
NOTHING_TO_MEND = {"completed", "cancelled", "map"}


@pytest.mark.parametrize("situation", [*OPEN, *OVER], ids=name_of)
def test_why_says_the_cause_and_what_mends_it(house: House, situation: Situation) -> None:
    execution_id = situation(house)

    reasons = house.engine.why(execution_id)

    assert tuple(reason.kind for reason in reasons) == KINDS[situation]
    for reason in reasons:
        assert reason.sentence.endswith(".") or reason.kind == "failed"
        assert reason.mend or reason.kind in NOTHING_TO_MEND


@pytest.mark.parametrize(
    ("situation", "words"),
    [
        (given.nobody_serves_its_queue, ("'default'", "1 serve other", "treadle worker --queue default")),
        (given.every_worker_is_full, ("1 of 1", "WORKFLOW_WORKER_CONCURRENCY")),
        (given.nobody_has_the_node_type, ("'for_each'", "TREADLE_ACTIVITIES")),
        (given.its_worker_is_silent, ("Worker a (host-1, pid 42)", "lease ends in 4", "treadle workers evict a")),
        (given.its_worker_is_gone, ("ran out", "no worker is alive", "treadle worker --queue default")),
        (given.it_has_crashed_its_workers, ("2 workers along", "only run alone")),
        (given.it_waits_for_a_slot, ("concurrency 1 of 1, held by exec-", "settings.concurrency.limit")),
        (given.it_waits_and_every_worker_is_gone, ("No worker serves", "when its time comes")),
        (given.it_was_asked_and_its_worker_is_silent, ("asked to cancel", "treadle workers evict a")),
    ],
    ids=lambda each: name_of(each) if callable(each) else None,
)
def test_why_names_who_and_what(house: House, situation: Situation, words: tuple[str, ...]) -> None:
    execution_id = situation(house)

    said = " ".join(f"{reason.sentence} {reason.mend}" for reason in house.engine.why(execution_id))

    assert [word for word in words if word not in said] == []
