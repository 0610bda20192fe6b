"""Large results: kept out of line and compressed, and read back by everyone as if they were not."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from random import Random

import apsw
import psycopg
import pytest

from conftest import START
from store_steps import claim, claim_one, commit, end, given_claimed, given_execution, given_worker, keep, park, row, send, seqs
from treadle.domain.errors import DataRejectedError, JournalConflictError, StoreError
from treadle.domain.records import MessageKind
from treadle.domain.values import INLINE_LIMIT, MAP_RESULT_LIMIT
from treadle.ports import Store

Sql = Callable[[str], list[tuple[object, ...]]]


def text_of(length: int) -> str:
    """JSON text of so many characters that does not compress to next to nothing."""
    return json.dumps(Random(length).randbytes(length // 2).hex()[: length - 2].ljust(length - 2, "."))


LARGE = text_of(INLINE_LIMIT + 1)
PAYLOADS = "SELECT execution_id, seq FROM payload ORDER BY execution_id, seq"


@pytest.fixture
def sql(store_url: str) -> Sql:
    """The rows of a statement on the tables themselves."""

    def run(statement: str) -> list[tuple[object, ...]]:
        if store_url.startswith("sqlite"):
            connection = apsw.Connection(store_url.removeprefix("sqlite:///"))
            found = list(connection.execute(statement))
            connection.close()
            return found
        with psycopg.connect(store_url, autocommit=True) as server:
            cursor = server.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    return run


@pytest.mark.parametrize(("length", "where"), [(INLINE_LIMIT, "inline"), (INLINE_LIMIT + 1, "out of line")])
def test_a_result_over_the_limit_is_stored_out_of_line(store: Store, sql: Sql, length: int, where: str) -> None:
    given_claimed(store)
    output = text_of(length)

    commit(store, rows=[row(output_json=output)])

    [(stored,)] = sql("SELECT output_json FROM journal")
    aside = sql(PAYLOADS) == [("exec-1", 1)]
    assert (stored == output, aside) == (where == "inline", where == "out of line")
    assert store.executions.journal("exec-1")[0].output_json == output


def test_a_payload_is_compressed(store: Store, sql: Sql) -> None:
    given_claimed(store)

    commit(store, rows=[row(output_json=json.dumps([{"id": number, "paid": True} for number in range(10_000)]))])

    [(size,)] = sql("SELECT length(data) FROM payload")
    assert isinstance(size, int)
    assert 0 < size < INLINE_LIMIT


def test_every_reader_gets_the_result_in_its_place(store: Store) -> None:
    given_claimed(store)
    written = [row(seq=1), row(seq=2, output_json=LARGE), row(seq=3, output_json=None)]
    expected = [each._replace(by="a") for each in written]

    commit(store, rows=written)

    assert list(store.executions.journal("exec-1")) == expected
    assert list(store.ownership.journal_rows("exec-1", [1, 2, 3])) == expected
    assert list(store.ownership.load(["exec-1"])[0].rows) == expected


def test_the_last_row_of_one_that_crashed_has_its_result(store: Store) -> None:
    given_claimed(store)
    commit(store, rows=[row(seq=1), row(seq=2, output_json=LARGE)])
    for _ in range(3):
        store.workers.evict("a")
        given_worker(store)
        claim(store, owns_nothing=True)

    [loaded] = store.ownership.load(["exec-1"])

    assert list(loaded.rows) == [row(seq=2, output_json=LARGE, by="a")]


def test_text_that_reads_like_the_mark_is_only_text(store: Store) -> None:
    given_claimed(store)

    commit(store, rows=[row(output_json='"@payload"')])

    assert store.executions.journal("exec-1")[0].output_json == '"@payload"'


def test_results_of_several_executions_are_not_mixed_up(store: Store) -> None:
    given_claimed(store, "exec-1")
    given_execution(store, "exec-2")
    claim_one(store)
    outputs = {(execution_id, seq): text_of(INLINE_LIMIT + seq * 10 + int(execution_id[-1]))
               for execution_id in ("exec-1", "exec-2") for seq in (1, 2)}  # fmt: skip

    commit(store, rows=[row(*place, output_json=output) for place, output in outputs.items()])

    loaded = store.ownership.load(["exec-1", "exec-2"])
    assert {each[:2]: each.output_json for one in loaded for each in one.rows} == outputs


def test_the_same_commit_again_is_a_conflict_that_shows_the_whole_result(store: Store, sql: Sql) -> None:
    given_claimed(store)
    commit(store, rows=[row(output_json=LARGE)])

    with pytest.raises(JournalConflictError):
        commit(store, rows=[row(output_json=LARGE)])

    assert list(store.ownership.journal_rows("exec-1", [1])) == [row(output_json=LARGE, by="a")]
    assert sql(PAYLOADS) == [("exec-1", 1)]


def test_a_conflict_leaves_the_result_that_was_there(store: Store, sql: Sql) -> None:
    given_claimed(store)
    commit(store, rows=[row(seq=1), row(seq=2, output_json=LARGE)])
    other = text_of(INLINE_LIMIT + 100)

    with pytest.raises(JournalConflictError):
        commit(store, rows=[row(seq=2, output_json=other), row(seq=3, output_json=other)])
    with pytest.raises(JournalConflictError):
        commit(store, rows=[row(seq=1, output_json=other)])

    assert [each.output_json for each in store.executions.journal("exec-1")] == ['{"n":1}', LARGE]
    assert sql(PAYLOADS) == [("exec-1", 2)]


def test_the_result_of_a_decision_is_kept_only_if_it_is_applied(store: Store, sql: Sql) -> None:
    first = given_claimed(store, "exec-1")
    given_execution(store, "exec-2")
    second = claim_one(store)
    send(store, MessageKind.CANCEL, "exec-1")
    refused = park(first, rows=(row("exec-1", 2, output_json=LARGE),))
    applied = end(second, rows=(row("exec-2", 1, output_json=LARGE),))

    reply = commit(store, refused, applied, rows=[row("exec-1", 1, output_json=LARGE)])

    assert reply.applied == {"exec-2"}
    assert sql(PAYLOADS) == [("exec-1", 1), ("exec-2", 1)]
    assert (seqs(store, "exec-1"), seqs(store, "exec-2")) == ([1], [1])


def test_a_refused_decision_taken_anew_keeps_its_result(store: Store) -> None:
    held = given_claimed(store)
    send(store, MessageKind.SIGNAL)
    commit(store, keep(held, seen=0, rows=(row(output_json=LARGE),)))

    reply = commit(store, keep(held, seen=1, rows=(row(output_json=text_of(INLINE_LIMIT + 2)),)))

    assert reply.applied == {"exec-1"}
    assert store.executions.journal("exec-1")[0].output_json == text_of(INLINE_LIMIT + 2)


def test_a_worker_without_its_row_leaves_no_payload(store: Store, sql: Sql) -> None:
    held = given_claimed(store)
    store.workers.evict("a")

    reply = commit(store, end(held, rows=(row(seq=2, output_json=LARGE),)), rows=[row(output_json=LARGE)])

    assert reply.fenced
    assert (sql(PAYLOADS), seqs(store)) == ([], [])


def test_the_largest_result_goes_there_and_back(store: Store) -> None:
    given_claimed(store)
    largest = text_of(MAP_RESULT_LIMIT)

    commit(store, rows=[row(output_json=largest)])

    assert len(largest) == MAP_RESULT_LIMIT
    assert store.ownership.load(["exec-1"])[0].rows[0].output_json == largest
    assert store.executions.journal("exec-1")[0].output_json == largest


def test_half_a_surrogate_is_refused_in_a_large_result_too(store: Store) -> None:
    given_claimed(store)

    with pytest.raises(DataRejectedError):
        commit(store, rows=[row(output_json='"\ud800' + "x" * INLINE_LIMIT + '"')])

    assert seqs(store) == []


def test_an_old_execution_goes_with_its_payloads(store: Store, sql: Sql) -> None:
    held = given_claimed(store, "exec-1")
    given_execution(store, "exec-2")
    claim_one(store)
    commit(store, end(held, rows=(row("exec-1", output_json=LARGE),)), rows=[row("exec-2", output_json=LARGE)])

    pruned = store.executions.prune(finished_before=START + timedelta(days=30))

    assert (pruned, sql(PAYLOADS)) == (1, [("exec-2", 1)])


@pytest.mark.parametrize("damage", ["DELETE FROM payload", "UPDATE payload SET data = substr(data, 1, 100)"])
def test_a_damaged_payload_is_an_error_that_names_it(store: Store, sql: Sql, damage: str) -> None:
    given_claimed(store)
    commit(store, rows=[row(output_json=LARGE)])
    sql(damage)

    with pytest.raises(StoreError, match=r"row 1 of execution exec-1 is damaged or missing in the table payload"):
        store.executions.journal("exec-1")
