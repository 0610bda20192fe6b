"""Pages that are generated are as the code is."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

from treadle.domain.states import TRANSITIONS, ExecutionStatus
from treadle.settings import Settings

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", ["generate_settings_docs", "generate_state_docs", "generate_state_diagram", "generate_metrics_docs"])
def test_a_generated_page_is_up_to_date(name: str) -> None:
    script = runpy.run_path(str(ROOT / "scripts" / f"{name}.py"))

    written = script["PAGE"].read_text(encoding="utf-8")

    assert written == script["page"](), f"run: python scripts/{name}.py"


def test_every_setting_is_described_with_the_variable_that_sets_it(monkeypatch: pytest.MonkeyPatch) -> None:
    variable = runpy.run_path(str(ROOT / "scripts" / "generate_settings_docs.py"))["variable"]
    other = {"log_format": "json", "log_level": "DEBUG", "wakeups": "false", "http_allow_private": "true", "traces": "on"}
    for name, field in Settings.model_fields.items():
        monkeypatch.setenv(variable(name, field), other.get(name, "7"))

    changed = Settings()

    assert [name for name, field in Settings.model_fields.items() if getattr(changed, name) == field.default] == []
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_the_diagram_has_every_state_and_every_transition_once() -> None:
    drawn = (ROOT / "docs" / "images" / "states.svg").read_text(encoding="utf-8")

    assert sorted(re.findall(r'class="verb"[^>]*>(\w+)<', drawn)) == sorted(verb for _, verb in TRANSITIONS)
    assert [drawn.count(f">{status}<") for status in ExecutionStatus] == [1] * len(ExecutionStatus)
