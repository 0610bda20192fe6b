"""Where the database is, read as `settings` reads it but without loading that: for commands that only look.

Importing pydantic takes longer than all else that `treadle executions list` does; a test compares the two readers.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DATABASE_URL = "sqlite:///./treadle.db"
HEAD_START = 60.0
YEAR = 365 * 86400.0
PREFIX = "treadle_"
READ = {"database_url", "head_start_seconds"}
"""What is understood here: where more is set, `Settings` looks whether it can be meant so."""


@dataclass(frozen=True, slots=True)
class Address:
    """`head_start` is in seconds."""

    database_url: str
    head_start: float


def read_address(database_url: str | None = None) -> Address | None:
    """`database_url` is stronger than what is set. None where only `Settings` can say what is meant, or what is wrong with it."""
    if Path("treadle.toml").exists():
        return None
    try:
        sources = list(_sources())
        url = _first(sources, "database_url", DATABASE_URL) if database_url is None else database_url
        if any(source.keys() - READ for source in sources):
            return None
        address = Address(url, float(_first(sources, "head_start_seconds", HEAD_START)))
    except (TypeError, ValueError):  # a file that cannot be read is one too
        return None
    return address if 0 <= address.head_start <= YEAR else None


def _first(sources: list[Mapping[str, Any]], name: str, default: Any) -> Any:
    return next((source[name] for source in sources if source.get(name) is not None), default)


def _sources() -> Iterator[Mapping[str, Any]]:
    """By the names of settings, the strongest first."""
    yield _named(os.environ)
    if Path(".env").is_file():
        from dotenv import dotenv_values

        yield _named(dotenv_values(".env", encoding="utf-8"))


def _named(variables: Mapping[str, str | None]) -> dict[str, Any]:
    found = ((name.lower(), value) for name, value in variables.items())
    return {name.removeprefix(PREFIX): value for name, value in found if name.startswith(PREFIX)}
