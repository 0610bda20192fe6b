"""Moves: an execution goes on with another version of its workflow, whatever it is doing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from engine_house import IN_THREAD, House, edge, graph, node, open_house, until, value
from treadle.domain.errors import ConflictError, DefinitionError, NotFoundError
from treadle.domain.values import decode

WAIT = node("w", "signal.wait", {"signal": "go"})
ASK = node("ask", "approval", {"title": "Refund?"})


@pytest.fixture
def house(store_url: str) -> Iterator[House]:
    with open_house(store_url) as opened:
        opened.hire()
        yield opened


def parked(house: House, *nodes: dict[str, Any], edges: tuple[str, ...] = ()) -> str:
    one = house.start(graph(list(nodes), *edges))
    house.until_parked(one)
    return one


def saved(house: House, *nodes: dict[str, Any], edges: tuple[Any, ...] = (), **keys: Any) -> int:
    version, _ = house.engine.save_workflow("w", graph(list(nodes), *edges, **keys))
    return version.version


def until_moved(house: House, execution_id: str, version: int) -> None:
    until(lambda: house.record(execution_id).version == version)


def verbs(house: House, execution_id: str) -> list[str]:
    return [row.status for row in house.journal(execution_id) if row.kind == "control"]


def names_and_places(error: DefinitionError) -> list[tuple[str, str]]:
    return [(finding.code, finding.path) for finding in error.findings]


def test_an_approval_asked_under_one_version_is_decided_under_the_next(house: House) -> None:
    one = parked(house, node("a"), ASK, value("end", "old"), edges=("a -> ask", "ask.approved -> end"))
    saved(house, node("a"), ASK, value("end", "new"), edges=("a -> ask", "ask.approved -> end"))

    moved = house.engine.move(one, 2, by="ann")
    until_moved(house, one, 2)
    house.until_parked(one)
    [approval] = house.store.executions.approvals(execution_id=one).items
    house.engine.decide(approval.id, "approved", by="bea")
    ended = house.ended(one)

    assert (moved.fits, moved.from_version, moved.version) == (True, 1, 2)
    assert [(each.place, each.change, each.under_way) for each in moved.changed] == [("end", "changed", False)]
    assert [item["kind"] for item in moved.waiting] == ["approval"]
    assert (ended.record.status, ended.output, ended.record.version) == ("completed", "new", 2)
    assert len(house.store.executions.approvals(execution_id=one).items) == 1
    [row] = [row for row in house.journal(one) if row.kind == "control"]
    assert decode(row.detail_json or "") == {"verb": "move", "version": 2, "from": 1, "by": "ann"}
    assert house.steering.attempts("a") == [1]


def test_a_dry_run_sends_nothing(house: House) -> None:
    one = parked(house, node("a"), WAIT, edges=("a -> w",))
    saved(house, node("a"), WAIT, node("b"), edges=("a -> w", "w -> b"))

    looked = house.engine.move(one, 2, dry_run=True)

    assert (looked.fits, looked.status, looked.version) == (True, "waiting", 2)
    assert house.record(one).inbox_seq == 0
    assert house.record(one).version == 1


def test_what_the_new_version_adds_beside_what_is_done_begins_with_the_move(house: House) -> None:
    one = parked(house, node("a"), WAIT, edges=("a -> w",))
    saved(house, node("a"), WAIT, node("beside"), edges=("a -> w", "a -> beside"))

    moved = house.engine.move(one, 2)
    until(lambda: house.rows(one, "beside"))
    house.engine.signal(one, "go")

    assert moved.begins == ("beside",)
    assert house.ended(one).record.status == "completed"


def test_a_move_that_does_not_fit_names_each_place_and_changes_nothing(house: House) -> None:
    one = parked(house, node("a"), node("b"), WAIT, edges=("a -> b", "b -> w"))
    saved(house, node("a", "noop"), WAIT, edges=("a -> w",))

    with pytest.raises(DefinitionError) as refused:
        house.engine.move(one, 2)
    looked = house.engine.move(one, 2, dry_run=True)

    assert names_and_places(refused.value) == [("other_type", "a"), ("node_gone", "b")]
    assert all(finding.hint for finding in refused.value.findings)
    assert looked.findings == refused.value.findings
    assert (house.record(one).version, verbs(house, one)) == (1, [])
    house.engine.signal(one, "go")
    assert house.ended(one).record.status == "completed"


@pytest.mark.parametrize(
    ("nodes", "edges", "found"),
    [
        ([node("a"), node("b"), WAIT], ["a -> b", edge("b -> w", when="true")], ("edge_asks", "b")),
        ([node("a"), node("b"), WAIT, node("c")], ["a -> b", "b -> c", "c -> w"], ("not_reached", "w")),
        ([node("a"), node("b")], ["a -> b"], ("node_gone", "w")),
        ([node("a"), node("b"), node("w", "approval", {"title": "?"})], ["a -> b", "b -> w"], ("other_type", "w")),
    ],
)
def test_the_place_that_does_not_fit_is_named(
    house: House, nodes: list[dict[str, Any]], edges: list[Any], found: tuple[str, str]
) -> None:
    one = parked(house, node("a"), node("b"), WAIT, edges=("a -> b", "b -> w"))
    saved(house, *nodes, edges=tuple(edges))

    looked = house.engine.move(one, 2, dry_run=True)

    assert [(finding.code, finding.path) for finding in looked.findings] == [found]


def test_what_runs_finishes_under_the_version_it_began_with(house: House) -> None:
    def nodes(said: str) -> list[dict[str, Any]]:
        return [node("slow", IN_THREAD, {"value": said}), WAIT, value("end", said)]

    one = house.start(graph(nodes("old"), "slow -> w", "w -> end"))
    house.until_begun("slow")
    saved(house, *nodes("new"), edges=("slow -> w", "w -> end"))

    house.engine.move(one, 2)
    assert house.record(one).version == 1
    assert any("asked to move to another version" in each.sentence for each in house.engine.why(one))
    house.steering.opened["slow"].set()
    until_moved(house, one, 2)
    house.engine.signal(one, "go")

    assert house.ended(one).output == "new"
    assert house.outputs(one, "slow") == ["old"]
    assert house.steering.attempts("slow") == [1]


def test_a_paused_execution_is_moved_and_stays_paused(house: House) -> None:
    one = parked(house, WAIT, value("end", 1), edges=("w -> end",))
    house.engine.pause(one)
    house.until_status(one, "paused")
    saved(house, WAIT, value("end", 2), edges=("w -> end",))

    house.engine.move(one, 2)
    until_moved(house, one, 2)
    house.until_status(one, "paused")
    house.engine.signal(one, "go")
    house.engine.resume(one)

    assert house.ended(one).output == 2
    assert verbs(house, one) == ["pause", "move", "resume"]


def test_an_execution_that_is_to_be_retried_by_its_policy_is_moved_with_its_next_attempt(house: House) -> None:
    policy = {"retry": {"max_attempts": 2, "initial_interval": "1h", "jitter": 0}}
    broken = node("x", "test.flaky", {"fail": 1, "fatal": True})
    one = house.start(graph([broken, value("end", 1)], "x -> end", settings=policy))
    house.until_status(one, "failed")
    saved(house, broken, value("end", 2), edges=("x -> end",), settings=policy)

    moved = house.engine.move(one, 2)
    assert moved.status == "failed"
    house.clock.advance(3700)
    ended = house.ended(one)

    assert (ended.record.status, ended.output, ended.record.version) == ("completed", 2, 2)


def test_an_item_of_a_map_waits_on_under_the_new_version(house: House) -> None:
    def each(after: Any) -> dict[str, Any]:
        inner = graph([value("f", "{{ item }}"), WAIT, value("g", after)], "f -> w", "w -> g")
        return node("each", "for_each", {"items": "{{ [1, 2] }}", "concurrency": 1, "graph": inner})

    one = parked(house, each("old"), node("end"), edges=("each -> end",))
    house.engine.signal(one, "go")
    until(lambda: any(row.scope == "each[1]" for row in house.rows(one, "w")))
    house.until_parked(one)
    saved(house, each("new"), node("end"), edges=("each -> end",))

    moved = house.engine.move(one, 2)
    until_moved(house, one, 2)
    house.engine.signal(one, "go")

    assert house.ended(one).record.status == "completed"
    assert [each.place for each in moved.changed] == ["each/g"]
    assert house.outputs(one, "each") == [["old", "new"]]


def test_a_place_in_an_item_that_does_not_fit_is_named_with_its_item(house: House) -> None:
    inner = graph([node("f"), WAIT], "f -> w")
    each = node("each", "for_each", {"count": 2, "graph": inner})
    one = parked(house, each)
    saved(house, node("each", "for_each", {"count": 2, "graph": graph([WAIT])}))

    looked = house.engine.move(one, 2, dry_run=True)

    assert [(finding.code, finding.path) for finding in looked.findings] == [("node_gone", "each[0]/f")]


def test_what_was_withdrawn_must_not_come_back(house: House) -> None:
    nodes = [node("s"), node("a", cancels=["w"]), WAIT, node("k", "signal.wait", {"signal": "other"})]
    edges = ("s -> a", "s -> w", "a -> k")
    one = parked(house, *nodes, edges=edges)
    saved(house, nodes[0], node("a"), *nodes[2:], edges=edges)

    looked = house.engine.move(one, 2, dry_run=True)

    assert ("comes_back", "w") in [(finding.code, finding.path) for finding in looked.findings]


def test_a_worker_that_had_it_warm_reads_it_anew(house: House) -> None:
    many = [node(f"n{i}") for i in range(40)]
    ways = [f"n{i} -> n{i + 1}" for i in range(39)]
    one = parked(house, *many, WAIT, value("end", 1), edges=(*ways, "n39 -> w", "w -> end"))
    saved(house, *many, WAIT, value("end", 2), edges=(*ways, "n39 -> w", "w -> end"))

    house.engine.move(one, 2)
    until_moved(house, one, 2)
    house.until_parked(one)
    house.engine.signal(one, "go")

    assert house.ended(one).output == 2


def test_a_crash_after_a_move_changes_nothing(house: House) -> None:
    one = parked(house, node("a"), WAIT, value("end", 1), edges=("a -> w", "w -> end"))
    saved(house, node("a"), WAIT, value("end", 2), edges=("a -> w", "w -> end"))
    for worker, _ in list(house.workers):
        house.dismiss(worker)

    house.engine.move(one, 2)
    house.hire()
    until_moved(house, one, 2)
    house.evict_all()
    house.hire()
    house.engine.signal(one, "go")

    assert house.ended(one).output == 2
    assert verbs(house, one) == ["move"]
    assert house.steering.attempts("a") == [1]


def test_of_two_moves_at_the_same_time_one_wins(house: House) -> None:
    one = parked(house, WAIT)
    for end in (2, 3):
        saved(house, WAIT, value("end", end), edges=("w -> end",))
    for worker, _ in list(house.workers):
        house.dismiss(worker)

    house.engine.move(one, 2)
    with pytest.raises(ConflictError, match="being moved"):
        house.engine.move(one, 3)
    house.hire()
    until_moved(house, one, 2)
    house.engine.move(one, 3)
    until_moved(house, one, 3)
    house.engine.move(one, 1)
    until_moved(house, one, 1)

    assert verbs(house, one) == ["move", "move", "move"]


def test_a_cancel_that_was_accepted_before_wins(house: House) -> None:
    one = parked(house, WAIT)
    saved(house, WAIT, node("b"), edges=("w -> b",))
    for worker, _ in list(house.workers):
        house.dismiss(worker)

    house.engine.move(one, 2)
    house.engine.cancel(one)
    house.hire()

    assert house.ended(one).record.status == "cancelled"
    with pytest.raises(ConflictError, match=f"treadle executions fork {one}"):
        house.engine.move(one, 1)


def test_what_no_longer_fits_when_its_owner_looks_is_left_as_it_is(house: House) -> None:
    one = house.start(graph([node("slow", IN_THREAD), node("b"), WAIT], "slow -> b", "b -> w"))
    house.until_begun("slow")
    saved(house, node("slow", IN_THREAD), edges=())
    saved(house, node("slow", IN_THREAD), WAIT, edges=("slow -> w",))
    house.engine.pause(one)

    house.engine.move(one, 2)
    house.steering.opened["slow"].set()
    until(lambda: "not_moved" in verbs(house, one) or "move" in verbs(house, one))

    assert verbs(house, one)[-1] == "not_moved"
    [row] = [row for row in house.journal(one) if row.status == "not_moved"]
    assert decode(row.detail_json or "")["findings"][0]["place"] == "b"
    assert house.record(one).version == 1
    house.until_status(one, "paused")
    house.engine.resume(one)
    house.until_parked(one)
    [said] = [each for each in house.engine.why(one) if each.kind == "not_moved"]
    assert "version 2" in said.sentence
    assert "b: it is under way" in said.sentence or "b: 'b' has run" in said.sentence


def test_a_version_that_is_not_there_and_the_one_it_has_are_refused(house: House) -> None:
    one = parked(house, WAIT)

    with pytest.raises(NotFoundError):
        house.engine.move(one, 9)
    with pytest.raises(DefinitionError, match="already"):
        house.engine.move(one, 1)


def test_a_moved_execution_is_forked_and_retried_as_any_other(house: House) -> None:
    broken = node("x", "test.flaky", {"fail": 1, "fatal": True})
    one = parked(house, node("a"), WAIT, edges=("a -> w",))
    saved(house, node("a"), WAIT, broken, edges=("a -> w", "w -> x"))
    house.engine.move(one, 2)
    until_moved(house, one, 2)
    house.engine.signal(one, "go")
    assert house.ended(one).record.status == "failed"

    made = house.engine.fork(one, "x")
    house.engine.retry(one, from_node="x")

    assert made.version == 2
    assert house.ended(one).record.status == "completed"
    assert house.ended(str(made.id)).record.status == "failed"


def test_all_open_executions_of_a_version_are_moved(house: House) -> None:
    house.engine.save_workflow("w", graph([WAIT]))
    waiting = [house.engine.create("w").id for _ in range(3)]
    paused = house.engine.create("w").id
    for one in (*waiting, paused):
        house.until_parked(one)
    house.engine.pause(paused)
    house.until_status(paused, "paused")
    saved(house, WAIT, node("b"), edges=("w -> b",))

    looked = house.engine.move_all("w", 1, 2, dry_run=True)
    moved = [each.id for each in looked.items]
    done: list[str] = []
    cursor = None
    while True:
        page = house.engine.move_all("w", 1, 2, limit=2, cursor=cursor)
        done.extend(each.id for each in page.items)
        cursor = page.next_cursor
        if cursor is None:
            break
    for one in moved:
        until_moved(house, one, 2)

    assert sorted(moved) == sorted([*waiting, paused])
    assert set(done) <= set(moved)


def test_one_that_is_moved_and_told_to_go_back_does_both(house: House) -> None:
    policy = {"retry": {"max_attempts": 2, "initial_interval": "1h"}}
    broken = node("x", "test.flaky", {"fail": 1, "fatal": True})
    nodes, edges = [node("a"), node("b"), broken], ("a -> b", "b -> x")
    one = house.start(graph(nodes, *edges, settings=policy))
    house.until_status(one, "failed")
    saved(house, *nodes, value("end", 2), edges=(*edges, "x -> end"), settings=policy)

    house.engine.move(one, 2)
    house.engine.retry(one, from_node="b")
    ended = house.ended(one)

    assert (ended.record.status, ended.output, ended.record.version) == ("completed", 2, 2)
    assert verbs(house, one) == ["rewind", "move"]
    assert (house.steering.attempts("a"), house.steering.attempts("b")) == ([1], [1, 2])


def test_one_that_waits_for_a_slot_has_its_version_when_it_begins(house: House) -> None:
    settings = {"concurrency": {"limit": 1}}
    first = house.start(graph([WAIT, value("end", 1)], "w -> end", settings=settings))
    house.until_parked(first)
    second = house.engine.create("w").id
    saved(house, WAIT, value("end", 2), edges=("w -> end",), settings=settings)

    house.engine.move(second, 2)
    for one in (first, second):
        house.engine.signal(one, "go")

    assert [house.ended(one).output for one in (first, second)] == [1, 2]


def test_an_approval_can_be_moved_from_while_another_person_must_still_decide(house: House) -> None:
    both = node("ask", "approval", {"title": "Refund?", "assignees": ["ann", "bea"], "required": 2})
    one = parked(house, both, value("end", 1), edges=("ask.approved -> end",))
    [approval] = house.store.executions.approvals(execution_id=one).items
    house.engine.decide(approval.id, "approved", by="ann")
    saved(house, both, value("end", 2), edges=("ask.approved -> end",))

    house.engine.move(one, 2)
    until_moved(house, one, 2)
    house.engine.decide(approval.id, "approved", by="bea")

    assert house.ended(one).output == 2
