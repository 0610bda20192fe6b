"""treadle.testing: secrets that a test gives to handlers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from engine_house import graph, node
from treadle.activities.decorator import DECLARED, activity
from treadle.activities.secrets import Secret
from treadle.testing import run_workflow


@pytest.fixture
def declared() -> Iterator[None]:
    """Activities declared in a test are forgotten after it."""
    known = list(DECLARED)
    yield
    DECLARED[:] = known


def test_secrets_are_given_to_handlers(declared: None) -> None:
    def own(key: Secret) -> int:
        return len(key)

    own.__annotations__["key"] = Secret
    activity("own.secret")(own)

    assert run_workflow(graph([node("a", "own.secret", {"key": {"secret": "api"}})]), secrets={"api": "four"}).output == 4


@pytest.mark.parametrize("given", [{"secret": "api"}, {"deep": [{"secret": "api"}]}])
def test_data_that_looks_like_a_reference_stays_data(declared: None, given: Any) -> None:
    def own(key: Secret, data: dict[str, Any]) -> list[Any]:
        return [len(key), json.dumps(data).count("four"), data]

    own.__annotations__["key"] = Secret
    activity("own.data")(own)
    config = {"key": {"secret": "api"}, "data": "{{ input }}"}

    ran = run_workflow(graph([node("a", "own.data", config)]), input=given, secrets={"api": "four"})

    assert ran.output == [4, 0, given]
