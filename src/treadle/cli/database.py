"""`treadle db`: prepare, check, prune and copy the database."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from treadle.cli.arguments import duration
from treadle.cli.grammar import Group, output_option
from treadle.cli.rendering import say, write_one
from treadle.cli.session import Session
from treadle.cli.workflows import confirm
from treadle.domain.retention import FINISHED
from treadle.domain.sizes import bytes_in_words

if TYPE_CHECKING:
    from treadle.bootstrap import Treadle

BATCH = 1000


@click.group(cls=Group, examples=["treadle db migrate", "treadle db prune --older-than 30d --yes"])
def db() -> None:
    """Prepare, check, prune and copy the database."""


@db.command("migrate", examples=["treadle db migrate", "treadle db migrate --db postgresql://treadle@db.example/treadle"])
@click.pass_obj
def migrate(session: Session) -> None:
    """Bring the schema to this release; safe to run twice, and by several at once."""
    with session.open_bare() as treadle:
        applied = treadle.store.migrate()
    say(f"applied {', '.join(applied)}" if applied else "the schema is up to date")


@db.command("check", examples=["treadle db check", "treadle db check -o json"])
@output_option
@click.pass_obj
def check(session: Session, form: str) -> None:
    """Say what the database is, and whether its schema fits; exit code 3 if it does not."""
    with session.open() as treadle:
        facts = {**treadle.store.describe(), **{f"executions_{k}": v for k, v in treadle.store.executions.counts().items()}}
    write_one(facts, form)


@db.command(
    "prune",
    examples=[
        "treadle db prune --older-than 30d",
        "treadle db prune --older-than 12h --status completed --workflow orders --dry-run",
    ],
)
@click.option("--older-than", type=duration, required=True, metavar="DURATION", help="Finished longer ago than this.")
@click.option("--status", type=click.Choice(FINISHED), help="Only those in this status.")
@click.option("--workflow", help="Only those of this workflow.")
@click.option("--dry-run", is_flag=True, help="Only say how many there are.")
@click.option("--vacuum", is_flag=True, help="On SQLite write the file anew, so that all space is given back; writers wait.")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def prune(
    session: Session, older_than: float, status: str | None, workflow: str | None, dry_run: bool, vacuum: bool, yes: bool
) -> None:
    """Delete executions that finished long ago, with all that belongs to them.

    Workers go on meanwhile: it deletes a little at a time.
    """
    with session.open() as treadle:
        upkeep = treadle.store.upkeep
        before = treadle.store.now() - timedelta(seconds=older_than)
        found = upkeep.count(finished_before=before, status=status, workflow=workflow)
        if dry_run:
            say(f"would delete {found} executions finished before {before:%Y-%m-%d %H:%M} UTC")
            return
        confirm(f"Delete {found} executions finished before {before:%Y-%m-%d %H:%M} UTC?", yes=yes)
        deleted = 0
        while count := treadle.store.executions.prune(finished_before=before, limit=BATCH, status=status, workflow=workflow):
            deleted += count
        size = _size(treadle)
        _give_back(treadle, vacuum=vacuum)
        freed = size - _size(treadle)
    say(f"deleted {deleted} executions" + (f", gave {bytes_in_words(freed)} back to the disk" if freed > 0 else ""))


@db.command("backup", examples=["treadle db backup backups/treadle-2026-03-29.db", "treadle db backup treadle.dump --force"])
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Replace a file of that name.")
@click.pass_obj
def backup(session: Session, file: Path, force: bool) -> None:
    """Copy the database of one moment into a file, while workers go on.

    On SQLite the file is a database; on PostgreSQL it is what `pg_dump --format=custom` writes.
    """
    if file.exists() and not force:
        raise click.UsageError(f"{file} is there already; --force replaces it.")
    with session.open() as treadle, progress_of("copying") as progress:
        treadle.store.upkeep.backup(file, progress=progress)
    say(f"wrote {file} ({bytes_in_words(file.stat().st_size)})")


@contextmanager
def progress_of(label: str) -> Iterator[Callable[[float], None]]:
    """A bar on a terminal; nothing elsewhere."""
    with click.progressbar(length=100, label=label, file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:
        yield lambda part: bar.update(int(part * 100) - bar.pos)


def _give_back(treadle: Treadle, *, vacuum: bool) -> None:
    upkeep = treadle.store.upkeep
    if vacuum:
        upkeep.compact()
    free = treadle.store.vitals.capacity().free
    while free:
        upkeep.give_back()
        before, free = free, treadle.store.vitals.capacity().free
        if free >= before:
            return


def _size(treadle: Treadle) -> int:
    return treadle.store.vitals.capacity().size
