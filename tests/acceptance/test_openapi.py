"""The OpenAPI document is valid, and says of every operation what generated clients need."""

from __future__ import annotations

from typing import Any

import pytest
from openapi_spec_validator import validate

from served_api import served_api


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with served_api(f"sqlite:///{tmp_path_factory.mktemp('openapi')}/t.db") as api:
        return api.http.get("/openapi.json").json()


def test_it_is_an_openapi_document(document: Any) -> None:
    validate(document)


def test_no_two_models_share_a_name(document: Any) -> None:
    """Generators name a class by the title: of two with one title they leave one out, and with it the answers that have it."""
    titles = [schema.get("title", name) for name, schema in document["components"]["schemas"].items()]

    assert sorted({title for title in titles if titles.count(title) > 1}) == []


def test_every_operation_has_a_name_of_its_own_and_a_sentence(document: Any) -> None:
    operations = [operation for path in document["paths"].values() for operation in path.values()]

    names = [operation["operationId"] for operation in operations]
    assert len(set(names)) == len(names) > 30
    assert [operation["operationId"] for operation in operations if not operation.get("description", "").strip()] == []


def test_every_operation_says_what_it_answers(document: Any) -> None:
    silent = [
        operation["operationId"]
        for path in document["paths"].values()
        for operation in path.values()
        for status, answer in operation["responses"].items()
        if status not in ("204", "304") and not answer.get("content")
    ]

    assert silent == []
