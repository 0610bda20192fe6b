"""The named SQL statements, read once from `queries/*.sql` for one dialect.

A statement begins with `-- name: wake_timers`, or `-- name: claim (postgres)` if only one database has it. Lines that
end in `-- postgres` or `-- sqlite` are kept for that database only. `-- include: NAME` stands for the lines of
`-- fragment: NAME` in the same or another file. `:name` is a parameter. Everything is resolved and checked here, at load.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

Dialect = Literal["postgres", "sqlite"]

_HEADER = re.compile(r"^-- (name|fragment): (\w+)(?: \((postgres|sqlite)\))?$")
_INCLUDE = re.compile(r"^-- include: (\w+)$")
_ONLY = re.compile(r"\s*-- (postgres|sqlite)$")
_PARAMETER = re.compile(r"(?<![:\w]):([a-z_]+)")


class StatementError(Exception):
    """A file of named statements is not well formed. A defect of this package, never of its use."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement, ready to send; `parameters` in the order of their numbers."""

    name: str
    sql: str
    parameters: tuple[str, ...]


@cache
def statements(dialect: Dialect) -> dict[str, Statement]:
    """All statements of a dialect by name."""
    return parse(list(_texts("queries").values()), dialect)


@cache
def schema_files(dialect: Dialect) -> dict[str, str]:
    """The migrations of a dialect: name without suffix → script, in order."""
    return {name: "\n".join(_lines(text, dialect)) for name, text in _texts("schema").items()}


def parse(texts: list[str], dialect: Dialect) -> dict[str, Statement]:
    """The statements of some files. StatementError names what is wrong."""
    bodies: dict[str, list[str]] = {}
    fragments: dict[str, list[str]] = {}
    for text in texts:
        _collect(text, dialect, bodies, fragments)
    return {name: _statement(name, body, fragments, dialect) for name, body in bodies.items()}


def _collect(text: str, dialect: Dialect, bodies: dict[str, list[str]], fragments: dict[str, list[str]]) -> None:
    body: list[str] | None = None
    for line in _lines(text, dialect):
        header = _HEADER.match(line)
        if header is None:
            if body is None:
                if line.strip() and not line.startswith("--"):
                    raise StatementError(f"SQL before the first header: {line!r}")
            elif line.strip():
                body.append(line)
            continue
        kind, name, only = header.groups()
        body = []
        if only not in (None, dialect):
            continue
        target = bodies if kind == "name" else fragments
        if name in target:
            raise StatementError(f"{kind} {name} is defined twice")
        target[name] = body


def _lines(text: str, dialect: Dialect) -> list[str]:
    """The lines a dialect keeps, without their marks."""
    kept = []
    for line in text.splitlines():
        only = _ONLY.search(line)
        if only is None:
            kept.append(line)
        elif only.group(1) == dialect:
            kept.append(line[: only.start()])
    return kept


def _statement(name: str, body: list[str], fragments: dict[str, list[str]], dialect: Dialect) -> Statement:
    lines: list[str] = []
    for line in body:
        include = _INCLUDE.match(line)
        if include is None:
            lines.append(line)
        elif include.group(1) in fragments:
            lines.extend(fragments[include.group(1)])
        else:
            raise StatementError(f"{name} includes the unknown fragment {include.group(1)}")
    sql = "\n".join(line for line in lines if not line.lstrip().startswith("--"))
    if not sql:
        raise StatementError(f"{name} is empty for {dialect}")
    if ";" in sql:
        raise StatementError(f"{name} holds a semicolon; a statement is one statement")
    parameters: list[str] = []

    def numbered(match: re.Match[str]) -> str:
        parameter = match.group(1)
        if parameter not in parameters:
            parameters.append(parameter)
        return f"{'$' if dialect == 'postgres' else '?'}{parameters.index(parameter) + 1}"

    return Statement(name, _PARAMETER.sub(numbered, sql), tuple(parameters))


def _texts(folder: str) -> dict[str, str]:
    """The .sql files of a folder of this package: name without suffix → text, in the order of the names."""
    found = {file.name: file for file in (files("treadle.store") / folder).iterdir() if file.name.endswith(".sql")}
    return {name.removesuffix(".sql"): found[name].read_text("utf-8") for name in sorted(found)}
