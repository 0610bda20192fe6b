"""The stored keys of limits: one for each workflow, purpose and value, of a length that every index can hold."""

from __future__ import annotations

from typing import Any

import pytest

from treadle.domain.errors import DefinitionError
from treadle.domain.limits import LONGEST, key_text, stored_key


def key(value: Any, *, workflow: str = "orders", purpose: str = "") -> str:
    return stored_key(workflow, value, path="settings.concurrency.key", purpose=purpose)


@pytest.mark.parametrize(
    ("value", "text"), [("ann", "ann"), ("", ""), (7, "7"), (1.5, "1.5"), (True, "true"), (None, "null"), ("Zoë", "Zoë")]
)
def test_the_text_of_a_value_is_told_as_people_know_it(value: Any, text: str) -> None:
    assert key_text(key(value)) == text


def test_workflows_and_purposes_never_share_a_key() -> None:
    keys = {key("a"), key("a", workflow="order"), key("a", purpose="debounce"), key("b"), key("sa", workflow="order")}

    assert len(keys) == 5


@pytest.mark.parametrize("value", ["x" * (LONGEST + 1), "a\0b", "a\x1fb", "\ud800", "tab\t"])
def test_what_no_index_or_database_can_hold_becomes_a_digest(value: str) -> None:
    text = key_text(key(value))

    assert text.startswith("sha256:")
    assert text == key_text(key(value)) != key_text(key(value + "!"))


@pytest.mark.parametrize("value", [[1], {"a": 1}])
def test_a_key_of_several_values_is_refused_at_its_place(value: Any) -> None:
    with pytest.raises(DefinitionError) as refused:
        key(value)

    [finding] = refused.value.findings
    assert (finding.path, finding.code) == ("settings.concurrency.key", "wrong_key")
