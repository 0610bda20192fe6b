"""Saving, looking at, checking and deleting workflows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from served_api import API, ECHO, NOTHING_TO_DO, WAITING, ServedApi, served_api
from treadle.api.schemas import workflows as schemas

WORKFLOWS = f"{API}/workflows"
UNKNOWN_TYPE = {"nodes": [{"id": "a", "type": "nop"}], "edges": []}


@pytest.fixture
def api(sqlite_url: str) -> Iterator[ServedApi]:
    with served_api(sqlite_url) as served_one:
        yield served_one


def save(api: ServedApi, name: str, **body: Any) -> tuple[int, schemas.SavedWorkflow]:
    answer = api.http.put(f"{WORKFLOWS}/{name}", json=body)
    return answer.status_code, schemas.SavedWorkflow.model_validate_json(answer.content)


def test_a_workflow_is_created_then_kept_then_changed(api: ServedApi) -> None:
    created = save(api, "order", graph_config=NOTHING_TO_DO)
    same = save(api, "order", graph_config=NOTHING_TO_DO)
    changed = save(api, "order", graph_config=ECHO)

    assert [(status, saved.version) for status, saved in (created, same, changed)] == [(201, 1), (200, 1), (201, 2)]


def test_a_workflow_is_shown_in_its_latest_and_in_each_version(api: ServedApi) -> None:
    save(api, "order", graph_config=NOTHING_TO_DO, description="first")
    save(api, "order", graph_config=ECHO, description="second")

    latest = schemas.Workflow.model_validate_json(api.http.get(f"{WORKFLOWS}/order").content)
    first = schemas.Workflow.model_validate_json(api.http.get(f"{WORKFLOWS}/order/versions/1").content)
    versions = schemas.VersionPage.model_validate_json(api.http.get(f"{WORKFLOWS}/order/versions").content)

    assert (latest.name, latest.version, latest.description) == ("order", 2, "second")
    assert [node["id"] for node in latest.graph_config["nodes"]] == ["echo"]
    assert [node["id"] for node in first.graph_config["nodes"]] == ["only"]
    assert [item.version for item in versions.items] == [2, 1]


def test_what_does_not_exist_is_404(api: ServedApi) -> None:
    save(api, "order", graph_config=NOTHING_TO_DO)

    paths = ("none", "none/versions", "none/versions/1", "order/versions/7")
    statuses = [api.http.get(f"{WORKFLOWS}/{path}").status_code for path in paths]
    statuses += [api.http.post(f"{WORKFLOWS}/none/run").status_code, api.http.delete(f"{WORKFLOWS}/none").status_code]

    assert statuses == [404] * 6


def test_workflows_are_listed_by_name_in_pages(api: ServedApi) -> None:
    for name in ("cherry", "apple", "banana"):
        save(api, name, graph_config=NOTHING_TO_DO)

    first = schemas.WorkflowPage.model_validate_json(api.http.get(WORKFLOWS, params={"limit": 2}).content)
    rest = api.http.get(WORKFLOWS, params={"limit": 2, "cursor": first.next_cursor}).json()

    assert [item.name for item in first.items] == ["apple", "banana"]
    assert [item["name"] for item in rest["items"]] == ["cherry"]
    assert rest["next_cursor"] is None
    assert "graph_config" not in rest["items"][0]


def test_the_list_of_workflows_tells_what_goes_on_in_them(api: ServedApi) -> None:
    save(api, "order", graph_config=NOTHING_TO_DO)
    save(api, "quiet", graph_config=NOTHING_TO_DO)
    started = [api.start("order") for _ in range(2)]

    order, quiet = schemas.WorkflowPage.model_validate_json(api.http.get(WORKFLOWS).content).items

    assert (order.open, quiet.open["running"], quiet.last, quiet.recent) == ({"running": 2, "waiting": 0, "paused": 0}, 0, None, [])
    assert [each.id for each in order.recent] == started[::-1]
    assert order.last is not None
    assert (order.last.id, order.last.finished_at) == (started[1], None)


def test_a_graph_that_cannot_be_accepted_is_refused_with_its_place(api: ServedApi) -> None:
    answer = api.http.put(f"{WORKFLOWS}/order", json={"graph_config": UNKNOWN_TYPE})

    assert answer.status_code == 422
    assert [error["path"] for error in answer.json()["errors"] if error["severity"] == "error"] == ["nodes[0].type"]
    assert api.http.get(f"{WORKFLOWS}/order").status_code == 404


@pytest.mark.parametrize("graph", [None, 1, "x", [], [1], {}, {"nodes": {}}, {"nodes": [None]}, {"nodes": [], "edges": []}])
def test_what_is_no_graph_at_all_is_refused(api: ServedApi, graph: object) -> None:
    answer = api.http.put(f"{WORKFLOWS}/order", json={"graph_config": graph})

    assert answer.status_code == 422
    assert answer.json()["errors"]


def test_validating_tells_the_findings_and_stores_nothing(api: ServedApi) -> None:
    good = schemas.Findings.model_validate_json(
        api.http.post(f"{WORKFLOWS}/validate", json={"graph_config": NOTHING_TO_DO}).content
    )
    bad = schemas.Findings.model_validate_json(
        api.http.post(f"{WORKFLOWS}/validate", json={"graph_config": UNKNOWN_TYPE, "name": "order"}).content
    )

    assert (good.valid, bad.valid) == (True, False)
    assert [finding.path for finding in bad.findings if finding.severity == "error"] == ["nodes[0].type"]
    assert api.http.get(WORKFLOWS).json()["items"] == []


def test_warnings_do_not_keep_a_workflow_from_being_saved(api: ServedApi) -> None:
    unreached = {"nodes": [{"id": "start", "type": "trigger.manual"}, {"id": "alone", "type": "noop"}], "edges": []}

    status, saved = save(api, "order", graph_config=unreached)

    assert status == 201
    assert {finding.severity for finding in saved.warnings} == {"warning"}


def test_a_workflow_with_open_executions_is_not_deleted(api: ServedApi) -> None:
    save(api, "order", graph_config=WAITING)
    save(api, "idle", graph_config=NOTHING_TO_DO)
    api.start("order")

    busy = api.http.delete(f"{WORKFLOWS}/order")
    idle = api.http.delete(f"{WORKFLOWS}/idle")

    assert (busy.status_code, idle.status_code, idle.content) == (409, 204, b"")
    assert [item["name"] for item in api.http.get(WORKFLOWS).json()["items"]] == ["order"]
