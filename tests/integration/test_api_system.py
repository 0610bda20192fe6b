"""Health, figures, pages, and the document that describes the API."""

from __future__ import annotations

import re
from collections.abc import Iterator
from inspect import iscoroutinefunction
from pathlib import Path
from typing import Any

import pytest

from served_api import API, NOTHING_TO_DO, ServedApi, served_api, with_tokens
from treadle.api.routes import health
from treadle.api.schemas import system as schemas
from treadle.store import open_store

DOCUMENTATION = Path(__file__).parents[2] / "docs" / "http.md"


@pytest.fixture
def api(sqlite_url: str) -> Iterator[ServedApi]:
    with served_api(sqlite_url) as served_one:
        yield served_one


def test_the_process_is_alive_and_ready(api: ServedApi) -> None:
    answers = [api.http.get("/healthz"), api.http.get("/readyz")]

    assert [(answer.status_code, answer.json()) for answer in answers] == [(200, {"status": "ok"})] * 2


def test_a_database_without_this_schema_is_not_ready(tmp_path: Path, api: ServedApi) -> None:
    api.treadle.engine.store = open_store(f"sqlite:///{tmp_path}/empty.db")

    answer = api.http.get("/readyz")
    api.treadle.engine.store.close()

    assert answer.status_code == 503
    assert "migrate" in answer.json()["detail"]


def test_the_figures_count_executions_by_status(api: ServedApi) -> None:
    api.save("only", NOTHING_TO_DO)
    api.start("only")
    api.start("only")

    stats = schemas.Stats.model_validate_json(api.http.get(f"{API}/stats").content)

    assert stats.executions["running"] == 2
    assert stats.ready == 2
    assert stats.workers_alive == 0
    assert stats.version == "1.2.3"


def test_a_worker_is_shown_while_it_lives(api: ServedApi) -> None:
    api.save("only", NOTHING_TO_DO)
    with api.working():
        api.http.post(f"{API}/workflows/only/run?wait=60s", json={})
        answer = schemas.Workers.model_validate_json(api.http.get(f"{API}/workers").content)

    assert [worker.alive for worker in answer.items] == [True]
    assert api.http.get(f"{API}/workers").json() == {"items": [], "next_cursor": None}


def test_node_types_come_with_the_schema_of_their_config(api: ServedApi) -> None:
    answer = schemas.NodeTypes.model_validate_json(api.http.get(f"{API}/node-types").content)

    by_type = {item.type: item for item in answer.items}
    assert set(by_type) == set(api.treadle.engine.handlers.node_types)
    assert by_type["if"].ports == ["true", "false"]
    assert by_type["if"].config_schema["properties"].keys() >= {"condition"}


def test_the_first_page_says_what_is_running(api: ServedApi) -> None:
    api.save("only", NOTHING_TO_DO)
    api.start("only")

    page = api.http.get("/").text

    assert "SQLite" in page
    assert "1.2.3" in page
    assert "<th>running</th><td>1</td>" in page
    assert '<a href="/docs">' in page
    assert '<a href="/api/v1/executions">' in page


def test_the_pages_are_dressed_by_a_file_of_this_server(api: ServedApi) -> None:
    [style] = re.findall(r'<link rel="stylesheet" href="([^"]+)">', api.http.get("/docs").text)

    answer = api.http.get(style)

    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/css")


def test_the_documentation_page_shows_every_route(api: ServedApi) -> None:
    page = api.http.get("/docs").text

    missing = [path for path in api.app.openapi()["paths"] if f"{path}</code>" not in page]
    assert missing == []


def test_the_documentation_in_the_repository_names_every_route(api: ServedApi) -> None:
    text = DOCUMENTATION.read_text(encoding="utf-8")

    missing = [
        f"{method.upper()} {path}"
        for path, operations in api.app.openapi()["paths"].items()
        for method in operations
        if f"`{method.upper()} {path.removeprefix(API)}`" not in text
    ]
    assert missing == []


def test_the_openapi_document_is_sound(api: ServedApi) -> None:
    document = api.http.get("/openapi.json").json()

    operations = [(path, operation) for path, methods in document["paths"].items() for operation in methods.values()]
    ids = [operation["operationId"] for _, operation in operations]
    assert document["openapi"].startswith("3.1")
    assert len(ids) == len(set(ids))
    assert [reference for reference in references(document) if not resolves(document, reference)] == []
    for path, operation in operations:
        named = {parameter["name"] for parameter in operation.get("parameters", ()) if parameter["in"] == "path"}
        assert named == set(re.findall(r"{(\w+)}", path)), path
        assert operation["description"], path
        assert list(operation["responses"]["default"]["content"]) == ["application/problem+json"]


def test_the_openapi_document_says_that_a_token_is_needed(sqlite_url: str, api: ServedApi) -> None:
    with served_api(sqlite_url, with_tokens("secret-token")) as guarded:
        with_tokens_on = guarded.app.openapi()

    assert with_tokens_on["security"] == [{"token": []}]
    assert "security" not in api.app.openapi()


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for item in value.values():
            yield from references(item)
    elif isinstance(value, list):
        for item in value:
            yield from references(item)


def resolves(document: dict[str, Any], reference: str) -> bool:
    place: Any = document
    for part in reference.removeprefix("#/").split("/"):
        if part not in place:
            return False
        place = place[part]
    return True


def test_the_probe_of_life_needs_no_thread() -> None:
    # All threads may wait for a database that hangs; the process is well all the same.
    assert iscoroutinefunction(health.is_alive)
