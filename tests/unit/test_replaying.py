"""Replays: against its own graph every past execution does the same, and against another what follows from data."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

import pytest

from treadle.domain.errors import ActivityError, DefinitionError
from treadle.domain.graph_parser import parse_graph
from treadle.domain.marking import Activity
from treadle.domain.states import ExecutionStatus
from treadle.engine import replaying
from treadle.engine.actor import ExecutionActor
from treadle.engine.calls import prepare
from treadle.engine.outcomes import failure_of, outcome_of
from treadle.engine.program import Program
from treadle.engine.replaying import replay
from treadle.engine.replays import Replay
from treadle.engine.rewinding import rewind
from unit import test_nesting_folds
from unit.lonely_worker import RECORD, REGISTRY, START, LonelyWorker
from unit.test_nesting_folds import Story
from unit.test_rewinding import activities, go_back, go_on, played

STORIES = 160
PARTS = 4


def again(worker: LonelyWorker, program: Program, rows: int | None = None) -> Replay:
    output_json = worker.ended.output_json if worker.ended is not None else None
    record = replace(RECORD, created_at=START, status=ExecutionStatus.COMPLETED, input_json="null", output_json=output_json)
    return replay(record, worker.program, program, worker.journal[:rows])


@pytest.mark.parametrize("part", range(PARTS))
def test_against_its_own_graph_every_execution_does_the_same(part: int) -> None:
    for seed in range(part * STORIES // PARTS, (part + 1) * STORIES // PARTS):
        story = Story(seed)
        story.play()

        for rows in (None, Random(seed).randint(0, len(story.worker.journal))):
            found = again(story.worker, story.worker.program, rows)
            assert (found.result, found.first, found.not_run, found.would_run) == ("same", None, (), ()), f"seed {seed}, {rows} rows"


def test_what_went_back_or_was_forked_does_the_same_again() -> None:
    checked = 0
    for seed in range(60):
        worker = played(seed)
        rows = worker.journal[: Random(seed).randint(1, len(worker.journal))]
        wanted = Random(seed).choice(sorted(activities(worker, rows)))
        try:
            rewound = rewind("e", worker.program, worker.program.starts, rows, wanted.removeprefix("/"))
        except DefinitionError:
            continue
        for one in (go_on(seed, rewound), go_back(seed, worker, rows, rewound)):
            found = again(one, one.program)
            assert (found.result, found.first) == ("same", None), f"seed {seed} from {wanted}"
        checked += 1
    assert checked > 30


class TrueWorker(LonelyWorker):
    """Every handler runs: what its nodes put out follows from data alone."""

    def __init__(self, config: dict[str, Any], random: Random) -> None:
        super().__init__(config, random)
        self.config = config

    def outcome(self, actor: ExecutionActor, activity: Activity) -> Any:
        call = prepare(actor.rows, activity, self.time)
        try:
            return outcome_of(call.handler.run(call.context, call.config))
        except ActivityError as error:
            return failure_of(error)


def test_what_is_worked_out_anew_comes_out_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another `vars`, which nothing reads, has everything worked out anew. A race may be decided otherwise then: one is."""
    monkeypatch.setattr(test_nesting_folds, "LonelyWorker", TrueWorker)
    found = []
    for seed in range(STORIES // 2, STORIES * 3 // 2):
        story = Story(seed)
        story.play()
        worker = story.worker
        assert isinstance(worker, TrueWorker)

        other = program(worker.config | {"settings": {**worker.config.get("settings", {}), "vars": {"unread": 1}}})
        found.append((seed, again(worker, other)))

    others = [(seed, each) for seed, each in found if each.result != "same"]
    assert len(others) <= 1, others


# Small ones, by hand


def program(config: dict[str, Any]) -> Program:
    return Program("w", 1, parse_graph(config, REGISTRY.node_types), REGISTRY)


def graph(*nodes: dict[str, Any], edges: tuple[str | dict[str, Any], ...] = (), **keys: Any) -> dict[str, Any]:
    return {"nodes": list(nodes), "edges": [arrow(each) if isinstance(each, str) else each for each in edges], **keys}


def arrow(path: str, **keys: Any) -> dict[str, Any]:
    source, target = path.split(" -> ")
    source, _, port = source.partition(".")
    return {"source": source, "target": target, **({"port": port} if port else {}), **keys}


def box(id: str, type: str = "log", config: dict[str, Any] | None = None, **keys: Any) -> dict[str, Any]:
    """A node; by default of a type that has an effect, so that nothing but its record says what it gives."""
    return {"id": id, "type": type, "config": config if config is not None else {"message": id} if type == "log" else {}, **keys}


def value(id: str, of: Any) -> dict[str, Any]:
    return box(id, "set", {"value": of})


def choose(condition: str) -> dict[str, Any]:
    return box("c", "if", {"condition": condition})


FLAKY = box("x", "demo.flaky", {"fail_times": 1})


def past(config: dict[str, Any]) -> LonelyWorker:
    """Played to its end by the handlers themselves."""
    worker = TrueWorker(config, Random(1))
    worker.inline = 1.0
    worker.take()
    while worker.ended is None:
        if worker.actor is None:
            assert worker.wake_at is not None
            worker.time = max(worker.time, worker.wake_at)
            worker.take()
        elif worker.commits:
            worker.commit()
        else:
            worker.time = max(worker.time, worker.actor.next_due or worker.time)
            worker.actor.tick()
    return worker


def replayed(before: dict[str, Any], after: dict[str, Any]) -> Replay:
    worker = past(before)
    assert worker.ended is not None
    status = worker.ended.status or ExecutionStatus.COMPLETED
    record = replace(RECORD, created_at=START, status=status, input_json="{}", output_json=worker.ended.output_json)
    return replay(record, worker.program, program(after), worker.journal)


WAYS = ("a -> c", "c.true -> yes", "c.false -> no")


def test_a_changed_condition_goes_the_other_way() -> None:
    nodes = (value("a", 5), value("yes", 1), value("no", 2))

    found = replayed(
        graph(nodes[0], choose("nodes.a.output > 3"), *nodes[1:], edges=WAYS),
        graph(nodes[0], choose("nodes.a.output > 7"), *nodes[1:], edges=WAYS),
    )

    assert (found.result, found.not_run, found.would_run, found.end, found.would_end) == ("differs", ("yes",), ("no",), "completed", "completed")
    assert found.first is not None
    assert (found.first.place, found.first.kind) == ("c", "choice")
    assert "'true'" in found.first.message
    assert "'false'" in found.first.message


def test_a_changed_condition_that_decides_alike_makes_no_difference() -> None:
    nodes = (value("a", 5), value("yes", 1), value("no", 2))

    found = replayed(
        graph(nodes[0], choose("nodes.a.output > 3"), *nodes[1:], edges=WAYS),
        graph(nodes[0], choose("nodes.a.output > 4"), *nodes[1:], edges=WAYS),
    )

    assert found.result == "same"


def test_a_node_whose_result_nobody_knows_is_named() -> None:
    found = replayed(
        graph(value("a", 5), choose("true"), box("yes"), box("no"), box("end"), edges=(*WAYS, "no -> end")),
        graph(value("a", 5), choose("false"), box("yes"), box("no"), box("end"), edges=(*WAYS, "no -> end")),
    )

    assert (found.result, found.needs, found.would_end) == ("unknown", ("no",), None)


def test_a_result_is_kept_behind_a_new_node_that_follows_from_data() -> None:
    found = replayed(
        graph(box("a"), box("b"), edges=("a -> b",)),
        graph(box("a"), value("s", 1), box("b"), edges=("a -> s", "s -> b")),
    )

    assert (found.result, found.would_run, found.not_run, found.needs) == ("differs", ("s",), (), ())


def test_a_condition_on_an_edge_is_evaluated_with_what_is_recorded() -> None:
    def of(when: str) -> dict[str, Any]:
        return graph(value("a", 5), box("b"), edges=(arrow("a -> b", when=when),))

    assert replayed(of("output > 1"), of("output > 2")).result == "same"
    found = replayed(of("output > 1"), of("output > 9"))
    assert (found.result, found.not_run, found.would_end) == ("differs", ("b",), "completed")


def test_a_removed_node_did_run_and_would_not_have() -> None:
    found = replayed(graph(box("a"), box("b"), edges=("a -> b",)), graph(box("a")))

    assert (found.result, found.not_run) == ("differs", ("b",))


def test_an_error_edge_catches_a_failure_that_is_recorded() -> None:
    bad = box("bad", "fail", {"message": "no"})

    found = replayed(graph(box("a"), bad, edges=("a -> bad",)), graph(box("a"), bad, value("mend", 1), edges=("a -> bad", "bad.error -> mend")))

    assert (found.result, found.would_run, found.end, found.would_end) == ("differs", ("mend",), "failed", "completed")


def test_what_was_undone_does_the_same_and_differs_where_it_would_not_have_failed() -> None:
    def of(message: str, condition: str) -> dict[str, Any]:
        kept = {**value("a", 1), "compensate": {"type": "log", "config": {"message": message}}}
        return graph(kept, choose(condition), box("no", "fail", {"message": "no"}), value("yes", 1), edges=("a -> c", "c.true -> yes", "c.false -> no"))

    undone = of("{{ output }}", "false")

    assert [replayed(undone, each).result for each in (undone, of("other words", "false"))] == ["same", "same"]
    found = replayed(undone, of("{{ output }}", "true"))
    assert (found.result, found.not_run, found.would_run, found.end, found.would_end) == ("differs", ("no",), ("yes",), "failed", "completed")
    assert replayed(undone, {**undone, "settings": {"vars": {"x": 1}}}).end == "failed"
    found = replayed(undone, {**undone, "nodes": [value("a", 1), *undone["nodes"][1:]]})
    assert (found.result, found.first and found.first.kind, found.would_end) == ("differs", "not_run", "failed")


def test_fewer_attempts_would_have_failed() -> None:
    def of(attempts: int) -> dict[str, Any]:
        return graph({**FLAKY, "retry": {"max_attempts": attempts, "initial_interval": "1s"}}, box("b"), edges=("x -> b",))

    found = replayed(of(3), of(1))

    assert (found.result, found.end, found.would_end, found.not_run) == ("differs", "completed", "failed", ("b",))


def test_more_attempts_have_a_result_that_nobody_knows() -> None:
    def of(attempts: int) -> dict[str, Any]:
        node = box("x", "demo.flaky", {"fail_times": 2})
        return graph({**node, "retry": {"max_attempts": attempts, "initial_interval": "1s"}}, box("b"), edges=("x -> b",))

    found = replayed(of(1), of(3))

    assert (found.result, found.needs) == ("unknown", ("x",))


def test_a_choice_in_an_item_of_a_map_is_made_anew() -> None:
    def of(condition: str) -> dict[str, Any]:
        inner = graph(choose(condition), value("yes", 1), value("no", 2), edges=WAYS[1:])
        return graph(box("each", "for_each", {"items": "{{ [1, 5, 9] }}", "graph": inner}), box("end"), edges=("each -> end",))

    found = replayed(of("item > 3"), of("item > 7"))

    assert (found.result, found.not_run, found.would_run) == ("differs", ("each[1]/yes",), ("each[1]/no",))
    assert found.first is not None
    assert found.first.place == "each[1]/c"
    assert replayed(of("item > 3"), of("item > 4")).result == "same"


def test_a_longer_list_has_items_that_nobody_knows() -> None:
    def of(items: str) -> dict[str, Any]:
        return graph(box("each", "for_each", {"items": items, "graph": graph(box("f"))}))

    found = replayed(of("{{ [1, 2] }}"), of("{{ [1, 2, 3] }}"))

    assert (found.result, found.needs) == ("unknown", ("each[2]/f",))


def test_another_output_of_the_whole_is_a_difference() -> None:
    def of(output: str) -> dict[str, Any]:
        return graph(value("a", 5), settings={"output": output})

    found = replayed(of("nodes.a.output"), of("nodes.a.output + 1"))

    assert found.first is not None
    assert (found.result, found.first.kind) == ("differs", "output")


def test_a_node_of_another_type_has_no_recorded_result() -> None:
    found = replayed(graph(box("a"), box("b"), edges=("a -> b",)), graph(box("a"), box("b", "wait", {"duration": "1h"}), edges=("a -> b",)))

    assert (found.result, found.needs) == ("unknown", ("b",))


def test_a_cycle_that_does_not_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replaying, "MOST_STEPS", 50)
    cycle = ("s -> a", "a -> c", "c.true -> end", "c.false -> a")

    found = replayed(
        graph(value("s", 1), value("a", 1), choose("true"), box("end"), edges=cycle),
        graph(value("s", 1), value("a", 1), choose("false"), box("end"), edges=cycle),
    )

    assert (found.result, found.would_end) == ("unknown", None)
    assert "more than 50 nodes" in found.needs[0]
