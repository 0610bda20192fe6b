"""How long finished executions are kept, as people say it."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from treadle.domain.errors import DefinitionError
from treadle.domain.retention import FINISHED, parse_retention, parse_retention_setting, write_retention
from treadle.settings import Settings

DAY = 86_400.0


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("7d", dict.fromkeys(FINISHED, 7 * DAY)),
        ("forever", dict.fromkeys(FINISHED)),
        ({"completed": "1d", "failed": "forever"}, {"completed": DAY, "failed": None}),
        ({}, {}),
    ],
)
def test_a_retention_is_read_and_written_as_it_was(said: Any, kept: dict[str, float | None]) -> None:
    read = parse_retention(said, path="settings.retention")

    assert read == kept
    assert write_retention(read) == said


@pytest.mark.parametrize(
    ("said", "path"), [({"running": "7d"}, "r.running"), ({"failed": "soon"}, "r.failed"), ("soon", "r"), ([], "r"), (True, "r")]
)
def test_a_wrong_retention_is_refused_at_its_place(said: Any, path: str) -> None:
    with pytest.raises(DefinitionError) as refused:
        parse_retention(said, path="r")

    assert [finding.path for finding in refused.value.findings] == [path]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("", {}),
        ("30d", dict.fromkeys(FINISHED, 30 * DAY)),
        ("completed=7d, failed=forever", {"completed": 7 * DAY, "failed": None}),
    ],
)
def test_the_setting_says_it_in_one_line(text: str, kept: dict[str, float | None]) -> None:
    assert parse_retention_setting(text) == kept


@pytest.mark.parametrize("text", ["soon", "running=7d", "completed=", "7d,30d"])
def test_a_wrong_setting_is_refused_when_it_is_read(text: str) -> None:
    with pytest.raises(ValidationError, match="retention"):
        Settings(retention=text)
