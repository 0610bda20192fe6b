"""The database's address is read without pydantic: these are the cases in which both readers must agree."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from treadle.address import Address, read_address
from treadle.settings import Settings

ENVIRONMENTS: list[dict[str, str]] = [
    {},
    {"TREADLE_DATABASE_URL": "sqlite:///a.db"},
    {"treadle_database_url": "sqlite:///a.db", "TREADLE_HEAD_START_SECONDS": "0"},
    {"TREADLE_DATABASE_URL": "", "TREADLE_HEAD_START_SECONDS": " 7.5 "},
    {"DATABASE_URL": "sqlite:///other.db", "HEAD_START_SECONDS": "3"},
]
FILES: list[dict[str, str]] = [
    {},
    {".env": "TREADLE_DATABASE_URL=sqlite:///b.db\nTREADLE_HEAD_START_SECONDS\nOTHER=1\n"},
    {".env": "export treadle_database_url='sqlite:///b c.db' # mine\n"},
    {".env": "NAME=d\nTREADLE_DATABASE_URL=sqlite:///${NAME}.db\n"},
]
WRONG: list[tuple[dict[str, str], dict[str, str]]] = [
    ({"TREADLE_HEAD_START_SECONDS": "soon"}, {}),
    ({"TREADLE_HEAD_START_SECONDS": "-1"}, {}),
    ({}, {"treadle.toml": "database_url = 7\n"}),
    ({}, {"treadle.toml": "head_start_seconds = [1]\n"}),
]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("TREADLE_DATABASE_URL", "TREADLE_HEAD_START_SECONDS"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def given(place: Path, environment: dict[str, str], files: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    for name, text in files.items():
        (place / name).write_text(text, encoding="utf-8")


@pytest.mark.parametrize("environment", ENVIRONMENTS)
@pytest.mark.parametrize("files", FILES)
def test_the_address_is_what_the_settings_say(
    place: Path, environment: dict[str, str], files: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    given(place, environment, files, monkeypatch)

    settings = Settings()

    assert read_address() == Address(settings.database_url, settings.head_start_seconds)
    assert read_address("sqlite:///said.db") == Address("sqlite:///said.db", settings.head_start_seconds)


@pytest.mark.parametrize(("environment", "files"), WRONG)
def test_what_the_settings_refuse_is_left_to_them(
    place: Path, environment: dict[str, str], files: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    given(place, environment, files, monkeypatch)

    with pytest.raises(ValidationError):
        Settings()
    assert read_address() is None


@pytest.mark.parametrize(
    ("environment", "files"),
    [({"TREADLE_DATABSE_URL": "sqlite:///a.db"}, {}), ({}, {".env": "TREADLE_PORT=1\n"}), ({}, {"treadle.toml": ""})],
)
def test_more_than_an_address_is_left_to_the_settings(
    place: Path, environment: dict[str, str], files: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    given(place, environment, files, monkeypatch)

    assert read_address() is None
