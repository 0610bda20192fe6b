"""What `import treadle` offers is a promise: a name is added or taken away here too, and on purpose."""

from __future__ import annotations

import ast
from importlib.metadata import entry_points
from importlib.resources import files
from pathlib import Path

import pytest

import treadle

NAMES = [
    "Client",
    "Context",
    "Expr",
    "Fatal",
    "RetryAfter",
    "TreadleError",
    "Workflow",
    "WorkflowEngine",
    "WorkflowWorker",
    "__version__",
    "activity",
    "choose",
    "expr",
    "fn",
    "is_in",
]


def test_the_public_names_are_these() -> None:
    assert treadle.__all__ == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_public_name_is_there(name: str) -> None:
    assert getattr(treadle, name) is not None


def test_another_name_is_not_there() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Engine'"):
        treadle.Engine  # noqa: B018


def test_the_file_of_uses_has_every_public_name() -> None:
    uses = ast.parse((Path(__file__).parents[1] / "public_types" / "uses.py").read_text(encoding="utf-8"))

    imported = {name.name for node in ast.walk(uses) if isinstance(node, ast.ImportFrom) and node.module == "treadle" for name in node.names}

    assert imported == set(NAMES) - {"__version__"}


def test_the_package_says_that_it_is_typed_and_has_its_command() -> None:
    assert (files("treadle") / "py.typed").is_file()
    assert [point.value for point in entry_points(group="console_scripts", name="treadle")] == ["treadle.cli.main:main"]
