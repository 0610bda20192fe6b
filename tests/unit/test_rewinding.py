"""Going back to a node: which rows are kept, in random stories and in small ones."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import Any

import pytest

from treadle.domain.errors import DefinitionError, NotFoundError
from treadle.domain.records import JournalRow, MessageKind, RowKind
from treadle.domain.values import INPUT_LIMIT, encode
from treadle.engine.execution_state import ExecutionState
from treadle.engine.frames import TOP, place_of_row
from treadle.engine.rewinding import Rewound, rewind, to_rewind
from unit.lonely_worker import START, LonelyWorker
from unit.test_nesting_folds import Story

STORIES = 80
PLACES = 4


def fork_row(rewound: Rewound) -> JournalRow:
    seq = len(rewound.rows) + 1
    return JournalRow("e", seq, RowKind.CONTROL, "", TOP, 0, 0, "fork", detail_json='{"verb":"fork"}', finished_at=START)


def ends(row: JournalRow) -> bool:
    return row.kind == RowKind.DONE or (row.kind == RowKind.FAILED and row.port is not None)


def activities(worker: LonelyWorker, rows: list[JournalRow]) -> dict[str, tuple[str, set[str], int]]:
    """Of each place that was ever active: its scope, the places whose tokens it consumed, and after which row it fired."""
    state = ExecutionState("e", worker.program, worker.program.starts)
    known: dict[str, tuple[str, set[str], int]] = {}

    def look() -> None:
        for frame in state.frames.by_path.values():
            for activity in frame.marking.active.values():
                nodes = frame.program.graph.nodes
                inputs = {f"{frame.path}/{nodes[n].id}#{v}" for n, v in activity.inputs if n >= 0}
                known.setdefault(f"{frame.path}/{nodes[activity.node].id}#{activity.visit}", (frame.path, inputs, activity.fired_at))

    look()
    for row in rows:
        state.apply(row)
        look()
    return known


def descendants(known: dict[str, tuple[str, set[str], int]], wanted: str) -> set[str]:
    """By consumed tokens, and by the composite around: what is inside of a descendant descends too."""
    found = {wanted}
    while True:
        more = {
            each
            for each, (scope, inputs, _) in known.items()
            if each not in found and (inputs & found or any(scope.startswith(f"{long(of)}[") for of in found))
        }
        if not more:
            return found
        found |= more


def long(key: str) -> str:
    """The path that the runs of this activity have, but for their number."""
    path, _, name = key.rpartition("/")
    node_id, _, visit = name.partition("#")
    name = name if int(visit) > 1 else node_id
    return f"{path}/{name}" if path else name


def go_on(seed: int, rewound: Rewound) -> LonelyWorker:
    """A fork with these rows is played to its end, and folds as its worker knows it after every commit."""
    story = Story(seed)
    story.worker.journal = [*rewound.rows, fork_row(rewound)]
    story.worker.take()
    story.wind_up()
    return story.worker


def key_of(row: JournalRow) -> str:
    return f"{row.scope}/{row.node_id}#{row.visit}"


def played(seed: int) -> LonelyWorker:
    story = Story(seed)
    story.worker.failing = 0.1
    story.play()
    return story.worker


@pytest.mark.parametrize("part", range(4))
def test_what_is_kept_folds_to_a_state_where_the_node_runs_and_nothing_descends_from_it(part: int) -> None:
    checked, refused = 0, Counter[str]()
    for seed in range(part * STORIES // 4, (part + 1) * STORIES // 4):
        worker = played(seed)
        random = Random(seed)
        for _ in range(PLACES):
            rows = worker.journal[: random.randint(1, len(worker.journal))]
            known = activities(worker, rows)
            wanted = random.choice(sorted(known))
            try:
                rewound = rewind("e", worker.program, worker.program.starts, rows, wanted.removeprefix("/"))
            except DefinitionError as error:
                refused[error.findings[0].code] += 1
                continue
            try:
                check(worker, rows, rewound, wanted, known)
                go_on(seed, rewound)
                if rows:
                    go_back(seed, worker, rows, rewound)
            except BaseException as error:
                error.add_note(f"seed {seed}, {len(rows)} rows, from {wanted}")
                raise
            checked += 1

    assert set(refused) <= {"is_gate", "has_not_run"}
    assert checked > 10 * refused.total()


def check(
    worker: LonelyWorker, rows: list[JournalRow], rewound: Rewound, wanted: str, known: dict[str, tuple[str, set[str], int]]
) -> None:
    state = ExecutionState.fold("e", worker.program, worker.program.starts, [*rewound.rows, fork_row(rewound)])
    found = rewound.place
    frame = state.frames.at(found.path)
    activity = frame.find(found.node_id, found.visit)
    nodes = frame.program.graph.nodes
    assert {f"{found.path}/{nodes[n].id}#{v}" for n, v in activity.inputs if n >= 0} == known[wanted][1]
    below = descendants(known, wanted)
    kept = {key_of(row) for row in rewound.rows if ends(row)}
    assert not kept & below
    assert activity not in state.waits
    assert activity not in state.frames.composites
    before = {row.seq for row in rows if row.seq <= known[wanted][2] and row.kind != RowKind.CONTROL}
    assert before <= set(rewound.sources), "what came before the visit fired is kept"


def go_back(seed: int, worker: LonelyWorker, rows: list[JournalRow], rewound: Rewound) -> LonelyWorker:
    """The same execution goes back and on, to its end; attempts of what runs again are new ones."""
    story = Story(seed)
    again = story.worker
    again.journal = list(rows)
    again.inbox = worker.inbox[: max((row.message_seq or 0 for row in rows), default=0)]
    payload = {"rewind": to_rewind(rewound, rows).to_json()}
    again.tell(MessageKind.RETRY, payload=encode(payload, limit=INPUT_LIMIT, name="payload"))
    again.take()
    while again.actor is not None and len(again.journal) == len(rows) and again.commits:
        again.commit()
    assert again.journal[len(rows)].status == "rewind"
    story.wind_up()
    composites = {place_of_row(row) for row in again.journal if row.kind == RowKind.BEGIN}  # they go on in the same attempt
    ran = [(place_of_row(row), row.attempt) for row in again.journal if ends(row) and place_of_row(row) not in composites]
    assert len(set(ran)) == len(ran), "no attempt has two ends"
    return again


def small(nodes: list[dict[str, Any]], *edges: tuple[str, str]) -> LonelyWorker:
    config = {"nodes": nodes, "edges": [{"source": source, "target": target} for source, target in edges]}
    worker = LonelyWorker(config, Random(1))
    worker.failing, worker.inline = 0.0, 1.0
    worker.take()
    while worker.ended is None:
        worker.commit()
    return worker


def map_of(count: int, concurrency: int) -> dict[str, Any]:
    graph = {"nodes": [{"id": "f", "type": "noop"}, {"id": "g", "type": "noop"}], "edges": [{"source": "f", "target": "g"}]}
    return {"id": "each", "type": "for_each", "config": {"count": count, "concurrency": concurrency, "graph": graph}}


def gone_back(worker: LonelyWorker, wanted: str) -> Rewound:
    return rewind("e", worker.program, worker.program.starts, worker.journal, wanted)


def test_a_branch_beside_is_kept_and_the_join_is_not() -> None:
    nodes = [{"id": name, "type": "noop"} for name in ("s", "a", "b", "a2", "j")]
    worker = small(nodes, ("s", "a"), ("s", "b"), ("a", "a2"), ("a2", "j"), ("b", "j"))

    rewound = gone_back(worker, "a")

    assert sorted(rewound.reused()) == ["b", "s"]


def test_items_of_a_map_are_kept_beside_the_one_that_is_run_again() -> None:
    worker = small([map_of(6, 1), {"id": "after", "type": "noop"}], ("each", "after"))

    rewound = gone_back(worker, "each[2]/g")

    kept = {f"each[{i}]/{node}" for i in range(6) for node in ("f", "g")} - {"each[2]/g"}
    assert set(rewound.reused()) == kept
    state = ExecutionState.fold("e", worker.program, worker.program.starts, [*rewound.rows, fork_row(rewound)])
    [activity] = [a for f in state.frames.walk() if f.path for a in f.marking.active.values()]
    assert (activity.home.path, activity.attempt) == ("each[2]", 1)


def test_a_loop_is_gone_back_to_at_one_turn() -> None:
    graph = {"nodes": [{"id": "f", "type": "noop"}], "edges": []}
    worker = small([{"id": "turn", "type": "repeat", "config": {"max": 4, "graph": graph}}])

    rewound = gone_back(worker, "turn[1]/f")

    assert rewound.reused() == ["turn[0]/f"]


def test_a_composite_as_a_whole_begins_anew() -> None:
    worker = small([{"id": "s", "type": "noop"}, map_of(3, 3)], ("s", "each"))

    assert gone_back(worker, "each").reused() == ["s"]


def test_what_was_withdrawn_when_another_came_first_runs_again_beside_it() -> None:
    nodes: list[dict[str, Any]] = [{"id": name, "type": "noop"} for name in ("s", "a", "b")]
    nodes[2]["type"], nodes[2]["config"] = "signal.wait", {"signal": "go"}
    worker = small([*nodes, {"id": "j", "type": "noop", "join": "first", "rest": "cancel"}], ("s", "a"), ("s", "b"), ("a", "j"), ("b", "j"))

    rewound = gone_back(worker, "b")

    assert rewound.reused() == ["s"]


@pytest.mark.parametrize(
    ("wanted", "code"),
    [("each[9]/f", "has_not_run"), ("each/f", "has_not_run"), ("each[0]/f#2", "no_such_visit"), ("each[0]/f#x", "no_such_visit")],
)
def test_a_place_that_has_not_run_is_refused(wanted: str, code: str) -> None:
    worker = small([map_of(2, 1)])

    with pytest.raises(DefinitionError) as refused:
        gone_back(worker, wanted)

    assert refused.value.findings[0].code == code
    assert refused.value.findings[0].hint


def test_an_unknown_node_is_answered_with_those_that_are_near() -> None:
    worker = small([map_of(2, 1)])

    with pytest.raises(NotFoundError) as refused:
        gone_back(worker, "eahc")

    assert refused.value.known == ("each",)
