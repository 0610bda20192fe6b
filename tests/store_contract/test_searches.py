"""Searching executions: what each term finds, how far a page without an index looks, and what facets count."""

from __future__ import annotations

from datetime import timedelta

import pytest

from conftest import START, MovableClock
from store_steps import (
    commit,
    end,
    given_claimed,
    given_ended,
    given_paused,
    given_status,
    given_waiting,
)
from treadle.domain.execution_filter import ExecutionFacets
from treadle.domain.records import NewExecution
from treadle.domain.search import parse_search
from treadle.domain.states import ExecutionStatus
from treadle.ports import Store
from treadle.store import execution_facets, execution_streams


def found(store: Store, text: str, **options: object) -> list[str]:
    page = store.executions.list(parse_search(text, now=store.now), **options)  # type: ignore[arg-type]
    return [each.id for each in page.items]


def every_page(store: Store, text: str, *, limit: int) -> list[list[str]]:
    pages, cursor = [], None
    while True:
        page = store.executions.list(parse_search(text, now=store.now), limit=limit, cursor=cursor)
        pages.append([each.id for each in page.items])
        cursor = page.next_cursor
        if cursor is None:
            return pages


def counted(store: Store, text: str = "") -> ExecutionFacets:
    return store.executions.facets(parse_search(text, now=store.now))


def given_failed(store: Store, execution_id: str, error_json: str, **fields: str) -> None:
    commit(store, end(given_claimed(store, execution_id, **fields), "failed", error_json=error_json))


@pytest.fixture
def variety(store: Store, clock: MovableClock) -> Store:
    """An hour apart, the last now: a1 completed, a2 failed, a3 failed, b1 waiting, b2 paused child of a1, c1 running, t1 a trial."""
    given_ended(store, "completed", "exec-a1", workflow="orders")
    clock.advance(3600)
    given_failed(store, "exec-a2", '{"type":"Timeout","message":"Timed out after 100% of \\"5s\\""}', workflow="orders")
    clock.advance(3600)
    given_failed(store, "exec-a3", '{"type":"error","message":"caf\\u00e9 is shut, see orders"}', workflow="refunds")
    clock.advance(3600)
    given_waiting(store, "exec-b1", workflow="Big_Bills", trigger_json='{"node":null,"type":"trigger.schedule"}')
    clock.advance(3600)
    given_paused(store, "exec-b2", workflow="Big_Bills", parent_id="exec-a1")
    clock.advance(3600)
    given_claimed(store, "exec-c1", workflow="other, quoted", trigger_json='{"node":null,"type":"trigger.webhook"}')
    given_ended(store, "completed", "exec-t1", workflow="orders", trigger_json='{"node":null,"type":"test","payload":1}')
    return store


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "c1 b2 b1 a3 a2 a1"),
        ("status:failed,waiting", "b1 a3 a2"),
        ("-status:failed", "c1 b2 b1 a1"),
        ("status:open", "c1 b2 b1"),
        ("workflow:orders,refunds", "a3 a2 a1"),
        ("-workflow:orders,Big_Bills", "c1 a3"),
        ('workflow:"other, quoted"', "c1"),
        ("id:exec-a", "a3 a2 a1"),
        ("id:exec-a,exec-a1,exec-c", "c1 a3 a2 a1"),
        ("id:exec-a status:failed workflow:orders", "a2"),
        ("id:exec-b parent:exec-a1", "b2"),
        ("parent:exec-a1,exec-a2", "b2"),
        ("parent:exec-a1 status:waiting", ""),
        ("trigger:schedule", "b1"),
        ("trigger:schedule,webhook", "c1 b1"),
        ("-trigger:manual", "c1 b1"),
        ("trigger:test", "t1"),
        ("id:exec-t1", "t1"),
        ("exec-t1", "t1"),
        ("since:2h", "c1 b2 b1"),
        ("until:2026-01-01T14:00Z", "a2 a1"),
        ("since:2026-01-01T13:00Z until:2026-01-01T15:00Z", "a3 a2"),
        ('error:"timed OUT"', "a2"),
        ('error:"100% of \\"5s\\""', "a2"),
        ("error:café", "a3"),
        ("error:5s error:Timeout", "a2"),
        ("error:5s error:café", ""),
        ("error:timed status:running", ""),
        ("orders", "a3 a2 a1"),
        ("orders café", "a3"),
        ("café orders", "a3"),
        ("orders exec-a", "a3 a2 a1"),
        ("exec- exec-a", "a3 a2 a1"),
        ("exec-a exec-", "a3 a2 a1"),
        ("exec-a2 timed", "a2"),
        ("der rder orders", "a3 a2 a1"),
        ("timed orders 5s", "a2"),
        ("orders status:failed workflow:orders,refunds", "a3 a2"),
        ("timed", "a2"),
        ("timed workflow:refunds", ""),
        ("exec-a -workflow:orders", "a3"),
        ("big_bill trigger:schedule", "b1"),
        ("o% ", ""),
    ],
)
def test_each_term_finds_what_it_says(variety: Store, text: str, expected: str) -> None:
    assert found(variety, text) == [f"exec-{each}" for each in expected.split()]


@pytest.mark.parametrize(
    "text", ["", "status:failed", "workflow:orders", "parent:exec-a1", "id:exec-a", "orders", "error:timed", "-trigger:webhook"]
)
@pytest.mark.parametrize("limit", [1, 2])
def test_pages_hold_each_once_in_order_however_little_is_looked_at(
    variety: Store, monkeypatch: pytest.MonkeyPatch, text: str, limit: int
) -> None:
    whole = found(variety, text)
    monkeypatch.setattr(execution_streams, "SCANNED", 1)
    monkeypatch.setattr(execution_streams, "LEAST_SCANNED", 1)

    pages = every_page(variety, text, limit=limit)

    assert [each for page in pages for each in page] == whole
    assert max(map(len, pages)) <= limit


