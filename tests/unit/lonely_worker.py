"""One execution played without a store or threads: commits, crashes, messages and time come when a test says so."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from treadle.activities.registry import built_in_registry
from treadle.domain.graph_parser import parse_graph
from treadle.domain.marking import Activity
from treadle.domain.records import Claim, Decision, DecisionKind, ExecutionRecord, InboxRow, JournalRow, MessageKind
from treadle.engine.actor import ExecutionActor
from treadle.engine.calls import prepare
from treadle.engine.conclusions import Conclusions
from treadle.engine.decisions import Judge
from treadle.engine.execution_state import ExecutionState
from treadle.engine.history import asked_for
from treadle.engine.hosting import Owned, WorkItem
from treadle.engine.mailbox import Mailbox
from treadle.engine.outcomes import Failure, Finished, outcome_of
from treadle.engine.program import Program
from treadle.engine.rows import RowMaker, step_of
from treadle.engine.vocabulary import Vocabulary

REGISTRY = built_in_registry()
START = datetime(2026, 1, 1, tzinfo=UTC)
_RECORD: dict[str, Any] = {field.name: None for field in fields(ExecutionRecord)}
RECORD = ExecutionRecord(**{**_RECORD, "id": "e", "workflow": "w", "version": 1, "trigger_json": '{"node":null}', "attempt": 1})


class LonelyWorker:
    """Implements `hosting.Host`. `failing` is how likely a handler is to fail, `inline` how likely to be done at once."""

    def __init__(self, config: dict[str, Any], random: Random) -> None:
        self.random = random
        self.program = Program("w", 1, parse_graph(config, REGISTRY.node_types), REGISTRY)
        self.time = START
        self.failing = 0.15
        self.inline = 0.5
        self.journal: list[JournalRow] = []
        self.inbox: list[InboxRow] = []
        self.commits: list[WorkItem] = []
        self.running: dict[Activity, None] = {}
        self.started_once: set[tuple[str, int]] = set()
        self.rereads = 0
        self.abandoned = False
        self.status = "running"
        self.ended: Decision | None = None
        self.wake_at: datetime | None = None
        self.kept: ExecutionActor | None = None
        self.attempt = 1
        self.actor: ExecutionActor | None = None

    # What the actor asks of its host

    def now(self) -> datetime:
        return self.time

    def submit(self, item: WorkItem) -> None:
        self.commits.append(item)

    def launch(self, actor: ExecutionActor, activity: Activity) -> None:
        node = step_of(activity).node
        if node.delivery == "at_most_once":
            start = (activity.home.place_of(activity), activity.attempt)
            assert start not in self.started_once, f"{start} was to be started once"
            self.started_once.add(start)
        if node.type != "noop" or self.random.random() < self.inline:
            actor.finished(activity, self.outcome(actor, activity), started_at=self.time)
        else:
            self.running[activity] = None

    def stop(self, activity: Activity) -> None:
        self.running.pop(activity, None)

    def book(self, actor: ExecutionActor, activity: Activity) -> None:
        raise AssertionError("nothing here has a rate")

    def reread(self, actor: Owned) -> None:
        self.rereads += 1

    def abandon(self, actor: Owned) -> None:
        actor.forget()
        self.abandoned = True

    def released(self, actor: Owned, decision: Decision) -> None:
        self.actor = None
        self.status = {DecisionKind.PARK: "waiting", DecisionKind.PAUSE: "paused"}.get(decision.kind, "ended")
        self.wake_at = decision.wake_at
        self.kept = actor if decision.kind is DecisionKind.PARK and isinstance(actor, ExecutionActor) else None
        self.ended = decision if decision.kind is DecisionKind.END else None

    def outcome(self, actor: ExecutionActor, activity: Activity) -> Any:
        node = step_of(activity).node
        if node.type == "noop":
            if self.random.random() < self.failing:
                return Failure("odd", "no", retryable=self.random.random() < 0.8)
            return Finished("1", ("out",), 1)
        if node.type == "if":
            return Finished("1", (self.random.choice(("true", "true", "false")),), 1)
        call = prepare(actor.rows, activity, self.time)
        return outcome_of(call.handler.run(call.context, call.config))

    # What a test does

    def take(self) -> None:
        """Claim it: as it was when it was parked here, or, by chance, from its first row."""
        record = replace(RECORD, attempt=self.attempt)
        kept, self.kept = self.kept, None
        self.commits.clear()
        self.running.clear()
        self.abandoned, self.rereads = False, 0
        warm = kept is not None and self.random.random() < 0.5
        if kept is not None and warm:
            state, mailbox, seen = kept.state, kept.mailbox, kept.seen
        else:
            state, mailbox, seen = self.fold(), Mailbox(), 0
        vocabulary = Vocabulary(record, state)
        rows = RowMaker(record, state, vocabulary, by="w", random=self.random)
        judge = Judge(record, state, vocabulary, claim_no=1, random=self.random)
        conclusions = Conclusions(state, rows, vocabulary)
        claim = Claim("e", 1, len(self.inbox), 0)
        self.actor = ExecutionActor(self, claim, record, state, rows, conclusions, judge, mailbox, seen=seen)
        self.status, self.ended = "running", None
        self.actor.begin(list(self.inbox), parked=warm)

    def fold(self) -> ExecutionState:
        pending = asked_for(self.inbox, self.journal)
        return ExecutionState.fold("e", self.program, self.program.starts, self.journal, pending=pending)

    def tell(self, kind: MessageKind, name: str = "", payload: str = "null") -> None:
        seq = len(self.inbox) + 1
        message_id = f"retry:{seq}" if kind is MessageKind.RETRY and self.random.random() < 0.5 else f"m{seq}"
        self.inbox.append(InboxRow("e", seq, kind, message_id, name, payload, self.time))
        if kind is MessageKind.RETRY:
            self.attempt += 1

    def commit(self) -> None:
        """The oldest commit that is under way."""
        item = self.commits.pop(0)
        actor = self.actor
        assert actor is not None
        assert item.actor is actor
        self.write(item.rows)
        applied = item.decision is not None and item.decision.seen == len(self.inbox)
        if item.decision is not None and applied:
            self.write(item.decision.rows)
        actor.committed(item, applied=applied)
        if self.abandoned:
            self.actor = None

    def write(self, rows: Iterable[JournalRow]) -> None:
        for row in rows:
            assert row.seq == len(self.journal) + 1, (row.seq, len(self.journal))
            self.journal.append(row)

    def reread_inbox(self) -> None:
        assert self.actor is not None
        self.rereads -= 1
        self.actor.receive([m for m in self.inbox if m.seq > self.actor.seen])

    def finish(self, count: int) -> None:
        actor = self.actor
        assert actor is not None
        with actor._gathering():
            for activity in self.random.sample(list(self.running), min(count, len(self.running))):
                if activity in self.running:
                    del self.running[activity]
                    actor.finished(activity, self.outcome(actor, activity), started_at=self.time)
        actor._settle()

    def pass_time(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)
