"""Is somebody there to run what is to be run?"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from treadle.domain.errors import NotFoundError
from treadle.domain.vitals import OpenVersion
from treadle.domain.workers import WorkerRecord
from treadle.health.findings import Finding, error, ok, warning
from treadle.health.surroundings import Surroundings
from treadle.health.words import apart, count

MOST_SKEW = 2.0
FAR_AHEAD = 5.0
"""Seconds that a beat may seem to come from the future, for clocks of one machine."""
WRITES_FIRST = "let the database take writes again: workers that run go on by themselves"


def beats(place: Surroundings) -> Iterator[Finding]:
    """Workers alive, and those that have fallen silent."""
    ready = sum(queue.ready for queue in place.store.vitals.backlog())
    alive = place.alive
    if alive:
        held = sum(worker.executions for worker in alive)
        words = f"{count(len(alive), 'worker')} running, {count(held, 'execution')} in work"
        yield ok("workers", "workers", words, alive=len(alive))
    else:
        words = f"no worker is running; {count(ready, 'execution')} ready to run"
        mend = "start one with `treadle worker`, or everything with `treadle up`"
        if place.refusal is not None:
            words = f"no worker has shown itself since the database takes no writes; {count(ready, 'execution')} ready to run"
            mend = WRITES_FIRST
        yield (error if ready else warning)("no_worker", "workers", words, mend, alive=0, ready=ready)
    for worker in place.workers:
        if worker not in alive:
            yield _silent(worker, mend=WRITES_FIRST if place.refusal is not None else "")
    full = [worker for worker in alive if worker.executions >= worker.concurrency]
    if ready and alive and len(full) == len(alive) and place.refusal is None:
        words = f"all slots of all workers are taken, and {count(ready, 'execution')} wait for one"
        yield warning("workers_full", "workers", words, "start more workers, or raise WORKFLOW_WORKER_CONCURRENCY", ready=ready)


def clocks(place: Surroundings) -> Iterator[Finding]:
    """Workers whose clocks are wrong. Nothing depends on them but what they write into logs, and certificates."""
    for worker in place.alive:
        skew = worker.clock_skew or 0.0
        ahead = (worker.beat_at - place.now).total_seconds()
        if ahead > FAR_AHEAD:  # SQLite has no clock of its own: each process brings its own
            skew = ahead
        if abs(skew) > MOST_SKEW:
            words = (
                f"the clock of {worker.id} on {worker.host} is {apart(skew)} the database's; what is due is decided by "
                "the database's clock, but its logs and its TLS connections follow its own"
            )
            mend = f"on {worker.host}: `timedatectl set-ntp true`"
            yield warning("worker_clock_skew", "worker clock", words, mend, worker=worker.id, skew=round(skew, 3))


def queues(place: Surroundings) -> Iterator[Finding]:
    """Queues in which something is ready and that no worker serves."""
    served = {queue for worker in place.alive if not worker.draining for queue in worker.queues}
    if not served:
        return
    for backlog in place.store.vitals.backlog():
        if backlog.queue not in served:
            words = f"no running worker serves the queue {backlog.queue!r}; {count(backlog.ready, 'execution')} wait in it"
            mend = f"start one with `treadle worker --queue {backlog.queue}`"
            yield error("queue_unserved", "queues", words, mend, queue=backlog.queue, ready=backlog.ready)


def node_types(place: Surroundings) -> Iterator[Finding]:
    """Node types that open executions, or the latest versions, use and that no worker serves.

    Without a worker: that this installation does not know.
    """
    served = {kind for worker in place.alive for kind in worker.node_types}
    where = "no running worker serves" if served else "this installation does not know"
    served = served or set(place.node_types)
    mend = "name the module that has it in TREADLE_ACTIVITIES of a worker, and start it again"
    missing: dict[str, list[OpenVersion]] = defaultdict(list)
    for version in _versions(place):
        for kind in _types(place, version) - served:
            missing[kind].append(version)
    for kind, used in sorted(missing.items()):
        stuck = sum(version.executions for version in used)
        names = sorted({version.workflow for version in used})
        words = f"{where} {kind!r}, which {', '.join(names)} {'uses' if len(names) == 1 else 'use'}"
        words += f"; {count(stuck, 'open execution')} cannot go past it" if stuck else ""
        report = error if stuck else warning
        yield report("node_type_unserved", "node types", words, mend, type=kind, workflows=names, executions=stuck)
    if not missing:
        yield ok("node_types", "node types", "every type that a workflow uses is served")


def _versions(place: Surroundings) -> Iterator[OpenVersion]:
    """Those with open executions, then the latest of each workflow."""
    open_ones = list(place.store.vitals.open_versions())
    yield from open_ones
    seen = {(version.workflow, version.version) for version in open_ones}
    cursor: str | None = None
    while True:
        page = place.store.workflows.list(limit=200, cursor=cursor)
        yield from (OpenVersion(s.name, s.version, 0) for s in page.items if (s.name, s.version) not in seen)
        cursor = page.next_cursor
        if cursor is None:
            return


def _types(place: Surroundings, version: OpenVersion) -> set[str]:
    try:
        graph = json.loads(place.store.workflows.get(version.workflow, version.version).graph_json)
    except NotFoundError:  # deleted while its executions finish
        return set()
    return set(_types_in(graph))


def _types_in(graph: Mapping[str, Any]) -> Iterator[str]:
    """Inner graphs included."""
    for node in graph["nodes"]:
        yield node["type"]
        yield from _types_of_inner((node.get("config") or {}).values())


def _types_of_inner(values: Iterable[Any]) -> Iterator[str]:
    for value in values:
        if isinstance(value, dict) and isinstance(value.get("nodes"), list):
            yield from _types_in(value)


def _silent(worker: WorkerRecord, *, mend: str) -> Finding:
    words = (
        f"{worker.id} on {worker.host} (process {worker.pid}) is silent since {worker.beat_at:%Y-%m-%d %H:%M:%S} UTC: "
        f"it was killed, hangs, or cannot reach the database; it holds {count(worker.executions, 'execution')}"
    )
    mend = mend or f"any worker gives them back by itself; `treadle workers evict {worker.id}` does it now"
    return warning("worker_silent", "workers", words, mend, worker=worker.id, executions=worker.executions)