def test_a_search_without_an_index_says_how_far_it_looked(
    store: Store, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(execution_streams, "SCANNED", 2)
    monkeypatch.setattr(execution_streams, "LEAST_SCANNED", 2)
    given_failed(store, "exec-0", '{"message":"the one"}')
    for number in range(1, 5):
        clock.advance(1)
        given_failed(store, f"exec-{number}", '{"message":"another"}')
    wanted = parse_search('error:"the one"', now=store.now)

    first = store.executions.list(wanted)
    second = store.executions.list(wanted, cursor=first.next_cursor)
    indexed = store.executions.list(parse_search("status:failed", now=store.now), limit=2)

    assert (first.items, first.searched_until) == ((), START + timedelta(seconds=2))
    assert ([each.id for each in second.items], second.searched_until, second.next_cursor) == (["exec-0"], None, None)
    assert (len(indexed.items), indexed.searched_until) == (2, None)


def test_trials_take_no_place_in_a_page_of_several_workflows(store: Store, clock: MovableClock) -> None:
    for number in range(8):
        clock.advance(1)
        kind = "test" if number in (3, 5, 6) else "trigger.manual"
        said = f'{{"node":null,"type":"{kind}"}}'
        given_ended(store, "completed", f"exec-{number}", workflow=["orders", "refunds"][number % 2], trigger_json=said)

    pages = every_page(store, "workflow:orders,refunds", limit=2)

    assert pages == [["exec-7", "exec-4"], ["exec-2", "exec-1"], ["exec-0"]]


def test_a_child_is_found_by_its_trigger_too(store: Store) -> None:
    given_claimed(store)
    said = '{"node":"a\\"type\\":","type":"trigger.webhook","payload":{"type":"test"}}'
    child = NewExecution("child-1", "orders", 1, "{}", said, parent_id="exec-1", parent_activity="/sub#1@1", depth=1)
    commit(store, children=(child,))

    assert found(store, "trigger:webhook") == ["child-1"]
    assert found(store, "-trigger:webhook") == ["exec-1"]
    assert set(found(store, "")) == {"exec-1", "child-1"}


@pytest.mark.parametrize(
    ("text", "statuses", "workflows", "total"),
    [
        ("", "running:1 waiting:1 paused:1 completed:1 failed:2", "Big_Bills:2 orders:2 other, quoted:1 refunds:1", 6),
        ("status:failed", "running:1 waiting:1 paused:1 completed:1 failed:2", "orders:1 refunds:1", 2),
        ("workflow:orders", "completed:1 failed:1", "Big_Bills:2 orders:2 other, quoted:1 refunds:1", 2),
        ("status:failed workflow:orders", "completed:1 failed:1", "orders:1 refunds:1", 1),
        ("since:2h", "running:1 waiting:1 paused:1", "Big_Bills:2 other, quoted:1", 3),
        ("trigger:test", "completed:1", "orders:1", 1),
        ("trigger:schedule,webhook", "running:1 waiting:1", "Big_Bills:1 other, quoted:1", 2),
        ("orders", "completed:1 failed:2", "orders:2 refunds:1", 3),
        ("exec-a status:failed", "completed:1 failed:2", "orders:1 refunds:1", 2),
        ("error:timed", "failed:1", "orders:1", 1),
        ("parent:exec-a1", "paused:1", "Big_Bills:1", 1),
        ("workflow:nothing", "", "Big_Bills:2 orders:2 other, quoted:1 refunds:1", 0),
    ],
)
def test_facets_count_what_a_search_finds(variety: Store, text: str, statuses: str, workflows: str, total: int) -> None:
    facets = counted(variety, text)

    assert facets.statuses == {status.value: 0 for status in ExecutionStatus} | {
        name: int(number) for name, _, number in (each.partition(":") for each in statuses.split())
    }
    assert ", ".join(f"{name}:{count}" for name, count in facets.workflows) == workflows.replace(" ", ", ").replace(
        "other,, quoted", "other, quoted"
    )
    assert (facets.total, facets.capped) == (total, False)


def test_counting_stops_at_a_bound_and_says_so(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(execution_facets, "MOST_COUNTED", 2)
    monkeypatch.setattr(execution_facets, "LEAST_COUNTED", 2)
    for number in range(5):
        given_ended(store, "completed", f"exec-{number}")
    given_ended(store, "failed", "exec-5")

    facets = counted(store)

    assert (facets.statuses["completed"], facets.statuses["failed"], facets.capped) == (2, 1, True)


def test_statuses_are_counted_beyond_the_workflows_that_are(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(execution_facets, "MOST_WORKFLOWS", 2)
    for number in range(4):
        given_ended(store, "completed", f"exec-{number}", workflow=f"w{number}")
    given_ended(store, "failed", "exec-t", workflow="w0", trigger_json='{"node":null,"type":"test"}')

    facets = counted(store)

    assert (facets.statuses["completed"], facets.statuses["failed"], facets.total) == (4, 0, 4)
    assert (len(facets.workflows), facets.capped) == (2, True)


def test_facets_of_rows_count_as_far_as_the_list_looks(
    store: Store, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(execution_streams, "SCANNED", 6)
    monkeypatch.setattr(execution_streams, "LEAST_SCANNED", 1)
    for number in range(5):
        given_status(store, "completed", f"exec-{number}")
        clock.advance(1)

    facets = counted(store, "trigger:manual")

    assert (facets.total, facets.capped) == (2, True)
