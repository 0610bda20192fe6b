"""`treadle doctor`: checks what can be checked from here; each finding comes with its mend."""

from __future__ import annotations

import json
import platform
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import click

from treadle.cli.failures import ExitCode, lines_for
from treadle.cli.grammar import Command, output_option
from treadle.cli.rendering import plain, write_list
from treadle.cli.session import Session
from treadle.domain.errors import StoreError

if TYPE_CHECKING:
    from treadle.bootstrap import Treadle

MARKS = {"ok": ("✓", "green"), "warning": ("!", "yellow"), "error": ("✗", "red")}


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at; `mend` is empty when it is well."""

    name: str
    status: str  # ok | warning | error
    finding: str
    mend: str = ""


@click.command(cls=Command, examples=["treadle doctor", "treadle doctor -o json"])
@output_option
@click.pass_obj
def doctor(session: Session, form: str) -> None:
    """Look for what is wrong, and say how to mend it.

    Looks at Python, the database and its schema, the workers, and the node types that workflows use. Exit code 3 if the
    database cannot be used.
    """
    checks = [_python(), *_database(session)]
    if form == "table":
        for check in checks:
            mark, colour = MARKS[check.status]
            click.echo(f"{click.style(mark, fg=colour)} {check.name:<10} {plain(check.finding)}")
            if check.mend:
                click.echo(f"  {'':<10} → {plain(check.mend)}")
    else:
        write_list(map(asdict, checks), form, columns=())
    if any(check.status == "error" for check in checks):
        raise click.exceptions.Exit(ExitCode.UNREACHABLE)


def _python() -> Check:
    return Check("python", "ok", f"{platform.python_version()} at {sys.executable}")


def _database(session: Session) -> Iterator[Check]:
    try:
        with session.open() as treadle:
            yield Check("database", "ok", ", ".join(f"{key} {value}" for key, value in treadle.store.describe().items()))
            yield Check("schema", "ok", "fits this release")
            yield from _workers(treadle)
            yield _node_types(treadle)
    except StoreError as error:
        sentence, *mends = (click.unstyle(line) for line in lines_for(error))
        yield Check("database", "error", sentence.removeprefix("Error: "), " ".join(mends).replace("hint: ", "").strip())


def _workers(treadle: Treadle) -> Iterator[Check]:
    now = treadle.store.now()
    workers = treadle.store.workers.list()
    alive = [worker for worker in workers if worker.lease_until > now]
    ready = treadle.store.executions.counts().get("ready", 0)
    if not alive:
        yield Check(
            "workers",
            "warning",
            f"no worker is running; {ready} executions are ready to run",
            "start one with `treadle worker`",
        )
    else:
        yield Check("workers", "ok", f"{len(alive)} running, {sum(worker.executions for worker in alive)} executions in work")
    for worker in workers:
        if worker.lease_until <= now:
            yield Check(
                "workers",
                "warning",
                f"{worker.id} on {worker.host} is silent since {worker.beat_at:%Y-%m-%d %H:%M:%S} UTC",
                f"any worker gives its executions back; `treadle workers evict {worker.id}` does it now",
            )


def _node_types(treadle: Treadle) -> Check:
    """Node types of the latest versions that no live worker serves; without a worker, that this process does not know."""
    now = treadle.store.now()
    served = {t for worker in treadle.store.workers.list() if worker.lease_until > now for t in worker.node_types}
    where = "no running worker serves" if served else "this installation does not know"
    served = served or set(treadle.engine.handlers.node_types)
    missing = {kind: name for name, kind in _used_types(treadle) if kind not in served}
    if missing:
        found = ", ".join(f"{kind} (in {name})" for kind, name in sorted(missing.items()))
        return Check(
            "node types", "warning", f"{where} {found}", "name the module that has them in TREADLE_ACTIVITIES of a worker"
        )
    return Check("node types", "ok", "every type that a workflow uses is served")


def _used_types(treadle: Treadle) -> Iterator[tuple[str, str]]:
    cursor: str | None = None
    while True:
        page = treadle.store.workflows.list(limit=200, cursor=cursor)
        for summary in page.items:
            for node in json.loads(treadle.store.workflows.get(summary.name).graph_json)["nodes"]:
                yield summary.name, node["type"]
        cursor = page.next_cursor
        if cursor is None:
            return
