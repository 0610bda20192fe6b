"""All settings, each documented. Read from the environment, `.env`, or `treadle.toml`, in this order of strength."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any

from pydantic import AliasChoices, Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource
from pydantic_settings.exceptions import SettingsError

from treadle.address import DATABASE_URL, HEAD_START, YEAR
from treadle.domain.errors import DefinitionError
from treadle.domain.retention import parse_retention_setting

PREFIX = "TREADLE_"
TOML = "treadle.toml"
OTHER_NAMES = ("WORKFLOW_WORKER_CONCURRENCY", "TREADLE_WORKER_CONCURRENCY")

Names = Annotated[tuple[str, ...], NoDecode]
"""Several names, separated by commas."""


def check_toml(path: Path) -> None:
    """SettingsError for a name that is no setting: the file is for nothing else, and a misspelt database would go unseen."""
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} cannot be read as TOML: {error}") from error
    fields = list(Settings.model_fields)
    for name in said.keys() - {*fields, *OTHER_NAMES}:
        near = get_close_matches(name.lower().removeprefix(PREFIX.lower()), fields, n=1)
        hint = f"did you mean {near[0]!r}?" if near else "docs/settings.md has all names, each at the top level of the file"
        raise SettingsError(f"{path}: {name!r} is no setting; {hint}")


class Settings(BaseSettings):
    """Environment variables are `TREADLE_` and the name in capitals, but for `WORKFLOW_WORKER_CONCURRENCY`."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=".env", toml_file=TOML, extra="ignore", populate_by_name=True, frozen=True
    )

    database_url: str = Field(
        default=DATABASE_URL, description="`sqlite:///./file.db` or `postgresql://user@host/name`."
    )
    host: str = Field(default="127.0.0.1", description="Address the server listens on; beyond this machine it needs tokens.")
    port: int = Field(default=8765, ge=0, le=65535, description="Port the server listens on.")
    tokens: Names = Field(default=(), description="Bearer tokens, separated by commas, plain or as `sha256:HEX`.")
    allowed_hosts: Names = Field(default=(), description="Names the Host header may say besides the loopback ones; `*` allows all.")
    webhook_body_limit: int = Field(
        default=1024 * 1024, ge=1, le=1024 * 1024, description="Bytes of a body that a webhook takes; more is refused with 413."
    )
    link_key: str | None = Field(
        default=None, repr=False, description="Key that signs links to approvals; the database keeps one if it is not set."
    )
    secrets_key: str | None = Field(
        default=None,
        repr=False,
        description="Key that seals stored secrets, as `treadle secrets key` prints it; while you change it, both: `new,old`.",
    )
    secrets_key_file: str | None = Field(
        default=None,
        description="File with that key instead; for a SQLite database it is the database's path and `.key`, made when needed.",
    )
    worker_concurrency: int = Field(
        default=10,
        ge=1,
        le=10_000,
        validation_alias=AliasChoices("worker_concurrency", *OTHER_NAMES),
        description="How many executions one worker holds at once.",
    )
    poll_interval: float = Field(default=1.0, gt=0, le=3600, description="Seconds between two polls of the database.")
    lease_seconds: float = Field(default=30.0, ge=1, le=3600, description="How long a silent worker keeps its executions.")
    grace_seconds: float = Field(default=20.0, ge=0, le=3600, description="How long a stopping worker lets running nodes finish.")
    stall_seconds: float = Field(
        default=120.0, ge=1, le=YEAR, description="A worker whose loop hangs for so long lets its lease run out."
    )
    head_start_seconds: float = Field(
        default=HEAD_START, ge=0, le=YEAR, description="Head start of each priority level over the one below."
    )
    queues: Names = Field(default=("default",), min_length=1, description="Queues a worker serves.")
    handler_threads: int = Field(default=32, ge=1, le=1000, description="Threads for handlers that are plain functions.")
    handler_processes: int = Field(
        default=4, ge=1, le=1000, description="Processes for handlers that ask for one (`isolation`), in each worker."
    )
    handler_limit: int = Field(
        default=256, ge=1, le=100_000, description="Handlers that run at once in one worker; others wait in line."
    )
    abandoned_limit: int = Field(
        default=0,
        ge=0,
        description="Abandoned handler threads with which a worker, after 30 s, gives its work back and ends for its supervisor "
        "to start it anew; 0 is half of `TREADLE_HANDLER_THREADS`.",
    )
    metrics_port: int | None = Field(
        default=None, ge=0, le=65535, description="Port on which a worker shows its metrics to Prometheus; none if not set."
    )
    metrics_host: str = Field(
        default="127.0.0.1", description="Address for that port. It asks for no token: keep it inside your network."
    )
    traces: str = Field(
        default="auto",
        pattern="^(auto|on|off)$",
        description="Traces by OpenTelemetry: `on`, `off`, or `auto`, which is on where `OTEL_EXPORTER_OTLP_ENDPOINT` is set.",
    )
    retention: str = Field(
        default="",
        description="How long finished executions are kept: `30d`, or `completed=7d,failed=90d`; for ever if not set.",
    )
    wakeups: bool = Field(default=True, description="Use LISTEN/NOTIFY on PostgreSQL to shorten the wait for the next poll.")
    wakeup_url: str | None = Field(
        default=None,
        repr=False,
        description="PostgreSQL's own address for LISTEN, where `TREADLE_DATABASE_URL` leads through a pooler such as PgBouncer.",
    )
    activities: Names = Field(
        default=(),
        description="Modules to import for their activity handlers; looked for on `PYTHONPATH`, then where the process starts.",
    )
    http_allow_private: bool = Field(default=False, description="Whether `http.request` may reach private and loopback addresses.")
    log_format: str = Field(default="pretty", pattern="^(pretty|json)$", description="`pretty` for people, `json` for machines.")
    log_level: str = Field(default="INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="The least level that is logged.")

    @field_validator("tokens", "allowed_hosts", "queues", "activities", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("traces", mode="before")
    @classmethod
    def _on_or_off(cls, value: Any) -> Any:
        said = str(value).strip().lower()
        return "on" if said in ("true", "1", "yes") else "off" if said in ("false", "0", "no") else said

    @field_validator("retention")
    @classmethod
    def _check_retention(cls, value: str) -> str:
        try:
            parse_retention_setting(value)
        except DefinitionError as error:
            raise ValueError(str(error)) from error
        return value

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource, dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:  # fmt: skip
        check_toml(Path(TOML))
        return (init_settings, env_settings, dotenv_settings, TomlConfigSettingsSource(settings_cls), file_secret_settings)


def misspelt(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Of the names of environment variables those that are no setting and look like one, each with the one it looks like."""
    known = {*OTHER_NAMES, *(PREFIX + field.upper() for field in Settings.model_fields)}
    for name in names:
        near = get_close_matches(name.upper(), known, n=1, cutoff=0.87) if name.startswith((PREFIX, "WORKFLOW_")) else []
        if near and name.upper() not in known:
            yield name, near[0]
