"""What an editor asks the API for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from served_api import API, ECHO, NOTHING_TO_DO, ServedApi, served_api
from treadle.api.schemas import editing as schemas
from treadle.api.schemas import workflows as workflow_schemas

WORKFLOWS = f"{API}/workflows"
DRAWN = {"nodes": [{"id": "only", "type": "noop", "position": {"x": 3, "y": 4}}], "edges": []}


@pytest.fixture
def api(sqlite_url: str) -> Iterator[ServedApi]:
    with served_api(sqlite_url) as served_one:
        yield served_one


def put(api: ServedApi, graph: object, **keys: Any) -> Any:
    return api.http.put(f"{WORKFLOWS}/order", json={"graph_config": graph, **keys})


def test_a_save_that_was_overtaken_is_a_conflict_with_the_version_that_won(api: ServedApi) -> None:
    put(api, NOTHING_TO_DO)
    put(api, ECHO, expected_version=1, by="ann")

    late = put(api, {**ECHO, "settings": {"timeout": "1h"}}, expected_version=1)

    assert (late.status_code, late.json()["state"]) == (409, "2")
    assert "by ann" in late.json()["detail"]
    assert put(api, {**ECHO, "settings": {"timeout": "1h"}}, expected_version=2).status_code == 201


def test_a_moved_box_is_kept_without_a_version_and_exported(api: ServedApi) -> None:
    put(api, NOTHING_TO_DO)

    moved = put(api, DRAWN, expected_version=1)

    assert (moved.status_code, moved.json()["version"]) == (200, 1)
    for path in ("order", "order/versions/1"):
        assert api.http.get(f"{WORKFLOWS}/{path}").json()["graph_config"]["nodes"][0]["position"] == {"x": 3.0, "y": 4.0}


def test_versions_say_who_saved_them_and_what_is_open(api: ServedApi) -> None:
    put(api, ECHO, by="ann")
    api.start("order")
    put(api, NOTHING_TO_DO)

    page = workflow_schemas.VersionPage.model_validate_json(api.http.get(f"{WORKFLOWS}/order/versions").content)

    assert [(row.version, row.by, row.open.running, row.open.waiting) for row in page.items] == [(2, None, 0, 0), (1, "ann", 1, 0)]


def test_versions_are_compared_by_parts_and_as_text(api: ServedApi) -> None:
    put(api, ECHO)
    put(api, DRAWN)
    put(api, {**ECHO, "settings": {"timeout": "1h"}})

    latest = schemas.Diff.model_validate_json(api.http.get(f"{WORKFLOWS}/order/diff").content)
    wide = schemas.Diff.model_validate_json(api.http.get(f"{WORKFLOWS}/order/diff?from=1&to=3").content)

    assert (latest.before, latest.after) == (2, 3)
    assert ([part.id for part in latest.added.nodes], [part.id for part in latest.removed.nodes]) == (["echo"], ["only"])
    assert [(change.place, change.after) for change in wide.changed] == [("settings", {"timeout": "1h"})]
    assert wide.text.splitlines()[:2] == ["--- order version 1", "+++ order version 3"]
    assert "+  timeout: 1h" in wide.text
    assert api.http.get(f"{WORKFLOWS}/order/diff?from=9").status_code == 404
    assert api.http.get(f"{WORKFLOWS}/order/diff?form=1").status_code == 422


def test_one_node_is_tried_by_a_worker(api: ServedApi) -> None:
    put(api, ECHO)
    graph = {"nodes": [*ECHO["nodes"], {"id": "two", "type": "set", "config": {"value": "{{ nodes.echo.output + 1 }}"}}]}

    with api.working():
        source = api.http.post(f"{WORKFLOWS}/order/run?wait=60s", json={"input": 41}).json()["id"]
        asked = {"graph_config": graph, "node_id": "two", "execution_id": source}
        answer = api.http.post(f"{WORKFLOWS}/order/test-node", json=asked)
        started = schemas.StartedTest.model_validate_json(answer.content)
        api.until_status(started.id, "completed")

    shown = api.http.get(started.url).json()
    assert (answer.status_code, answer.headers["Location"], started.reused) == (201, started.url, ["echo"])
    assert (shown["output"], shown["trigger"]["type"], list(shown["nodes"])) == (42, "test", ["two"])


def test_tests_are_in_no_list_that_does_not_ask_for_them(api: ServedApi) -> None:
    put(api, ECHO)
    run = api.start("order")
    tried = api.http.post(f"{WORKFLOWS}/order/test-node", json={"graph_config": ECHO, "node_id": "echo"}).json()["id"]

    lists = [
        [row["id"] for row in api.http.get(f"{API}/executions", params={"q": q}).json()["items"]]
        for q in ("", "workflow:order", "trigger:test", tried)
    ]
    facets = api.http.get(f"{API}/executions/facets").json()

    assert lists == [[run], [run], [tried], [tried]]
    assert facets["total"] == 1


def test_a_test_that_cannot_be_started_says_what_is_lacking(api: ServedApi) -> None:
    graph = {"nodes": [{"id": "a", "type": "noop"}, {"id": "b", "type": "set", "config": {"value": "{{ nodes.a.output }}"}}]}

    lacking = api.http.post(f"{WORKFLOWS}/order/test-node", json={"graph_config": graph, "node_id": "b"})
    unknown = api.http.post(f"{WORKFLOWS}/order/test-node", json={"graph_config": graph, "node_id": "bb"})
    misspelt = api.http.post(f"{WORKFLOWS}/order/test-node", json={"graph_config": graph, "node_id": "b", "names": {"items": 1}})

    assert (lacking.status_code, lacking.json()["errors"][0]["path"]) == (422, "outputs.a")
    assert '"outputs": {"a": …}' in lacking.json()["errors"][0]["hint"]
    assert (unknown.status_code, misspelt.status_code) == (404, 422)


def test_an_expression_is_previewed_with_its_mistakes(api: ServedApi) -> None:
    def preview(**body: Any) -> schemas.Previewed:
        answer = api.http.post(f"{API}/expressions/preview", json=body)
        assert answer.status_code == 200
        return schemas.Previewed.model_validate_json(answer.content)

    fine = preview(expression="nodes.a.output.total * 2", outputs={"a": {"total": 21}})
    null = preview(template="{{ input }}", input=None)
    wrong = preview(expression="nodes.a.output.totl", outputs={"a": {"total": 21}})

    assert (fine.ok, fine.value, fine.type, fine.error) == (True, 42, "number", None)
    assert (null.ok, null.value, null.type) == (True, None, "null")
    assert wrong.error is not None
    assert (wrong.ok, wrong.error.column, wrong.error.hint) == (False, 16, 'did you mean "total"?')
    assert api.http.post(f"{API}/expressions/preview", json={"expression": "1", "template": "1"}).status_code == 422
    assert api.http.post(f"{API}/expressions/preview", json={"expression": "1", "execution_id": "exec-0"}).status_code == 404


def test_the_names_that_a_node_sees_are_told(api: ServedApi) -> None:
    put(api, {"nodes": [*ECHO["nodes"], {"id": "two", "type": "noop"}], "edges": [{"source": "echo", "target": "two"}]})
    with api.working():
        ran = api.http.post(f"{WORKFLOWS}/order/run?wait=60s", json={"input": {"a": 1}}).json()["id"]

    scope = schemas.SeenScope.model_validate_json(api.http.get(f"{API}/executions/{ran}/scope?node=two").content)

    assert (scope.visit, scope.nodes["echo"].output, scope.names["input"]) == ("two", {"a": 1}, {"a": 1})
    assert api.http.get(f"{API}/executions/{ran}/scope?node=none").status_code == 404
    assert api.http.get(f"{API}/executions/{ran}/scope?node=two&scope=each[3]").status_code == 404


@pytest.mark.parametrize(
    ("node_type", "config", "expected"),
    [
        ("switch", {"cases": [{"port": "big", "when": "x"}, {"port": "small", "when": "y"}]}, ["big", "small", "default"]),
        ("switch", {}, ["default"]),
        ("switch", {"cases": 7}, ["default"]),
        ("approval", {"outcomes": [{"port": "yes"}, {}]}, ["yes", "expired"]),
        ("wait_any", {"any": [{"port": "come", "signal": "s"}, {"port": "late", "duration": "1h"}]}, ["come", "late"]),
        ("if", {}, ["true", "false"]),
    ],
)
def test_the_ports_of_an_unfinished_config_are_told(
    api: ServedApi, node_type: str, config: dict[str, Any], expected: list[str]
) -> None:
    answer = api.http.post(f"{API}/node-types/{node_type}/ports", json={"config": config})

    assert schemas.Ports.model_validate_json(answer.content).ports == expected


def test_the_ports_of_an_unknown_type_are_404(api: ServedApi) -> None:
    assert api.http.post(f"{API}/node-types/nope/ports", json={}).status_code == 404
