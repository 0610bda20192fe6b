"""docs/testing.md is true: each of its examples is a test that passes, and every public name of treadle.testing is in it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import treadle.testing
from treadle.testing import House, Result, StuckError, run_workflow
from treadle.testing.options import Options

PAGE = (Path(__file__).parents[2] / "docs" / "testing.md").read_text(encoding="utf-8")
EXAMPLES: dict[str, Any] = {}
exec("\n".join(re.findall(r"```python\n(.*?)\n```", PAGE, re.DOTALL)), EXAMPLES)  # the page is ours
TESTS = [name for name in EXAMPLES if name.startswith("test_")]


@pytest.mark.parametrize("name", TESTS)
def test_an_example_passes(name: str) -> None:
    EXAMPLES[name]()


def test_every_example_is_run() -> None:
    assert len(TESTS) == PAGE.count("\ndef test_")


def test_the_error_it_shows_is_the_one_you_get() -> None:
    shown = re.findall(r"```text\n(.*?)\n```", PAGE, re.DOTALL)[0]

    with pytest.raises(StuckError) as raised:
        run_workflow(EXAMPLES["PARCEL"])

    said = re.sub(r"exec-[0-9a-f]+", "exec-…", f"treadle.testing.errors.StuckError: {raised.value}")
    assert said == shown


def test_every_option_and_every_part_of_a_result_and_a_house_is_told() -> None:
    plain = {"close", "id", "workflow", "record", "coverage"}
    public = {name for kind in (Result, House) for name in vars(kind) if not name.startswith("_")} - plain
    options = set(Options.__dataclass_fields__) - {"seed"}

    missing = [name for name in sorted(public | options) if not re.search(rf"`{name}\b|\b{name}=", PAGE)]

    assert missing == []


def test_every_public_name_is_told() -> None:
    of_results = {"Act", "Call", "Coverage", "NodeResult", "Result", "NoCrashError", "SetUpError", "TestingError", "UnfakedError"}

    missing = [name for name in treadle.testing.__all__ if name not in of_results and name not in PAGE]

    assert missing == []
