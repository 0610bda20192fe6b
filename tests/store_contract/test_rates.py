"""Rates: starts are booked by the generic cell rate algorithm, and time alone frees what was booked."""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier, Thread

from conftest import START, MovableClock
from treadle.ports import Store
from treadle.store import open_store


def seconds(store: Store, key: str = "k", *, limit: int = 3, per: float = 3.0, count: int = 1) -> float:
    """When a start that is booked now may happen, in seconds after START."""
    return (store.limits.reserve(key, limit=limit, per=per, count=count) - START).total_seconds()


def test_as_many_as_the_limit_start_at_once_and_the_others_spread_over_time(store: Store) -> None:
    booked = [seconds(store) for _ in range(6)]

    assert booked == [0, 0, 0, 1, 2, 3]


def test_time_frees_what_was_booked(store: Store, clock: MovableClock) -> None:
    for _ in range(3):
        seconds(store)
    clock.advance(seconds=1)
    after_a_third = [seconds(store), seconds(store)]
    clock.advance(seconds=3600)

    after_long = [seconds(store) for _ in range(4)]

    assert after_a_third == [1, 2]
    assert after_long == [3601, 3601, 3601, 3602]


def test_keys_have_rates_of_their_own(store: Store) -> None:
    first = [seconds(store, "a", limit=1, per=60) for _ in range(2)]

    assert (first, seconds(store, "b", limit=1, per=60)) == ([0, 60], 0)


def test_several_starts_are_booked_together(store: Store) -> None:
    assert (seconds(store, count=3), seconds(store, count=2), seconds(store)) == (0, 2, 3)


def test_a_rate_that_does_not_divide_evenly_is_kept_over_many_starts(store: Store) -> None:
    last = [seconds(store, limit=7, per=1.0) for _ in range(700)][-1]

    assert abs(last - 99.0) < 0.001


def test_several_processes_never_book_the_same_moment(store: Store, store_url: str, clock: MovableClock) -> None:
    stores = [open_store(store_url, clock=clock) for _ in range(4)]
    barrier, booked = Barrier(4), list[float]()

    def book(own: Store) -> None:
        barrier.wait(60)
        booked.extend(seconds(own, limit=1, per=1.0) for _ in range(10))

    threads = [Thread(target=book, args=(own,)) for own in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    for own in stores:
        own.close()

    assert sorted(booked) == [float(n) for n in range(40)]


def test_rates_that_are_over_are_deleted_with_old_history(store: Store, clock: MovableClock) -> None:
    seconds(store, "old")
    clock.advance(seconds=7200)
    seconds(store, "new", limit=1, per=60)

    store.executions.prune(finished_before=clock.now() - timedelta(hours=1))

    assert seconds(store, "new", limit=1, per=60) == 7260
