"""One run of the command: which database it means, and the opened system behind it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from treadle.cli.rendering import say

if TYPE_CHECKING:
    from treadle.address import Address
    from treadle.bootstrap import Treadle
    from treadle.settings import Settings

SQLITE = "sqlite:///"
MEMORY = "sqlite:///:memory:"

Prepare = Literal["nothing", "sqlite", "any"]
"""A SQLite file belongs to whoever uses it; a shared database is migrated on purpose, by `treadle db migrate` or `up`."""


@dataclass(slots=True)
class Session:
    """`database_url` is what `--db` said, None when the settings decide."""

    database_url: str | None = None
    _warned: bool = False

    def settings(self, **changes: Any) -> Settings:
        """The settings every process reads, with the command line's changes (None: not said). UsageError if invalid."""
        from dotenv import dotenv_values
        from pydantic import ValidationError
        from pydantic_settings.exceptions import SettingsError

        from treadle.settings import Settings, misspelt

        said = {name: value for name, value in {**changes, "database_url": self.database_url}.items() if value is not None}
        try:
            if not self._warned:
                self._warned = True
                for name, meant in misspelt([*os.environ, *dotenv_values(".env")]):
                    say(f"warning: {name} is no setting; did you mean {meant}?")
            return Settings(**said)
        except ValidationError as error:
            raise click.UsageError("; ".join(_sentence(one) for one in error.errors())) from error
        except SettingsError as error:
            raise click.UsageError(str(error)) from error
        except UnicodeDecodeError as error:
            raise click.UsageError(f"the file .env is not UTF-8: {error}") from error

    @contextmanager
    def open(self, settings: Settings | None = None, *, prepare: Prepare = "nothing") -> Iterator[Treadle]:
        """The system on its database. `prepare` says which databases get a missing or newer schema; others raise SchemaError.

        A command that only looks never creates a database file.
        """
        from treadle.address import read_address
        from treadle.domain.errors import SchemaError

        place = settings or read_address(self.database_url) or self.settings()
        path = sqlite_path(place.database_url)
        if path is not None and prepare == "nothing" and not path.exists():
            raise SchemaError(f"there is no database at {path}; `treadle up` or `treadle db migrate` creates it")
        migrate = prepare == "any" or (prepare == "sqlite" and path is not None)
        with closing(self._opened(place)) as treadle:
            if migrate:
                treadle.store.migrate()
            treadle.store.check()
            yield treadle

    @contextmanager
    def open_bare(self) -> Iterator[Treadle]:
        """The system on its database, whatever the state of the schema."""
        with closing(self._opened(self.settings())) as treadle:
            yield treadle

    @contextmanager
    def open_scratch(self) -> Iterator[Treadle]:
        """The system on an empty database in memory, for what needs node types and no stored data."""
        settings = self.settings().model_copy(update={"database_url": MEMORY})
        with closing(self._opened(settings)) as treadle:
            treadle.store.migrate()
            yield treadle

    def _opened(self, place: Settings | Address) -> Treadle:
        """All of it, or what is asked for."""
        from treadle.address import Address
        from treadle.bootstrap import look_at, open_treadle
        from treadle.domain.errors import TreadleError

        try:
            return look_at(place, self.settings) if isinstance(place, Address) else open_treadle(place)
        except TreadleError as error:  # the settings name no database, or activities that cannot be loaded
            raise click.UsageError(str(error)) from error


def sqlite_path(url: str) -> Path | None:
    """The file behind a SQLite address, or None for other databases and for memory."""
    path = url.removeprefix(SQLITE)
    return Path(path) if path != url and path and not path.startswith(":memory:") else None


def host_in_url(host: str) -> str:
    return f"[{host}]" if ":" in host and not host.startswith("[") else host


def _sentence(error: Any) -> str:
    place = ".".join(str(part) for part in error["loc"])
    return f"setting {place}: {error['msg']}" if place else str(error["msg"])
