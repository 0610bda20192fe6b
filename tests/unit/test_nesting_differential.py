"""The engine's scopes against the obvious ones: random games on random nested graphs must agree after every row."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest

from treadle.activities.registry import built_in_registry
from treadle.domain.graph_parser import parse_graph
from treadle.domain.marking import Activity
from treadle.domain.records import ExecutionRecord, JournalRow, RowKind
from treadle.domain.values import decode, encode
from treadle.engine.conclusions import Conclusions
from treadle.engine.execution_state import ExecutionState
from treadle.engine.frames import Frame
from treadle.engine.outcomes import Failure, Finished
from treadle.engine.program import Program
from treadle.engine.rows import RowMaker
from treadle.engine.vocabulary import Vocabulary
from unit.graph_samples import drawn
from unit.nested_graphs import nested
from unit.obvious_nesting import Address, Due, ObviousExecution
from unit.token_worlds import view, view_obvious

REGISTRY = built_in_registry()
NOW = datetime(2026, 1, 1, tzinfo=UTC)
COMPOSITES = ("for_each", "repeat", "block")
GAMES = 150
MOST_MOVES = 80

_RECORD: dict[str, Any] = {field.name: None for field in fields(ExecutionRecord)}
RECORD = ExecutionRecord(**{**_RECORD, "id": "e", "workflow": "w", "version": 1, "trigger_json": '{"node":null}', "attempt": 1})


class Engine:
    """The engine's own scopes, driven by addresses: it makes the rows and folds them, and keeps them all."""

    def __init__(self, config: dict[str, Any]) -> None:
        self.graph = parse_graph(config, REGISTRY.node_types)
        self.program = Program("w", 1, self.graph, REGISTRY)
        self.state = ExecutionState("e", self.program, self.program.starts)
        vocabulary = Vocabulary(RECORD, self.state)
        self.rows = RowMaker(RECORD, self.state, vocabulary, by="w", random=Random(0))
        self.conclusions = Conclusions(self.state, self.rows, vocabulary)
        self.journal: list[JournalRow] = []

    def running(self) -> dict[Address, Activity]:
        return {address_of(activity): activity for activity in self.state.startable() if not is_gate(activity)}

    def begin(self, address: Address) -> None:
        activity = self.running()[address]
        node = node_of(activity)
        handler: Any = REGISTRY.get(node.type)
        plan = handler.run(None, node.config)
        self.fold(self.rows.begun(activity, encode(plan.to_json(), limit=10_000, name="plan"), None, started_at=NOW))

    def finish(self, address: Address, port: str) -> None:
        activity = self.running()[address]
        is_end = node_of(activity).type == "terminate"
        detail = '{"status":"completed"}' if is_end else None
        outcome = Finished("null", () if is_end else (port,), None, detail)
        self.fold(self.rows.finished(activity, outcome, started_at=None, now=NOW))

    def fail(self, address: Address) -> None:
        failure = Failure("odd", "no", retryable=False)
        self.fold(self.rows.failed(self.running()[address], failure, started_at=None, now=NOW))

    def conclude(self) -> Due | None:
        """Fold the row that is due, and say what it says."""
        row = self.conclusions.next(NOW)
        if row is None:
            return None
        frame = self.state.frames.at(row.scope)
        address = (row.scope, frame.program.graph.index_of[row.node_id], row.visit)
        ripe = [f.index for f in self.state.frames.ripe if f.around is not None and address_of(f.around) == address]
        self.fold(row)
        if row.kind == RowKind.ITEM:
            return "item", address, decode(row.detail_json or "{}")["index"]
        return ("item", address, ripe[0]) if row.kind == RowKind.FAILED else ("leave", address, 0)

    def fold(self, row: JournalRow) -> None:
        self.state.apply(row)
        self.journal.append(row)

    def picture(self) -> dict[str, Any]:
        return pictures(self.state)


def pictures(state: ExecutionState) -> dict[str, Any]:
    return {frame.path: view(frame.marking) for frame in state.frames.walk()}


def address_of(activity: Activity) -> Address:
    home: Frame = activity.home
    return home.path, activity.node, activity.visit


def node_of(activity: Activity) -> Any:
    home: Frame = activity.home
    return home.program.graph.nodes[activity.node]


def is_gate(activity: Activity) -> bool:
    return bool(node_of(activity).type == "gate")


