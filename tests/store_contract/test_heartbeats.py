"""What handlers under way say of themselves."""

from __future__ import annotations

from datetime import timedelta

from conftest import START, MovableClock
from store_steps import claim_one, commit, end, given_claimed, given_ended, given_worker
from treadle.domain.heartbeats import Heartbeat
from treadle.domain.records import Claim
from treadle.ports import Store


def beat(held: Claim, place: str = "a", **fields: object) -> Heartbeat:
    return Heartbeat(held.execution_id, place, **{"attempt": 1, "claim_no": held.claim_no, **fields})  # type: ignore[arg-type]


def test_the_last_words_of_each_activity_are_kept(store: Store, clock: MovableClock) -> None:
    held = given_claimed(store)
    store.heartbeats.write("a", [beat(held, details_json="1"), beat(held, "b", progress_json='{"done":1}')], [])
    clock.advance(seconds=5)

    kept = store.heartbeats.write("a", [beat(held, details_json="2")], [])

    found = store.heartbeats.of("exec-1")
    assert kept
    assert [(each.place, each.details_json, each.progress_json) for each in found] == [("a", "2", None), ("b", None, '{"done":1}')]
    assert [each.beat_at for each in found] == [START + timedelta(seconds=5), START]


def test_progress_alone_leaves_the_details_as_they_are(store: Store) -> None:
    held = given_claimed(store)
    store.heartbeats.write("a", [beat(held, details_json="1")], [])

    store.heartbeats.write("a", [beat(held, attempt=2, progress_json="{}")], [])

    assert [(each.attempt, each.details_json) for each in store.heartbeats.of("exec-1")] == [(2, "1")]


def test_an_earlier_attempt_does_not_have_the_last_word(store: Store) -> None:
    held = given_claimed(store)
    store.heartbeats.write("a", [beat(held, attempt=2, details_json="2")], [])

    store.heartbeats.write("a", [beat(held, attempt=1, details_json="1")], [beat(held, attempt=1)])

    assert [(each.attempt, each.details_json) for each in store.heartbeats.of("exec-1")] == [(2, "2")]


def test_what_is_done_is_forgotten(store: Store) -> None:
    held = given_claimed(store)
    store.heartbeats.write("a", [beat(held, details_json="1"), beat(held, "b", details_json="2")], [])

    store.heartbeats.write("a", [], [beat(held)])

    assert [each.place for each in store.heartbeats.of("exec-1")] == ["b"]


def test_a_worker_without_a_lease_changes_nothing(store: Store) -> None:
    held = given_claimed(store)
    store.heartbeats.write("a", [beat(held, details_json="1")], [])
    store.workers.evict("a")

    kept = store.heartbeats.write("a", [beat(held, details_json="2")], [beat(held)])

    assert not kept
    assert [each.details_json for each in store.heartbeats.of("exec-1")] == ["1"]


def test_a_worker_says_nothing_of_what_it_does_not_hold_by_that_claim(store: Store) -> None:
    before = given_claimed(store)
    store.ownership.release("a", [("exec-1", before.claim_no)])
    given_worker(store, "b")
    now = claim_one(store, "b")

    store.heartbeats.write("a", [beat(before, details_json='"a"')], [])
    store.heartbeats.write("b", [beat(before, details_json='"old claim"'), beat(now, "n", details_json='"b"')], [])

    assert [(each.place, each.details_json) for each in store.heartbeats.of("exec-1")] == [("n", '"b"')]


def test_they_are_deleted_with_their_execution(store: Store, clock: MovableClock) -> None:
    held = given_claimed(store, "exec-2")
    store.heartbeats.write("a", [beat(held, details_json="1")], [])
    given_ended(store, execution_id="exec-1")
    store.executions.prune(finished_before=clock.advance(seconds=1))
    assert store.heartbeats.of("exec-2") != []
    commit(store, end(held))

    store.executions.prune(finished_before=clock.advance(seconds=1))

    assert list(store.heartbeats.of("exec-2")) == []
