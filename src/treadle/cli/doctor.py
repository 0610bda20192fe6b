"""`treadle doctor`: the check-up behind `GET /api/v1/health`, from where you are."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from treadle.cli.failures import ExitCode
from treadle.cli.grammar import Command, output_option
from treadle.cli.rendering import plain, write_one
from treadle.cli.session import Session

if TYPE_CHECKING:
    from treadle.health import Report

MARKS = {"ok": ("✓", "green"), "warning": ("!", "yellow"), "error": ("✗", "red")}
WIDTH = 15
UNUSABLE = frozenset({"database_missing", "database_unreachable", "schema"})


@click.command(cls=Command, examples=["treadle doctor", "treadle doctor -o json"])
@output_option
@click.pass_obj
def doctor(session: Session, form: str) -> None:
    """Look for what is wrong, and say how to mend it.

    Looks at this installation, the database, its disk and clock, the workers, and at executions and schedules that do not
    go on. Exit code 3 if the database cannot be used, 1 if something else is wrong, 0 if there are only warnings.
    """
    from treadle.health import examine

    with session.open_bare() as treadle:
        report = examine(treadle.surroundings())
    write_one(json.loads(report.to_json()), form, people=lambda: _lines(report))
    if report.status == "error":
        unusable = any(finding.code in UNUSABLE and finding.severity == "error" for finding in report.findings)
        raise click.exceptions.Exit(ExitCode.UNREACHABLE if unusable else ExitCode.WORKFLOW_FAILED)


def _lines(report: Report) -> Iterator[str]:
    for finding in report.findings:
        mark, colour = MARKS[finding.severity]
        yield f"{click.style(mark, fg=colour)} {finding.title:<{WIDTH}} {plain(finding.sentence)}"
        if finding.mend:
            yield f"  {'':<{WIDTH}} → {plain(finding.mend)}"