class Game:
    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        config = nested(self.random)
        self.engine = Engine(config)
        self.obvious = ObviousExecution(self.engine.graph)
        self.obvious.start()
        self.seen: Counter[str] = Counter()

    def play(self) -> None:
        self.agree()
        for _ in range(MOST_MOVES):
            self.conclude()
            if not self.obvious.running() or not self.obvious.alive(""):
                break
            self.move(self.random.choice(sorted(self.obvious.running())))
        self.conclude()
        self.seen[self.obvious.scopes[""].state] += 1

    def move(self, address: Address) -> None:
        scope = self.obvious.scopes[address[0]]
        node = scope.node(address[1])
        if node.type in COMPOSITES:
            self.engine.begin(address)
            self.obvious.begin(address)
            self.seen[node.type] += 1
        elif node.type not in ("if", "terminate") and self.random.random() < 0.08:
            self.engine.fail(address)
            self.obvious.fail(address)
            self.seen["fail"] += 1
        else:
            port = self.random.choice(["true", "true", "false"]) if node.type == "if" else "out"
            self.engine.finish(address, port)
            self.obvious.finish(address, port)
            self.seen["terminate inside"] += node.type == "terminate" and bool(address[0])
        self.agree()

    def conclude(self) -> None:
        """Items and composites that are over, in the engine's order, until neither side has any."""
        while self.engine.state.root.goes_on:
            due = self.obvious.due()
            told = self.engine.conclude()
            if told is None:
                assert due == []
                return
            assert told in due
            self.obvious.tell(told)
            self.seen[told[0]] += 1
            self.agree()

    def agree(self) -> None:
        obvious = self.obvious
        alive = {path: view_obvious(scope) for path, scope in obvious.scopes.items() if obvious.alive(path)}
        assert self.engine.picture() == alive
        assert self.engine.state.root.marking.state == obvious.scopes[""].state
        if obvious.alive(""):
            assert sorted(self.engine.running()) == sorted(obvious.running())
        self.seen["detached"] += bool(obvious.detached)
        self.seen["nested"] += any(path.count("[") > 1 for path in alive)
        self.seen["in line"] += any(a["status"] == "queued" for s in obvious.scopes.values() for a in s.active.values())


@pytest.mark.parametrize("part", range(4))
def test_nested_scopes_and_the_obvious_ones_agree_after_every_row(part: int) -> None:
    seen: Counter[str] = Counter()

    for seed in range(part * GAMES, (part + 1) * GAMES):
        game = Game(seed)
        try:
            game.play()
        except Exception as error:
            error.add_note(f"seed {seed}, after {[f'{r.kind} {r.scope}/{r.node_id}#{r.visit}' for r in game.engine.journal]}")
            raise
        seen += game.seen

    for what in (*COMPOSITES, "item", "leave", "fail", "terminate inside", "detached", "nested", "in line", "completed", "failed"):
        assert seen[what], what


def test_the_rows_of_a_game_fold_to_the_same_scopes() -> None:
    folded = 0

    for seed in range(GAMES):
        game = Game(seed)
        game.play()
        engine = game.engine

        again = ExecutionState.fold("e", engine.program, engine.program.starts, engine.journal)

        assert pictures(again) == engine.picture(), seed
        folded += len(engine.journal)

    assert folded > GAMES


def behind_a_mutex(arrows: str, **nodes: Any) -> Engine:
    """A block whose graph has begun, while a node beside the block holds the mutex `m`."""
    inner = drawn(arrows, **nodes)
    holder = {"id": "holder", "type": "noop", "mutex": "m"}
    engine = Engine({"nodes": [holder, {"id": "block", "type": "block", "config": {"graph": inner}}]})
    engine.begin(("", 1, 1))
    engine.finish(("block[0]", 0, 1), "out")
    return engine


def gate(watched: str, state: str, **more: Any) -> dict[str, Any]:
    return {"type": "gate", "config": {"node": watched, "state": state}, **more}


def test_a_gate_that_gets_its_mutex_from_another_scope_is_not_run() -> None:
    engine = behind_a_mutex("s>w s>g", g=gate("w", "finished", mutex="m"))

    engine.finish(("", 0, 1), "out")

    assert [node_of(activity).id for activity in engine.state.startable()] == ["w"]


def test_a_gate_does_not_miss_while_somebody_waits_for_a_mutex_of_another_scope() -> None:
    engine = behind_a_mutex("s>g s>k g:missed>x k>after", g=gate("after", "finished"), k={"mutex": "m"})

    assert engine.picture()["block[0]"]["visits"] == {0: 1, 1: 1, 2: 1}


def test_a_gate_in_line_for_a_mutex_of_another_scope_opens_when_it_gets_it() -> None:
    engine = behind_a_mutex("s>w s>g g>x", g=gate("w", "finished", mutex="m"))

    engine.finish(("block[0]", 1, 1), "out")
    engine.finish(("", 0, 1), "out")

    assert engine.picture()["block[0]"]["visits"] == {0: 1, 1: 1, 2: 1, 3: 1}
