"""The fold of the journal against the worker's memory: in random stories they say the same after every commit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from random import Random
from typing import Any

import pytest

from treadle.domain.composites import Composite
from treadle.domain.marking import Activity
from treadle.domain.records import MessageKind
from treadle.domain.states import ActivityStatus
from treadle.domain.values import decode
from treadle.engine.execution_state import ExecutionState
from treadle.engine.frames import Frame, place_of_row
from unit.lonely_worker import LonelyWorker
from unit.nested_graphs import nested
from unit.token_worlds import view

STORIES = 60
MOVES = 150
LONG, SELDOM = 150, 8
"""A journal that is longer is folded anew only now and then: to do so after each row of it takes time by its square."""
ENDS = ("starved", "mutex_deadlock", "terminated", "odd", "timeout", "max_activities", "too_many_turns", "expression_error")


def shaken(random: Random, config: dict[str, Any]) -> dict[str, Any]:
    """Retries, time-outs, waits for signals, starts that are marked, and maps that grow, here and there."""
    for node in config["nodes"]:
        kind = node["type"]
        if kind == "noop" and random.random() < 0.2 and "mutex" not in node:
            node.update(type="signal.wait", config={"signal": random.choice(("go", "on"))})
            if random.random() < 0.5:
                node["timeout"] = random.choice(("5m", "20m"))
        elif kind == "noop" and random.random() < 0.1:
            node["delivery"] = "at_most_once"
        if kind in ("noop", "for_each", "repeat", "block") and random.random() < 0.3:
            node["retry"] = {"max_attempts": random.randint(2, 3), "initial_interval": "1m", "backoff": 2, "jitter": 0}
        if kind in ("for_each", "repeat", "block"):
            if random.random() < 0.2:
                node["timeout"] = random.choice(("7m", "30m"))
            shaken(random, node["config"]["graph"])
        if kind == "for_each" and random.random() < 0.2 and node["config"].get("wait", True):
            node["config"]["more"] = {"signal": "add", "close": "enough"}
        if kind == "for_each" and random.random() < 0.15:
            node["config"]["complete_when"] = random.choice(("ended >= 2", "failed > 0", "output == 1"))
    return config


def picture(state: ExecutionState) -> dict[str, Any]:
    """All that a state knows, by places."""
    frames = state.frames
    active = [a for f in frames.by_path.values() for a in (*f.marking.active.values(), *f.detached.values())]
    return {
        "scopes": {path: picture_of_scope(frame) for path, frame in frames.by_path.items()},
        "active": {place(a): (status_of(a, state), a.attempt, a.inputs, a.fired_at) for a in active},
        "waits": by_place(state.waits),
        "retry_at": by_place(state.retry_at),
        "budget": by_place(state.budget),
        "marks": by_place(state.marks),
        "composites": {place(a): picture_of_composite(composite) for a, composite in frames.composites.items()},
        "ripe": [frame.path for frame in frames.ripe],
        "leaving": [place(activity) for activity in frames.leaving],
        "mutexes": {name: [place(activity) for activity in line] for name, line in frames.mutexes.lines.items()},
        "room": frames.room,
        "due": state.next_due() if frames.root.goes_on and not state.retry_at else None,
        "control": state.control,
        "failure": state.failure_json,
    }


def picture_of_scope(frame: Frame) -> dict[str, Any]:
    return {
        **{what: of for what, of in view(frame.marking).items() if what != "active"},
        "failure": frame.failure_json,
        "detached": (frame.marking.detached, sorted(place(activity) for activity in frame.detached.values())),
        "ends": frame.ends,
        "terminated": frame.terminated,
    }


def picture_of_composite(composite: Composite) -> tuple[Any, ...]:
    values = (getattr(composite, name) for name in ("total", "begun", "closed", "satisfied", "starved", "outputs", "errors", "completed"))
    return (*values, sorted(composite.running))


def place(activity: Activity) -> str:
    home: Frame = activity.home
    return home.place_of(activity)


def by_place(known: Mapping[Activity, Any]) -> dict[str, Any]:
    return {place(activity): of for activity, of in known.items()}


def status_of(activity: Activity, state: ExecutionState) -> str:
    """No row says that the pause between two attempts is over."""
    begun = activity in state.retry_at and activity.status in (ActivityStatus.RUNNING, ActivityStatus.RETRYING)
    return "again" if begun else str(activity.status)


class Story:
    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        depth = self.random.choice((1, 2, 2, 3))
        config = shaken(self.random, nested(self.random, depth=depth))
        if self.random.random() < 0.15:
            config["settings"] = {"max_activities": self.random.randint(3, 40)}
        self.worker = LonelyWorker(config, self.random)
        self.seen: Counter[str] = Counter()

    def play(self) -> None:
        self.worker.take()
        for _ in range(MOVES):
            self.move()
        self.wind_up()

    def move(self) -> None:
        worker, random = self.worker, self.random
        if random.random() < 0.12:
            self.message()
        if worker.actor is None:
            self.claim()
            return
        if worker.rereads:
            worker.reread_inbox()
        elif worker.commits and random.random() < 0.7:
            worker.commit()
            self.compare()
        elif worker.running and random.random() < 0.8:
            worker.finish(random.randint(1, 4))
        elif random.random() < 0.04:
            self.seen["crash"] += 1
            worker.actor, worker.kept = None, None
        elif random.random() < 0.3:
            worker.pass_time(random.choice((1, 61, 200, 1000)))
            worker.actor.tick()
        elif not worker.commits and not worker.running:
            due = worker.actor.next_due
            assert due is not None, "nothing goes on, and it was not given back"
            worker.time = max(worker.time, due)
            worker.actor.tick()

    def message(self) -> None:
        worker, random = self.worker, self.random
        if worker.status == "ended":
            return
        kind = random.choice(("go", "on", "go", "on", "add", "enough", "pause", "resume", "resume"))
        if kind in ("pause", "resume"):
            worker.tell(MessageKind(kind))
        else:
            worker.tell(MessageKind.SIGNAL, kind, random.choice(("7", "[1,2]")))
        if worker.actor is not None and not worker.rereads and random.random() < 0.7:
            worker.actor.notice([m for m in worker.inbox if m.seq > worker.actor.seen])

    def claim(self) -> None:
        worker = self.worker
        if worker.status == "ended":
            decision = worker.ended
            assert decision is not None
            if decision.status == "failed":
                kind = decode(decision.error_json or "{}")["type"]
                assert kind in ENDS or (kind == 'outcome_unknown' and self.seen['crash']), decision.error_json
                self.seen[kind] += 1
                worker.tell(MessageKind.RETRY)
                worker.take()
            return
        if worker.status == "paused" and not any(m.kind is MessageKind.RESUME for m in worker.inbox[-3:]):
            worker.tell(MessageKind.RESUME)
        elif worker.status == "waiting" and worker.wake_at is not None and self.random.random() < 0.5:
            worker.time = max(worker.time, worker.wake_at)
        elif worker.status == "waiting":
            worker.tell(MessageKind.SIGNAL, self.random.choice(("go", "on", "enough")))
        self.seen[worker.status] += 1
        worker.take()

    def wind_up(self) -> None:
        """No handler fails any more: it comes to an end."""
        worker = self.worker
        worker.failing = 0.0
        for _ in range(4000):
            if worker.ended is not None and (worker.ended.status != "failed" or self.random.random() < 0.02):
                break
            self.move()
        else:
            raise AssertionError(f"it does not end: {worker.status}, {picture(worker.fold())}")
        assert worker.ended is not None
        self.seen[str(worker.ended.status)] += 1
        self.check()

    def compare(self) -> None:
        worker = self.worker
        state = worker.actor.state if worker.actor is not None else worker.kept.state if worker.kept is not None else None
        if state is None or state.seq != len(worker.journal):
            return
        if len(worker.journal) > LONG and len(worker.journal) % SELDOM:
            return
        again = picture(worker.fold())
        memory = picture(state)
        for what in again:
            assert again[what] == memory[what], what
        self.seen["compared"] += 1

    def check(self) -> None:
        rows = self.worker.journal
        scopes = {row.scope for row in rows if row.kind in ("done", "failed", "note")}
        for row in rows:
            if row.kind == "item" and decode(row.detail_json or "{}")["status"] == "completed":
                path = f"{place_of_row(row)}[{decode(row.detail_json or '{}')['index']}]"
                assert path in scopes, f"{path} has completed, and nothing ran in it"


@pytest.mark.parametrize("part", range(4))
def test_the_journal_says_what_the_worker_knows(part: int) -> None:
    seen: Counter[str] = Counter()

    for seed in range(part * STORIES, (part + 1) * STORIES):
        story = Story(seed)
        try:
            story.play()
        except BaseException as error:
            error.add_note(f"seed {seed}, after {[f'{r.kind} {place_of_row(r)} {r.status}' for r in story.worker.journal[-25:]]}")
            raise
        seen += story.seen

    for what in ("compared", "crash", "waiting", "paused", "running", "odd", "timeout", "completed"):
        assert seen[what], what
