"""What nodes have said: kept in order, bounded, and deleted with its execution."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from conftest import START
from store_steps import given_ended, given_execution
from treadle.domain.errors import DataRejectedError
from treadle.domain.node_logs import NewLogLine
from treadle.ports import Store

LINE = NewLogLine("exec-1", "fetch", "", 1, 1, START, "info", "got it", '{"rows": 3}')


def test_lines_come_back_in_the_order_they_were_said(store: Store) -> None:
    given_execution(store)
    store.logs.add([replace(LINE, message="one"), replace(LINE, message="two", scope="each[3]", attempt=2, level="error")])
    store.logs.add([replace(LINE, message="three", node_id="tell", visit=2, at=START - timedelta(seconds=1))])

    lines = store.logs.list("exec-1")

    assert [line.message for line in lines] == ["one", "two", "three"]
    assert sorted({line.seq for line in lines}) == [line.seq for line in lines]
    assert (lines[1].scope, lines[1].attempt, lines[1].level, lines[1].fields_json) == ("each[3]", 2, "error", '{"rows": 3}')
    assert (lines[2].node_id, lines[2].visit, lines[2].at) == ("tell", 2, START - timedelta(seconds=1))


def test_a_page_goes_on_after_the_last_line_seen(store: Store) -> None:
    given_execution(store)
    store.logs.add([replace(LINE, message=str(number), node_id="ab"[number % 2]) for number in range(6)])

    first = store.logs.list("exec-1", limit=4)
    rest = store.logs.list("exec-1", after=first[-1].seq, limit=4)
    of_node = store.logs.list("exec-1", node_id="b", limit=2)

    assert [line.message for line in (*first, *rest)] == list("012345")
    assert [line.message for line in of_node] == ["1", "3"]


def test_the_lines_of_one_item_and_of_one_visit_are_found(store: Store) -> None:
    given_execution(store)
    items = [replace(LINE, message=f"item {number}", scope=f"each[{number}]") for number in range(3)]
    store.logs.add([LINE, *items, replace(LINE, message="again", scope="each[1]", visit=2)])

    of_item = store.logs.list("exec-1", node_id="fetch", scope="each[1]")
    of_visit = store.logs.list("exec-1", node_id="fetch", scope="each[1]", visit=2)
    at_the_top = store.logs.list("exec-1", scope="")

    assert [line.message for line in of_item] == ["item 1", "again"]
    assert [line.message for line in of_visit] == ["again"]
    assert [line.message for line in at_the_top] == ["got it"]


def test_lines_are_counted_up_to_a_bound(store: Store) -> None:
    given_execution(store)
    given_execution(store, "exec-2")
    store.logs.add([LINE] * 5)

    counts = store.logs.counts(["exec-1", "exec-2"], most=4)

    assert counts == {"exec-1": 4, "exec-2": 0}


def test_a_line_of_an_execution_that_is_gone_is_left_out(store: Store) -> None:
    given_execution(store)

    store.logs.add([replace(LINE, execution_id="exec-9"), LINE])

    assert store.logs.list("exec-9") == []
    assert len(store.logs.list("exec-1")) == 1


def test_lines_are_deleted_with_their_execution(store: Store) -> None:
    given_ended(store)
    given_execution(store, "exec-2")
    store.logs.add([LINE, replace(LINE, execution_id="exec-2")])

    store.executions.prune(finished_before=START + timedelta(days=1))

    assert store.logs.list("exec-1") == []
    assert len(store.logs.list("exec-2")) == 1


def test_lines_are_written_together_or_not_at_all(store: Store) -> None:
    given_execution(store)

    with pytest.raises(DataRejectedError):
        store.logs.add([LINE, replace(LINE, message="half a pair \ud800")])

    assert store.logs.list("exec-1") == []
