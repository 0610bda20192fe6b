"""Failures: one clear sentence on stderr, the right exit code, never a traceback."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from treadle.cli import main
from treadle.cli.failures import ExitCode, code_for, lines_for
from treadle.cli.rendering import plain
from treadle.domain import errors
from treadle.domain.errors import (
    ConflictError,
    DataRejectedError,
    DefinitionError,
    ExpressionError,
    Finding,
    IdempotencyError,
    LimitExceededError,
    NotFoundError,
    SchemaError,
    StoreUnavailableError,
    TreadleError,
    UnstorableValueError,
)

CASES: list[tuple[Exception, ExitCode, str]] = [
    (StoreUnavailableError("refused"), ExitCode.UNREACHABLE, "Error: the database cannot be reached: refused"),
    (
        StoreUnavailableError("SQLite: database or disk is full"),
        ExitCode.UNREACHABLE,
        "Error: the database has no room left: SQLite: database or disk is full",
    ),
    (SchemaError("the schema is behind"), ExitCode.UNREACHABLE, "Error: the schema is behind"),
    (NotFoundError("workflow", "a", known=["ab"]), ExitCode.NOT_FOUND, "Error: no workflow 'a'. Did you mean 'ab'?"),
    (NotFoundError("execution", "e", known=["e1", "e2"]), ExitCode.NOT_FOUND, "Error: no execution 'e'. There are: e1, e2."),
    (NotFoundError("worker", "w"), ExitCode.NOT_FOUND, "Error: no worker 'w'."),
    (DefinitionError([Finding("x", "unknown key", "nodes[3]")]), ExitCode.INVALID, "Error: nodes[3]: unknown key"),
    (ExpressionError("unknown name", source="a", column=1), ExitCode.INVALID, "Error: unknown name (column 1)"),
    (UnstorableValueError("$.a", "NaN"), ExitCode.INVALID, "Error: $.a: NaN"),
    (LimitExceededError("input", allowed=10, actual=20), ExitCode.INVALID, "Error: input: 20 bytes, the limit is 10"),
    (IdempotencyError("k"), ExitCode.INVALID, "Error: idempotency key 'k' was used before with a different request"),
    (ConflictError("too late", state="completed"), ExitCode.NOT_ALLOWED, "Error: too late"),
    (DataRejectedError("no"), ExitCode.DEFECT, "Error: no"),
    (ValueError("boom"), ExitCode.DEFECT, "Error: ValueError: boom"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("error", "code", "sentence"), CASES, ids=[type(error).__name__ + error.args[0][:8] for error, _, _ in CASES]
)
def test_an_error_is_one_sentence_and_an_exit_code(error: Exception, code: ExitCode, sentence: str) -> None:
    first, *rest = [line.replace("\x1b[31m", "").replace("\x1b[0m", "") for line in lines_for(error)]

    assert first == sentence
    assert code_for(error) == code
    assert all(line.startswith("  hint: ") for line in rest)


def test_every_error_a_person_can_cause_has_a_code_of_its_own() -> None:
    internal = {"TreadleError", "MarkingError", "JournalGapError", "StoreError", "JournalConflictError", "DataRejectedError",
                "LeaseLostError", "StuckHandlersError", "AttemptOverError", "ActivityError", "Fatal", "RetryAfter",
                "SignatureError", "NoSigningSecretError"}  # fmt: skip
    public = {name: kind for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, TreadleError)}

    without = {name for name, kind in public.items() if code_for(kind.__new__(kind)) is ExitCode.DEFECT}

    assert without == internal


def test_findings_come_with_their_hints() -> None:
    error = DefinitionError([Finding("a", "first", "nodes[0]", "do this"), Finding("b", "second", "edges[1]")])

    lines = list(lines_for(error))

    assert [line.split(" ", 1)[-1] for line in lines] == ["nodes[0]: first", " hint: do this", "edges[1]: second"]


def test_text_from_a_workflow_cannot_steer_the_terminal() -> None:
    hostile = "title\x1b]0;owned\x07\r\n\x9b31m‮"

    shown = plain(hostile)

    assert shown.isprintable()
    assert "title" in shown


def test_no_traceback_unless_it_is_asked_for(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setitem(main.COMMANDS, "broken", ("no.such.module:x", "Is broken."))

    status = main.status_of(["broken"])

    assert status == ExitCode.DEFECT
    said = capsys.readouterr().err
    assert "Error: ModuleNotFoundError: No module named 'no'" in said
    assert "Traceback" not in said
    monkeypatch.setenv("TREADLE_DEBUG", "1")
    with pytest.raises(ModuleNotFoundError):
        main.status_of(["broken"])


def test_a_reader_that_goes_away_early_is_no_error() -> None:
    reader, writer = os.pipe()
    os.close(reader)

    done = subprocess.run(
        [sys.executable, "-m", "treadle", "completion", "bash"], stdout=writer, stderr=subprocess.PIPE, text=True, check=False
    )

    os.close(writer)
    assert (done.returncode, done.stderr) == (0, "")
