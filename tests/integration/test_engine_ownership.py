"""Workers come and go: graceful stops, lost leases, crash loops, broken journals. Each result counts once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine_house import IN_LOOP, IN_THREAD, House, graph, node, open_house, seqs, until, value
from treadle.domain.activity import Context

HOLDING = graph([node("a"), node("hold", IN_LOOP), node("b")], "a -> hold", "hold -> b")


@pytest.fixture
def house(store_url: str) -> Iterator[House]:
    with open_house(store_url) as opened:
        yield opened


def owner_of(house: House, execution_id: str) -> str:
    return until(lambda: house.record(execution_id).owner) or ""


def until_begun_anew(house: House, node_id: str, before: Context) -> Context:
    until(lambda: house.steering.begun.get(node_id) is not before)
    return house.steering.begun[node_id]


def broken_invariants(house: House) -> list[tuple[object, ...]]:
    """Gaps in journals, visits with two results, owners without a row, ended or parked executions with an owner."""
    return [
        *house.sql("SELECT 'gap', execution_id FROM journal GROUP BY execution_id HAVING min(seq) <> 1 OR max(seq) <> count(*)"),
        *house.sql(
            "SELECT 'twice', execution_id, node_id, visit FROM journal WHERE kind IN ('done', 'failed')"
            " GROUP BY execution_id, scope, node_id, visit HAVING count(*) > 1"
        ),
        *house.sql("SELECT 'orphan', id FROM execution WHERE owner IS NOT NULL AND owner NOT IN (SELECT id FROM worker)"),
        *house.sql("SELECT 'owned', id FROM execution WHERE owner IS NOT NULL AND status <> 'running'"),
    ]


def test_a_stopped_worker_lets_running_nodes_finish_and_gives_the_rest_back(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", logger="treadle.worker")
    first = house.hire(grace=10.0)
    started = house.start(HOLDING)
    house.until_begun("hold")
    owner = owner_of(house, started)

    first.stop()
    until(lambda: any(record.getMessage().startswith("stopping") for record in caplog.records))
    house.steering.opened["hold"].set()
    house.dismiss(first)
    between = house.record(started)
    house.hire()
    ended = house.ended(started)

    assert (between.status, between.owner, between.crashes) == ("running", None, 0)
    assert ended.record.status == "completed"
    assert [(row.node_id, row.by == owner) for row in house.journal(started)] == [("a", True), ("hold", True), ("b", False)]
    assert house.steering.attempts("hold") == [1]
    assert broken_invariants(house) == []


def test_what_does_not_finish_within_the_grace_is_run_again_by_the_next(house: House) -> None:
    first = house.hire(grace=0.0)
    started = house.start(HOLDING)
    house.until_begun("hold")
    begun = house.steering.begun["hold"]

    house.dismiss(first)
    between = house.record(started)
    house.hire()
    again = until_begun_anew(house, "hold", begun)
    house.steering.opened["hold"].set()
    ended = house.ended(started)

    assert (between.status, between.owner, between.crashes) == ("running", None, 0)
    assert house.steering.cancelled == ["hold"]
    assert (again.idempotency_key, again.attempt) == (begun.idempotency_key, begun.attempt)
    assert ended.record.status == "completed"
    assert house.steering.attempts("a") == [1]
    assert seqs(house.journal(started)) == [1, 2, 3]


def test_a_stopped_worker_leaves_no_row(house: House) -> None:
    worker = house.hire()
    until(house.engine.workers)

    house.dismiss(worker)

    assert list(house.engine.workers()) == []


@pytest.mark.parametrize("type", [IN_LOOP, IN_THREAD])
def test_a_worker_that_lost_its_lease_starts_a_new_life_and_goes_on(house: House, type: str) -> None:
    house.hire()
    started = house.start(graph([node("a"), node("hold", type), node("b")], "a -> hold", "hold -> b"))
    house.until_begun("hold")
    begun, owner = house.steering.begun["hold"], owner_of(house, started)

    house.evict_all()
    until_begun_anew(house, "hold", begun)
    house.steering.opened["hold"].set()
    ended = house.ended(started)

    assert ended.record.status == "completed"
    assert begun.cancelled
    assert [(row.node_id, row.by == owner) for row in house.journal(started)] == [("a", True), ("hold", False), ("b", False)]
    assert ended.record.crashes == 0
    assert broken_invariants(house) == []


def test_an_evicted_worker_commits_nothing_more(house: House) -> None:
    """Its handler finishes before it knows of the eviction: the fence refuses the commit, and the next life runs it again."""
    house.hire()
    started = house.start(HOLDING)
    house.until_begun("hold")
    owner = owner_of(house, started)

    house.evict_all()
    house.steering.opened["hold"].set()
    ended = house.ended(started)
    late = [row for row in house.journal(started) if row.by == owner]

    assert ended.record.status == "completed"
    assert [row.node_id for row in late] == ["a"]
    assert broken_invariants(house) == []


def test_many_evictions_change_no_result(house: House) -> None:
    """Workers die again and again while chains run; each chain still counts to its end, each result once."""
    house.hire()
    house.hire()
    length = 40
    chain = graph(
        [value("n0", 0), *(node(f"n{i}", "test.count", {"value": f"{{{{ nodes.n{i - 1}.output + 1 }}}}"}) for i in range(1, length))],
        *(f"n{i - 1} -> n{i}" for i in range(1, length)),
    )  # fmt: skip
    started = [house.start(chain, f"w{i}") for i in range(6)]

    for wanted in (1, 8, 16, 24, 32):
        # Each has gone on since the last eviction: three crashes without progress would set it aside.
        until(lambda wanted=wanted: all(len(house.journal(id)) >= wanted for id in started))  # type: ignore[misc]
        house.evict_all()
    ended = [house.ended(execution_id) for execution_id in started]

    assert [(view.error, view.output) for view in ended] == [(None, length - 1)] * 6
    assert broken_invariants(house) == []


def test_a_parked_execution_survives_the_death_of_all_workers(house: House) -> None:
    first = house.hire()
    started = house.start(graph([node("a"), node("door", "signal.wait", {"signal": "open"}), node("b")], "a -> door", "door -> b"))
    house.until_parked(started)
    house.evict_all()
    house.dismiss(first)

    house.engine.signal(started, "open", 1)
    house.hire()

    assert house.ended(started).record.status == "completed"
    assert house.steering.attempts("a") == house.steering.attempts("b") == [1]


def test_a_message_of_a_worker_before_counts_once_for_the_next(house: House) -> None:
    """The signal ended the wait in the first worker's journal; the next does not take it for the second wait."""
    house.hire()
    twice = graph(
        [node("one", "signal.wait", {"signal": "go"}), node("hold", IN_LOOP), node("two", "signal.wait", {"signal": "go"})],
        "one -> hold", "hold -> two",
    )  # fmt: skip
    started = house.start(twice)
    house.engine.signal(started, "go", "a")
    house.until_begun("hold")
    begun = house.steering.begun["hold"]

    house.evict_all()
    until_begun_anew(house, "hold", begun)
    house.steering.opened["hold"].set()
    parked = house.until_parked(started)
    house.engine.signal(started, "go", "b")

    assert [w["node_id"] for w in parked.waiting_on] == ["two"]
    assert house.ended(started).output == "b"


