"""Values as they are typed on the command line."""

from __future__ import annotations

import io
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import click
import pytest

from treadle.cli.arguments import duration, input_value, json_value, priority, text_hints
from treadle.domain.errors import DefinitionError, Finding


@pytest.mark.parametrize(
    ("pairs", "value"),
    [
        ([], None),
        (["a=1"], {"a": 1}),
        (["a=true", "b=null"], {"a": True, "b": None}),
        (["a=A-7"], {"a": "A-7"}),
        (['a="7"'], {"a": "7"}),
        (['a={"b": [1]}'], {"a": {"b": [1]}}),
        (["a=x=y"], {"a": "x=y"}),
        (["a="], {"a": ""}),
        (["a=NaN"], {"a": "NaN"}),
        (["a=1", "a=2"], {"a": 2}),
    ],
)
def test_a_value_is_json_if_it_is_json_and_text_otherwise(pairs: list[str], value: Any) -> None:
    assert input_value(pairs, None) == value


def test_keys_are_laid_over_the_whole_input(tmp_path: Path) -> None:
    file = tmp_path / "input.json"
    file.write_text('{"a": 1, "b": 2}')

    value = input_value(["b=3"], f"@{file}")

    assert value == {"a": 1, "b": 3}


def test_input_is_read_from_stdin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(b"[1, 2]")))

    value = input_value([], "@-")

    assert value == [1, 2]


@pytest.mark.parametrize("pair", ["a", "=1", ""])
def test_what_is_no_pair_is_refused(pair: str) -> None:
    with pytest.raises(click.UsageError, match="is not key=value"):
        input_value([pair], None)


def test_keys_cannot_be_laid_over_a_list() -> None:
    with pytest.raises(click.UsageError, match="that is an object"):
        input_value(["a=1"], "[1]")


@pytest.mark.parametrize("text", ["{", "{'a': 1}", '{"a": 1, "a": 2}', "Infinity"])
def test_what_is_no_json_is_refused_with_the_options_name(text: str) -> None:
    with pytest.raises(DefinitionError) as refused:
        json_value(text, name="--payload")

    assert refused.value.findings[0].path.startswith("--payload")


@pytest.mark.parametrize(("text", "seconds"), [("60", 60.0), ("1.5", 1.5), ("500ms", 0.5), ("2h", 7200.0), ("7d", 604800.0)])
def test_durations_are_seconds_or_have_a_unit(text: str, seconds: float) -> None:
    assert duration(text) == seconds


@pytest.mark.parametrize("text", ["", "soon", "-5", "1.2.3", "5 minutes"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(click.BadParameter, match="is not a duration"):
        duration(text)


@pytest.mark.parametrize(("text", "level"), [("low", "low"), ("critical", "critical"), ("7", 7), ("-2", -2)])
def test_priorities_are_names_or_whole_numbers(text: str, level: int | str) -> None:
    assert priority(text) == level


@pytest.mark.parametrize("text", ["urgent", "1.5", ""])
def test_what_is_no_priority_is_refused(text: str) -> None:
    with pytest.raises(click.BadParameter, match="is not one of low, normal, high, critical"):
        priority(text)


def test_a_refused_number_is_answered_with_how_to_pass_text() -> None:
    refused = DefinitionError(
        [Finding("schema", "7 is not text", "input.order_id"), Finding("schema", "too short", "input.name")]
    )

    hinted = text_hints(refused, ["order_id=7", "name=x"])

    assert [finding.hint for finding in hinted.findings] == [f"-i order_id='{json.dumps('7')}' passes it as text", None]
