"""Forks: a new execution goes on from a node of another one, whatever state that is in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from engine_house import IN_THREAD, House, graph, node, open_house, until, value
from treadle.domain.errors import ConflictError, DefinitionError, NotFoundError
from treadle.domain.values import decode
from treadle.engine.forking import Fork

CHAIN = graph([node("a", config={"value": 1}), node("b", config={"value": 2}), node("c", config={"value": 3})], "a -> b", "b -> c")


@pytest.fixture
def house(store_url: str) -> Iterator[House]:
    with open_house(store_url) as opened:
        opened.hire()
        yield opened


def forked(house: House, execution_id: str, from_node: str, **options: Any) -> Fork:
    made = house.engine.fork(execution_id, from_node, **options)
    assert made.id is not None
    return made


def calls(house: House, execution_id: str | None) -> list[str]:
    """The nodes that ran in this execution."""
    return sorted(key.partition("/")[2] for key, _ in house.steering.calls if key.startswith(f"{execution_id}/"))


def map_of(inner: list[dict[str, Any]], *edges: str, **config: Any) -> dict[str, Any]:
    return node("each", "for_each", {"graph": graph(inner, *edges), **config})


def test_a_completed_execution_goes_on_from_a_node_in_a_new_one(house: House) -> None:
    source = house.run(CHAIN).record.id

    made = forked(house, source, "b")
    ended = house.ended(str(made.id))

    assert (made.reused, made.again, made.from_node, made.input_replaced) == (("a",), ("b",), "b", False)
    assert ended.record.status == "completed"
    assert calls(house, made.id) == ["b#1", "c#1"]
    assert decode(ended.record.trigger_json)["forked_from"] == {"execution_id": source, "from_node": "b", "version": 1}
    assert house.outputs(str(made.id), "a") == [1]
    assert calls(house, source) == ["a#1", "b#1", "c#1"]


def test_a_failed_execution_is_forked_with_another_input(house: House) -> None:
    source = house.run(
        graph([value("a", "{{ input }}"), node("b", "if", {"condition": "input.ok"}), value("c", "{{ [nodes.a.output, input] }}"),
               node("d", "fail", {"message": "no"})],
              "a -> b", "b.true -> c", "b.false -> d"),
        input={"ok": False},
    )  # fmt: skip
    assert source.record.status == "failed"

    made = forked(house, source.record.id, "b", input={"ok": True})
    ended = house.ended(str(made.id))

    assert made.input_replaced
    assert ended.output == [{"ok": False}, {"ok": True}]


def test_a_cancelled_execution_can_be_forked(house: House) -> None:
    source = house.start(graph([node("a"), node("w", "signal.wait", {"signal": "go"}), node("b")], "a -> w", "w -> b"))
    house.until_parked(source)
    house.engine.cancel(source)
    house.ended(source)

    made = forked(house, source, "w")
    house.until_parked(str(made.id))
    house.engine.signal(str(made.id), "go", 7)

    assert house.ended(str(made.id)).record.status == "completed"
    assert calls(house, made.id) == ["b#1"]


def test_a_parked_execution_is_forked_without_its_waits(house: House) -> None:
    both = graph([node("s"), node("a"), node("ask", "approval", {"title": "Go on?"}), node("j", join="all")],
                 "s -> a", "s -> ask", "a -> j", "ask.approved -> j")  # fmt: skip
    source = house.start(both)
    house.until_parked(source)

    made = forked(house, source, "a")
    house.until_parked(str(made.id))

    approvals = house.store.executions.approvals(execution_id=made.id).items
    assert [(approval.status, approval.node_id) for approval in approvals] == [("open", "ask")]
    house.engine.decide(approvals[0].id, "approved", by="ann")
    assert house.ended(str(made.id)).record.status == "completed"
    assert house.record(source).status == "waiting"


def test_a_running_execution_is_forked_and_goes_on_itself(house: House) -> None:
    source = house.start(graph([node("a"), node("slow", IN_THREAD), node("b")], "a -> slow", "slow -> b"))
    house.until_begun("slow")
    until(lambda: house.rows(source, "a"))

    made = forked(house, source, "slow")
    house.steering.opened["slow"].set()

    assert house.ended(source).record.status == house.ended(str(made.id)).record.status == "completed"
    assert calls(house, made.id) == ["b#1", "slow#1"]


def test_a_crashed_execution_is_forked_before_anybody_takes_it_again(house: House) -> None:
    source = house.start(graph([node("a"), node("slow", IN_THREAD, delivery="at_most_once")], "a -> slow"))
    house.until_begun("slow")
    house.evict_all()

    made = forked(house, source, "slow")
    house.steering.opened["slow"].set()
    house.hire()

    assert house.ended(str(made.id)).record.status == "completed"
    [*_, done] = house.rows(str(made.id), "slow")
    assert (done.kind, done.attempt) == ("done", 1)


def test_one_item_of_a_map_runs_again_and_the_others_are_reused(house: House) -> None:
    source = house.run(
        graph([map_of([node("f", config={"value": "{{ item }}"}), node("g", config={"value": "{{ nodes.f.output * 10 }}"})], "f -> g",
                      items="{{ [1, 2, 3, 4] }}", concurrency=1), value("sum", "{{ nodes.each.output }}")], "each -> sum")
    )  # fmt: skip

    made = forked(house, source.record.id, "each[2]/g")
    ended = house.ended(str(made.id))

    assert ended.output == source.output == [10, 20, 30, 40]
    assert calls(house, made.id) == ["each[2]/g#1"]


def test_a_turn_of_a_loop_runs_again_with_those_after_it(house: House) -> None:
    source = house.run(graph([node("turn", "repeat", {"max": 4, "graph": graph([node("f", config={"value": "{{ index }}"})])})]))

    made = forked(house, source.record.id, "turn[1]/f")

    assert house.ended(str(made.id)).record.status == "completed"
    assert calls(house, made.id) == [f"turn[{n}]/f#1" for n in (1, 2, 3)]


def test_a_cycle_is_gone_back_to_at_its_last_visit_or_at_one_that_is_named(house: House) -> None:
    cycle = graph([node("f"), node("again", "if", {"condition": "incoming[0].visit < 3"}), node("end")],
                  "f -> again", "again.true -> f", "again.false -> end")  # fmt: skip
    cycle["nodes"].insert(0, node("s"))
    cycle["edges"].append({"source": "s", "target": "f"})
    cycle["nodes"][1]["join"] = "each"
    source = house.run(cycle)

    last, second = forked(house, source.record.id, "f"), forked(house, source.record.id, "f#2")
    house.ended(str(last.id))
    house.ended(str(second.id))

    assert (last.from_node, second.from_node) == ("f#3", "f#2")
    assert calls(house, last.id) == ["end#1", "f#3"]
    assert calls(house, second.id) == ["end#1", "f#2", "f#3"]


def test_what_a_child_of_the_source_did_is_not_waited_for(house: House) -> None:
    house.engine.save_workflow("child", graph([node("w", "signal.wait", {"signal": "go"})]))
    source = house.start(graph([node("call", "workflow", {"workflow": "child", "wait": False, "on_parent_end": "wait"}), node("b")],
                               "call -> b"))  # fmt: skip
    until(lambda: house.rows(source, "b"))

    made = forked(house, source, "b")

    assert house.ended(str(made.id)).record.status == "completed"
    assert house.record(source).status == "waiting"


def test_a_dry_run_says_the_same_and_starts_nothing(house: House) -> None:
    source = house.run(CHAIN).record.id

    tried = house.engine.fork(source, "c", dry_run=True)

    assert (tried.id, tried.reused, tried.again) == (None, ("a", "b"), ("c",))
    assert len(house.store.executions.list().items) == 1


def test_a_fork_can_be_forked(house: House) -> None:
    source = house.run(CHAIN).record.id
    first = forked(house, source, "b")
    house.ended(str(first.id))

    second = forked(house, str(first.id), "c")

    assert house.ended(str(second.id)).record.status == "completed"
    assert second.reused == ("a", "b")
    assert calls(house, second.id) == ["c#1"]


def test_a_fork_may_run_another_version_if_all_that_is_kept_fits_there(house: House) -> None:
    source = house.run(CHAIN).record.id
    house.engine.save_workflow("w", graph([node("a"), node("b"), node("new")], "a -> b", "b -> new"))
    house.engine.save_workflow("w", graph([node("z"), node("b")], "z -> b"))

    made = forked(house, source, "b", version=2)
    with pytest.raises(DefinitionError) as refused:
        house.engine.fork(source, "b", version=3)

    assert house.ended(str(made.id)).record.version == 2
    assert calls(house, made.id) == ["b#1", "new#1"]
    assert "a#1 is not active" in str(refused.value)


def test_places_that_cannot_be_forked_from_are_refused_with_a_hint(house: House) -> None:
    nothing = graph([node("a"), node("b", "if", {"condition": "true"}), node("c"), node("d")], "a -> b", "b.true -> c", "b.false -> d")
    source = house.run(nothing).record.id

    with pytest.raises(NotFoundError) as unknown:
        house.engine.fork(source, "cc")
    with pytest.raises(DefinitionError) as never:
        house.engine.fork(source, "d")
    with pytest.raises(DefinitionError) as visit:
        house.engine.fork(source, "a#2")

    assert unknown.value.known[0] == "c"
    assert [each.value.findings[0].code for each in (never, visit)] == ["has_not_run", "no_such_visit"]


def test_a_node_inside_of_a_distributed_item_is_in_the_childs_journal(house: House) -> None:
    source = house.run(graph([map_of([node("f")], count=2, distribute=True)]))

    with pytest.raises(DefinitionError) as refused:
        house.engine.fork(source.record.id, "each[1]/f")
    made = forked(house, source.record.id, "each[1]/item")

    assert refused.value.findings[0].code == "in_child"
    assert house.ended(str(made.id)).record.status == "completed"
    assert len(house.store.executions.list(parent=made.id).items) == 1


def test_what_has_been_undone_cannot_be_forked(house: House) -> None:
    source = house.start(graph([node("a", compensate={"type": "noop"}), node("w", "signal.wait", {"signal": "go"})], "a -> w"))
    house.until_parked(source)
    house.engine.cancel(source, compensate=True)
    house.ended(source)

    with pytest.raises(ConflictError) as refused:
        house.engine.fork(source, "w")

    assert refused.value.state == "compensated"


def test_a_fork_takes_its_place_in_the_workflows_concurrency_limit(house: House) -> None:
    one = graph([node("a"), node("slow", IN_THREAD)], "a -> slow", settings={"concurrency": {"limit": 1}})
    source = house.start(one)
    house.until_begun("slow")

    made = forked(house, source, "slow")
    assert house.record(str(made.id)).status == "waiting"
    house.steering.opened["slow"].set()

    assert house.ended(str(made.id)).record.status == "completed"
    assert calls(house, made.id) == ["slow#1"]
