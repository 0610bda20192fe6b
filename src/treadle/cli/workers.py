"""`treadle workers`: who runs executions."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from treadle.cli import shapes
from treadle.cli.arguments import duration
from treadle.cli.failures import ExitCode
from treadle.cli.grammar import Group, output_option
from treadle.cli.rendering import say, write_list
from treadle.cli.session import Session
from treadle.domain.errors import NotFoundError

if TYPE_CHECKING:
    from treadle.ports import Store

BETWEEN_LOOKS = 0.5
"""Seconds."""
WORKER = click.argument("worker_id", metavar="ID")


@click.group(cls=Group, examples=["treadle workers list", "treadle workers drain wrk-0198"])
def workers() -> None:
    """See, drain and evict workers.

    An ID may be shortened to any prefix that only one worker has.
    """


@workers.command("list", examples=["treadle workers list", "treadle workers list -o json"])
@output_option
@click.pass_obj
def list_workers(session: Session, form: str) -> None:
    """List workers and how much each of them runs."""
    with session.open() as treadle:
        now = treadle.store.now()
        rows = [shapes.worker(record, now=now) for record in treadle.store.workers.list()]
    columns = (
        "id", "host", "pid", "alive", "draining", "queues", "concurrency", "executions", "abandoned_threads", "started_at",
        "beat_at",
    )  # fmt: skip
    write_list(rows, form, columns=columns, none="no worker is running: start one with `treadle worker`")


@workers.command("drain", examples=["treadle workers drain wrk-0198", "treadle workers drain wrk-0198 --wait --timeout 10m"])
@WORKER
@click.option("--wait", is_flag=True, help="Return when it has ended.")
@click.option("--timeout", type=duration, metavar="DURATION", help="Wait at most so long.  [default: for ever]")
@click.pass_obj
def drain_worker(session: Session, worker_id: str, wait: bool, timeout: float | None) -> None:
    """Ask a worker to claim nothing more and to stop when it is idle.

    It finishes what it holds, however long that takes; SIGTERM hands the rest over to other workers instead.
    """
    if timeout is not None and not wait:
        raise click.UsageError("--timeout says how long to wait: give --wait too.")
    with session.open() as treadle:
        found = find_worker(treadle.store, worker_id)
        if not treadle.store.workers.drain(found):
            raise NotFoundError("worker", found)
        say(f"{found} claims nothing more and stops when it is idle")
        if wait:
            _until_gone(treadle.store, found, timeout)
            say(f"{found} has ended")


@workers.command("evict", examples=["treadle workers evict wrk-0198"])
@WORKER
@click.pass_obj
def evict_worker(session: Session, worker_id: str) -> None:
    """Take everything from a worker that hangs; from this moment it can change nothing."""
    with session.open() as treadle:
        found = find_worker(treadle.store, worker_id)
        given_back = treadle.store.workers.evict(found)
        if given_back is None:
            raise NotFoundError("worker", found)
    say(f"{found} evicted; {given_back} executions given back")


def _until_gone(store: Store, worker_id: str, timeout: float | None) -> None:
    """Exit code 124 when the time is over first."""
    deadline = None if timeout is None else time.monotonic() + timeout
    while any(record.id == worker_id for record in store.workers.list()):
        if deadline is not None and time.monotonic() >= deadline:
            say(f"{worker_id} still has work; it goes on draining")
            raise click.exceptions.Exit(ExitCode.TIMED_OUT)
        time.sleep(BETWEEN_LOOKS)


def find_worker(store: Store, prefix: str) -> str:
    """The id of the only worker whose id starts so. NotFoundError."""
    known = [record.id for record in store.workers.list()]
    found = [one for one in known if one.startswith(prefix)]
    if prefix in found:
        return prefix
    if len(found) != 1:
        raise NotFoundError("worker", prefix, known=found or known[:10])
    return found[0]
