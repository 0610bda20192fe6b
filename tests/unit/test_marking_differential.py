"""The marking against the obvious interpreter, on graphs of any shape, and against its own journal and snapshots."""

from __future__ import annotations

import json
import os
from collections import Counter
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from treadle.domain.graph import Graph
from treadle.domain.marking import Effects, Marking
from unit.obvious_interpreter import ObviousMarking
from unit.token_worlds import Move, play, random_move, starts_of, step, step_obvious, unstructured, view, view_obvious

SCALE = int(os.environ.get("TREADLE_TEST_SCALE", "1"))
MOST_MOVES = 60


def agree(marking: Marking, effects: Effects, obvious: ObviousMarking) -> None:
    assert view(marking) == view_obvious(obvious)
    assert [(a.node, a.visit) for a in effects.run] == obvious.run
    assert [(a.node, a.visit) for a in effects.withdrawn] == obvious.withdrawn
    assert [(note.kind, note.node, note.visit) for note in effects.notes] == obvious.notes
    if effects.error is not None:
        nodes = tuple(marking.graph.index_of[name] for name in effects.error[2])
        assert (effects.error[0], nodes) == obvious.error


def thawed(marking: Marking) -> Marking:
    return Marking.restore(marking.graph, json.loads(json.dumps(marking.snapshot())))


def compare(random: Random) -> Counter[str]:
    """Both interpreters through one random game, sometimes through a snapshot; what the game was about."""
    graph = unstructured(random)
    starts = starts_of(graph, random)
    marking, effects = Marking.start(graph, starts)
    obvious = ObviousMarking(graph)
    obvious.start(starts)
    agree(marking, effects, obvious)
    seen: Counter[str] = Counter()
    for _ in range(MOST_MOVES):
        move = random_move(graph, marking, random)
        if move is None:
            break
        if random.random() < 0.1:
            marking = thawed(marking)
        effects = step(marking, move)
        step_obvious(obvious, move)
        agree(marking, effects, obvious)
        seen.update(note.kind for note in effects.notes)
        seen["debt"] += bool(marking.debts.owed)
        seen["stamp"] += any(activity.stamps for activity in marking.active.values())
        seen["withdrawn"] += len(effects.withdrawn)
        seen["in line"] += any(marking.in_line(activity) for activity in marking.active.values())
    seen[marking.state] += 1
    seen[effects.error[0] if effects.error else "no error"] += 1
    return seen


@pytest.mark.parametrize("part", range(4))
def test_the_marking_and_the_obvious_interpreter_agree_on_every_step(part: int) -> None:
    seen: Counter[str] = Counter()

    for seed in range(part * 250 * SCALE, (part + 1) * 250 * SCALE):
        try:
            seen += compare(Random(seed))
        except AssertionError as error:
            error.add_note(f"seed {seed}")
            raise

    for what in ("tie", "gate", "debt", "stamp", "withdrawn", "in line", "completed", "failed", "starved", "max_activities"):
        assert seen[what], what


@settings(max_examples=150 * SCALE, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.randoms(use_true_random=False))
def test_they_agree_on_graphs_that_hypothesis_shrinks(random: Random) -> None:
    compare(random)


def journal_of(graph: Graph, starts: list[int], random: Random) -> tuple[list[Move], list[dict[str, object]]]:
    """The rows of one game and the snapshot after each, the first after the start."""
    marking, _ = Marking.start(graph, starts)
    snapshots = [marking.snapshot()]
    rows = []
    for move, _ in play(graph, marking, random, most=MOST_MOVES):
        rows.append(move)
        snapshots.append(marking.snapshot())
    return rows, snapshots


@pytest.mark.parametrize("part", range(4))
def test_every_prefix_of_a_journal_folds_to_the_same_marking(part: int) -> None:
    folded = 0

    for seed in range(part * 60 * SCALE, (part + 1) * 60 * SCALE):
        random = Random(seed)
        graph = unstructured(random)
        starts = starts_of(graph, random)
        rows, snapshots = journal_of(graph, starts, random)
        for length in range(0, len(rows) + 1, 3):
            marking, _ = Marking.start(graph, starts)
            for row in rows[:length]:
                step(marking, row)
            assert marking.snapshot() == snapshots[length], (seed, length)
            folded += 1

    assert folded > 60 * SCALE


@pytest.mark.parametrize("part", range(4))
def test_a_restored_marking_equals_the_one_it_was_taken_from_and_goes_on_like_it(part: int) -> None:
    replayed = 0

    for seed in range(part * 60 * SCALE, (part + 1) * 60 * SCALE):
        random = Random(seed)
        graph = unstructured(random)
        rows, snapshots = journal_of(graph, starts_of(graph, random), random)
        for at in range(0, len(rows), 4):
            marking = Marking.restore(graph, json.loads(json.dumps(snapshots[at])))
            assert marking.snapshot() == snapshots[at], (seed, at)
            for row, expected in zip(rows[at:], snapshots[at + 1 :], strict=True):
                step(marking, row)
                assert marking.snapshot() == expected, (seed, at)
                replayed += 1

    assert replayed > 60 * SCALE
