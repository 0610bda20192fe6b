"""`treadle db`: prepare, check and prune the database."""

from __future__ import annotations

from datetime import timedelta

import click

from treadle.cli.arguments import duration
from treadle.cli.grammar import Group, output_option
from treadle.cli.rendering import say, write_one
from treadle.cli.session import Session
from treadle.cli.workflows import confirm

BATCH = 1000


@click.group(cls=Group, examples=["treadle db migrate", "treadle db prune --older-than 30d --yes"])
def db() -> None:
    """Prepare, check and prune the database."""


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


@db.command("prune", examples=["treadle db prune --older-than 30d", "treadle db prune --older-than 12h --yes"])
@click.option("--older-than", type=duration, required=True, metavar="DURATION", help="Finished longer ago than this.")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def prune(session: Session, older_than: float, yes: bool) -> None:
    """Delete executions that finished long ago, with their journals."""
    with session.open() as treadle:
        before = treadle.store.now() - timedelta(seconds=older_than)
        confirm(f"Delete executions finished before {before:%Y-%m-%d %H:%M} UTC?", yes=yes)
        deleted = 0
        while count := treadle.store.executions.prune(finished_before=before, limit=BATCH):
            deleted += count
    say(f"deleted {deleted} executions")
