"""Why an execution that could go on does not, as far as workers are concerned: who has it, or why nobody takes it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from treadle.domain.records import ExecutionRecord, InboxRow, MessageKind
from treadle.domain.states import ExecutionStatus
from treadle.domain.workers import WorkerRecord
from treadle.engine.views import Reason

SUSPECT = 2
"""Crashes in a row after which an execution runs alone."""
_ASKED = {
    MessageKind.CANCEL: "cancel", MessageKind.PAUSE: "pause", MessageKind.RESUME: "go on", MessageKind.COMPLETE: "complete",
    MessageKind.FAIL: "fail", MessageKind.DEADLINE: "time out", MessageKind.MOVE: "move to another version",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Crew:
    """The workers there are at one moment."""

    workers: Sequence[WorkerRecord]
    now: datetime

    def serving(self, queue: str) -> list[WorkerRecord]:
        """Those that are alive and serve it, draining ones included."""
        return [each for each in self.workers if queue in each.queues and each.lease_until > self.now]

    def reasons(self, record: ExecutionRecord, types: Mapping[str, str]) -> Iterator[Reason]:
        """Of an execution that is not over; `types` are its node types, each with a node that has it."""
        if record.status is ExecutionStatus.RUNNING and record.owner is not None:
            yield self._owned(record)
            return
        serving = self.serving(record.queue)
        if not serving:
            yield self._nobody(record)
            return
        lacking = {name: node for name, node in types.items() if not any(name in each.node_types for each in serving)}
        for name, node in list(lacking.items())[:1]:
            sentence = f"No worker has node type {name!r}, which node {node} is of: one that took it could only fail it."
            yield Reason("no_node_type", sentence, f"start a worker with the module of {name!r} in TREADLE_ACTIVITIES", node)
        if record.status is ExecutionStatus.RUNNING:
            yield self._queued(record, serving)

    def _owned(self, record: ExecutionRecord) -> Reason:
        owner = next((each for each in self.workers if each.id == record.owner), None)
        if owner is None:
            return Reason("orphan", f"Its owner {record.owner} has no row.", "a worker gives it back within a minute")
        left = (owner.lease_until - self.now).total_seconds()
        who = f"Worker {owner.id} ({owner.host}, pid {owner.pid})"
        if left > 0:
            sentence = f"{who} works on it; its lease ends in {left:.0f} s."
            return Reason("owned", sentence, f"if it hangs: treadle workers evict {owner.id}")
        sentence = f"{who} had it, and has not been heard of: its lease ran out {-left:.0f} s ago."
        others = self.serving(record.queue)
        mend = "another takes it over at its next poll" if others else f"no worker is alive: {_start(record.queue)}"
        return Reason("lease_over", sentence, mend)

    def _nobody(self, record: ExecutionRecord) -> Reason:
        mend = _start(record.queue)
        alive = [each for each in self.workers if each.lease_until > self.now]
        if alive:
            others = ", ".join(sorted({queue for each in alive for queue in each.queues}))
            sentence = f"No worker serves queue {record.queue!r}; {len(alive)} serve {others}."
        elif self.workers:
            sentence = f"No worker serves queue {record.queue!r}: none is alive, the leases of {len(self.workers)} have run out."
        else:
            sentence = f"No worker serves queue {record.queue!r}."
        if record.status is not ExecutionStatus.RUNNING:
            sentence = f"{sentence} It cannot go on when its time comes."
        return Reason("no_worker", sentence, mend)

    def _queued(self, record: ExecutionRecord, serving: Sequence[WorkerRecord]) -> Reason:
        ready = [each for each in serving if not each.draining]
        if not ready:
            sentence = f"It is ready to run: all {len(serving)} workers are draining, and take nothing more."
            return Reason("draining", sentence, f"start another: {_start(record.queue)}")
        if record.crashes >= SUSPECT and all(each.executions for each in ready):
            sentence = f"It has taken {record.crashes} workers along, and may only run alone: all {len(ready)} have other work."
            mend = f"it is claimed by the first that has nothing else to do; or start another: {_start(record.queue)}"
            return Reason("suspect", sentence, mend)
        if all(each.executions >= each.concurrency for each in ready):
            places = ", ".join(f"{each.id} {each.executions} of {each.concurrency}" for each in ready[:5])
            sentence = f"It is ready to run: all {len(ready)} workers are full ({places})."
            return Reason("queued", sentence, "start more workers, or raise WORKFLOW_WORKER_CONCURRENCY")
        return Reason("queued", "It is ready to run: it is claimed at the next poll.", "wait a moment")


def types_of(graph: Mapping[str, Any]) -> dict[str, str]:
    """The node types of a stored graph and those inside of it, each with the first node that is of it."""
    found: dict[str, str] = {}
    for node in graph["nodes"]:
        found.setdefault(node["type"], node["id"])
        inner = node.get("config", {}).get("graph")
        for name, node_id in types_of(inner).items() if isinstance(inner, dict) and "nodes" in inner else ():
            found.setdefault(name, f"{node['id']}/{node_id}")
    return found


def unread_reasons(record: ExecutionRecord, messages: Sequence[InboxRow], consumed: Collection[int]) -> Iterator[Reason]:
    """What it was asked for and has not acted on, and how much else it was told that nobody has read."""
    if record.status is ExecutionStatus.WAITING and record.inbox_seq > record.inbox_seen:
        count = record.inbox_seq - record.inbox_seen
        sentence = f"It was told something that no worker has read yet ({count} message{'s' if count > 1 else ''})."
        yield Reason("unread", sentence, "a worker does at its next poll; is one running?")
    for message in messages:
        if message.seq in consumed or message.kind not in _ASKED:
            continue
        asked = _ASKED[message.kind]
        sentence = f"It was asked to {asked} at {message.created_at:%Y-%m-%d %H:%M:%S} UTC, and its worker has not acted on it yet."
        mend = "it does at its next look" if record.owner is None else f"if it hangs: treadle workers evict {record.owner}"
        if message.kind is MessageKind.MOVE:
            mend = f"what runs finishes first; {mend}"
        yield Reason("asked", sentence, mend)


def _start(queue: str) -> str:
    return f"treadle worker --queue {queue}"