def test_at_most_once_is_marked_before_it_starts_and_never_started_again(house: House) -> None:
    house.hire()
    once = graph([node("pay", IN_LOOP, delivery="at_most_once", retry={"max_attempts": 3}), value("ask", "{{ nodes.pay.error.type }}")],
                 "pay.error -> ask")  # fmt: skip
    started = house.start(once)
    house.until_begun("pay")
    marks = [(row.kind, row.attempt) for row in house.rows(started, "pay")]

    house.evict_all()
    ended = house.ended(started)

    assert marks == [("running", 1)]
    assert (ended.record.status, ended.output) == ("completed", "outcome_unknown")
    assert house.steering.attempts("pay") == [1]


def test_at_most_once_that_finishes_is_like_any_other(house: House) -> None:
    house.hire()
    policy = {"max_attempts": 2, "initial_interval": "1s", "jitter": 0}
    once = graph([node("pay", "test.flaky", delivery="at_most_once", retry=policy)])
    started = house.start(once)
    until(lambda: any(row.kind == "retrying" for row in house.journal(started)))
    house.until_parked(started)

    house.clock.advance(2)
    ended = house.ended(started)

    assert ended.record.status == "completed"
    assert [(row.kind, row.attempt) for row in house.rows(started, "pay")] == [
        ("running", 1), ("retrying", 1), ("running", 2), ("done", 2),
    ]  # fmt: skip


