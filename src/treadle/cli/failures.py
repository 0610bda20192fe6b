"""What a person reads when a command fails, and the exit code a script sees."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from enum import IntEnum

import click

from treadle.cli.rendering import plain
from treadle.domain.errors import (
    BackupError,
    ConflictError,
    DefinitionError,
    ExpressionError,
    Finding,
    IdempotencyError,
    LimitExceededError,
    NotFoundError,
    RegistrationError,
    SchemaError,
    SecretsKeyError,
    StoreUnavailableError,
    TreadleError,
    UnstorableValueError,
)


class ExitCode(IntEnum):
    """What each exit code means; docs/cli.md repeats it."""

    OK = 0
    WORKFLOW_FAILED = 1
    USAGE = 2
    UNREACHABLE = 3
    NOT_FOUND = 4
    INVALID = 5
    NOT_ALLOWED = 6
    DEFECT = 70
    TIMED_OUT = 124
    INTERRUPTED = 130


CODES: tuple[tuple[tuple[type[TreadleError], ...], ExitCode], ...] = (
    ((StoreUnavailableError, SchemaError), ExitCode.UNREACHABLE),
    ((RegistrationError,), ExitCode.USAGE),
    ((NotFoundError,), ExitCode.NOT_FOUND),
    ((DefinitionError, ExpressionError, UnstorableValueError, LimitExceededError, IdempotencyError), ExitCode.INVALID),
    ((ConflictError, BackupError, SecretsKeyError), ExitCode.NOT_ALLOWED),
)


def report(error: Exception | KeyboardInterrupt) -> int:
    """Say on stderr what went wrong and what mends it; the exit code."""
    if isinstance(error, (click.Abort, KeyboardInterrupt)):
        return ExitCode.INTERRUPTED
    if isinstance(error, click.ClickException):
        error.show()
        return error.exit_code
    if isinstance(error, BrokenPipeError):
        # The reader of our output has gone: the interpreter must not complain while it flushes what is left.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.OK
    for line in lines_for(error):
        click.echo(line, err=True)
    return code_for(error)


def code_for(error: Exception) -> ExitCode:
    for types, code in CODES:
        if isinstance(error, types):
            return code
    return ExitCode.DEFECT


def lines_for(error: Exception) -> Iterator[str]:
    """One clear sentence, then where and how to mend it."""
    if isinstance(error, DefinitionError):
        yield from finding_lines(error.findings)
    elif isinstance(error, NotFoundError):
        yield f"{_label('error')} {plain(str(error))}.{_known(error)}"
    elif isinstance(error, StoreUnavailableError):
        yield f"{_label('error')} the database cannot be reached: {plain(str(error))}"
        yield "  hint: check --db or TREADLE_DATABASE_URL, and that the database is running."
    elif isinstance(error, TreadleError):
        yield f"{_label('error')} {plain(str(error))}"
    else:
        yield f"{_label('error')} {type(error).__name__}: {plain(str(error))}"
        yield "  hint: this is a defect in treadle; TREADLE_DEBUG=1 shows where it happened."


def finding_lines(findings: tuple[Finding, ...]) -> Iterator[str]:
    """Each finding in one line, with its hint under it."""
    for finding in findings:
        place = f"{finding.path}: " if finding.path else ""
        yield f"{_label(finding.severity)} {plain(place + finding.message)}"
        if finding.hint:
            yield f"  hint: {plain(finding.hint)}"


def _label(severity: str) -> str:
    return click.style(f"{severity.capitalize()}:", fg={"warning": "yellow", "info": "cyan"}.get(severity, "red"))


def _known(error: NotFoundError) -> str:
    if not error.known:
        return ""
    if len(error.known) == 1:
        return f" Did you mean {plain(error.known[0])!r}?"
    return f" There are: {', '.join(plain(name) for name in error.known)}."
