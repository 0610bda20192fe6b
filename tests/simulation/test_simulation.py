"""Workers, a client and faults on virtual time: what the protocol promises holds in each of many random stories.

`TREADLE_SIMULATION_SEEDS=1000 pytest tests/simulation` plays more of them; `TREADLE_SIMULATION_SEED=17` plays one again.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections import Counter
from collections.abc import Sequence

import pytest

from simulation.virtual_time import VirtualLoop
from simulation.world import World
from treadle.domain.records import JournalRow, RowKind
from treadle.domain.states import ExecutionStatus
from treadle.engine import committer
from treadle.engine.frames import place_of_row

SEEDS = int(os.environ.get("TREADLE_SIMULATION_SEEDS", "150"))
FIRST = int(os.environ.get("TREADLE_SIMULATION_SEED", "0"))
RANGE = range(FIRST, FIRST + 1) if "TREADLE_SIMULATION_SEED" in os.environ else range(SEEDS)
ENDS = (RowKind.DONE, RowKind.FAILED)


@pytest.mark.parametrize("seed", RANGE)
def test_the_promises_hold_in_every_story(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    loop = VirtualLoop()
    asyncio.set_event_loop(loop)
    logging.getLogger("treadle").setLevel(logging.CRITICAL)

    try:
        world = played(seed, loop, monkeypatch)
        wrong = [*world.wrong, *(words for each in world.executions for words in violations(world, each)), *unasked_runs(world)]
        world.store.close()
    finally:
        loop.close()
        logging.getLogger("treadle").setLevel(logging.NOTSET)

    assert not wrong, f"TREADLE_SIMULATION_SEED={seed} pytest tests/simulation\n" + "\n".join(wrong)


def played(seed: int, loop: VirtualLoop, monkeypatch: pytest.MonkeyPatch) -> World:
    async def story() -> World:
        world = World(seed, loop)

        def pause(seconds: float) -> None:
            """Between a commit and its repetition the world goes on."""
            loop.seconds += seconds
            if world.executions and world.random.random() < 0.5:
                world.act()

        monkeypatch.setattr(committer, "sleep", pause)
        await world.play(executions=8, acts=40)
        return world

    return loop.run_until_complete(story())


def violations(world: World, execution_id: str) -> list[str]:
    rows = world.store.executions.journal(execution_id)
    record = world.store.executions.get(execution_id)
    wrong = []
    if [row.seq for row in rows] != list(range(1, len(rows) + 1)):
        wrong.append(f"the journal of {execution_id} has gaps: {[row.seq for row in rows]}")
    if execution_id not in world.gone_back and (doubled := [key for key, count in results(rows).items() if count > 1]):
        wrong.append(f"I2 {execution_id} has two results of {doubled}")
    consumed = Counter(row.message_seq for row in rows if row.message_seq is not None)
    if doubled_messages := [seq for seq, count in consumed.items() if count > 1]:
        wrong.append(f"I8 {execution_id} consumed messages {doubled_messages} twice")
    if execution_id in world.cancelled and record.status is not ExecutionStatus.CANCELLED:
        wrong.append(f"P7 the cancel of {execution_id} was accepted, and it is {record.status}")
    if record.error_json and any(word in record.error_json for word in ("crash_loop", "journal_gap", "cannot_run", "internal_error")):
        wrong.append(f"{execution_id} ({record.workflow}) ended with {record.error_json}")
    return wrong


def results(rows: Sequence[JournalRow]) -> Counter[str]:
    """Results by place; those before a retry of the whole execution, or of a map around them, do not count."""
    counted: Counter[str] = Counter()
    failed: set[str] = set()
    for row in rows:
        key = place_of_row(row)
        if row.kind in ENDS:
            counted[key] += 1
            if row.port is None and row.kind == RowKind.FAILED:
                failed.add(key)
        elif (row.kind == RowKind.CONTROL and row.status in ("retry", "fork")) or row.kind == RowKind.RETRYING:
            for each in failed:
                counted[each] -= 1
            failed.clear()
    return counted


def unasked_runs(world: World) -> list[str]:
    """A handler runs once more for a fault that touched it, and for nothing else."""
    faults = world.losses + world.lost_replies
    counted = ((key, count) for key, count in world.runs.items() if key[0].partition("/")[0] not in world.gone_back)
    return [f"I5 {key} ran {count} times with {faults} faults" for key, count in counted if count - 1 > faults]