def test_an_execution_that_crashes_its_worker_three_times_is_set_aside(house: House) -> None:
    house.hire()
    started = house.start(graph([node("hold", IN_LOOP)]), "poison")

    for crashes in range(3):
        until(lambda crashes=crashes: _is_running(house, started, crashes))  # type: ignore[misc]
        house.evict_all()
    ended = house.ended(started)
    after = house.run(graph([value("a", 1)]), "healthy")

    assert (ended.record.status, ended.error["type"]) == ("failed", "crash_loop")
    assert "3 times" in ended.error["message"]
    assert after.record.status == "completed"


def _is_running(house: House, execution_id: str, crashes: int) -> bool:
    record = house.record(execution_id)
    return record.owner is not None and record.crashes == crashes and len(house.steering.calls) > crashes


def test_progress_makes_crashes_forgotten(house: House) -> None:
    house.hire()
    started = house.start(graph([node("x", IN_LOOP), node("y", IN_LOOP)], "x -> y"))
    house.until_begun("x")
    for crashes in (0, 1):
        until(lambda crashes=crashes: _is_running(house, started, crashes))  # type: ignore[misc]
        house.evict_all()
    until(lambda: _is_running(house, started, 2))

    house.steering.opened["x"].set()
    house.until_begun("y")

    until(lambda: house.record(started).crashes == 0)
    house.steering.opened["y"].set()
    assert house.ended(started).record.status == "completed"


def test_a_set_aside_execution_can_be_retried_by_hand(house: House) -> None:
    house.hire()
    started = house.start(graph([node("hold", IN_LOOP)]), "poison")
    for crashes in range(3):
        until(lambda crashes=crashes: _is_running(house, started, crashes))  # type: ignore[misc]
        house.evict_all()
    house.ended(started)

    house.steering.opened["hold"].set()
    house.engine.retry(started)

    assert house.ended(started).record.status == "completed"


def test_a_journal_with_a_hole_ends_its_execution_and_no_other(house: House) -> None:
    house.hire()
    started = house.start(graph([node("a"), node("b"), node("door", "signal.wait", {"signal": "open"})], "a -> b", "b -> door"))
    house.until_parked(started)
    house.sql("DELETE FROM journal WHERE execution_id = ? AND seq = 2", started)

    house.engine.signal(started, "open")
    until(lambda: house.record(started).status == "failed")
    after = house.run(graph([value("a", 1)]), "healthy")

    record = house.record(started)
    assert "journal_gap" in (record.error_json or "")
    assert "expected seq 2, found 3" in (record.error_json or "")
    assert after.record.status == "completed"
    assert house.engine.show(started).record.status == "failed"


def test_a_worker_holds_no_more_executions_than_it_may(house: House) -> None:
    house.hire(concurrency=2)
    started = [house.start(graph([node(f"h{i}", IN_LOOP)]), f"w{i}") for i in range(4)]
    until(lambda: len(house.steering.begun) == 2)
    [worker] = house.engine.workers()

    for i in range(4):
        house.steering.opened[f"h{i}"].set()

    assert worker.executions <= 2
    assert [house.ended(execution_id).record.status for execution_id in started] == ["completed"] * 4


def test_the_most_urgent_execution_is_claimed_first(house: House) -> None:
    for priority in ("low", "normal", "critical", "high"):
        house.start(graph([node(priority)]), priority, priority=priority)

    house.hire(concurrency=1)
    until(lambda: len(house.steering.calls) == 4)

    assert [key.split("/")[1].split("#")[0] for key, _ in house.steering.calls] == ["critical", "high", "normal", "low"]


def test_a_stopping_worker_gives_back_at_once_what_no_handler_works_on(house: House) -> None:
    stopping = house.hire()
    held = house.start(HOLDING)
    free = house.start(graph([node("quick", IN_LOOP), node("after")], "quick -> after"), name="free")
    house.until_begun("hold", "quick")
    stopping.stop()
    house.hire()

    house.steering.opened["quick"].set()

    assert house.ended(free).record.status == "completed"
    assert house.record(held).status == "running"
    house.steering.opened["hold"].set()
    assert house.ended(held).record.status == "completed"
    assert broken_invariants(house) == []
