"""Replays: against its own graph every past execution does the same, and against another what follows from data."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

import pytest

from treadle.domain.graph_parser import parse_graph
from treadle.domain.records import MessageKind
from treadle.engine.program import Program
from treadle.engine.replaying import replay
from treadle.engine.replays import Replay
from unit.lonely_worker import RECORD, REGISTRY, START, LonelyWorker
from unit.test_nesting_folds import Story

STORIES = 160
PARTS = 4


def again(worker: LonelyWorker, program: Program, rows: int | None = None) -> Replay:
    record = replace(RECORD, created_at=START, status="completed", input_json="{}")
    return replay(record, worker.program, program, worker.journal[:rows])


@pytest.mark.parametrize("part", range(PARTS))
def test_against_its_own_graph_every_execution_does_the_same(part: int) -> None:
    for seed in range(part * STORIES // PARTS, (part + 1) * STORIES // PARTS):
        story = Story(seed)
        story.play()

        for rows in (None, Random(seed).randint(0, len(story.worker.journal))):
            found = again(story.worker, story.worker.program, rows)
            assert (found.result, found.first, found.not_run, found.would_run) == ("same", None, (), ()), f"seed {seed}, {rows} rows"
