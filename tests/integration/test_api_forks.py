"""Forks over HTTP."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from served_api import API, ECHO, WAITING, ServedApi, served_api
from treadle.api.schemas import executions as schemas

EXECUTIONS = f"{API}/executions"


@pytest.fixture
def api(sqlite_url: str) -> Iterator[ServedApi]:
    with served_api(sqlite_url) as served_one:
        for name, graph in {"echo": ECHO, "waiting": WAITING}.items():
            served_one.save(name, graph)
        yield served_one


def test_a_fork_is_answered_with_what_is_reused_and_what_runs_again(api: ServedApi) -> None:
    with api.working():
        source = api.http.post(f"{API}/workflows/echo/run?wait=60s", json={"input": 1}).json()["id"]

        answer = api.http.post(f"{EXECUTIONS}/{source}/fork", json={"from_node": "echo", "input": None, "by": "ann"})
        made = schemas.Fork.model_validate_json(answer.content)
        api.until_status(str(made.id), "completed")

    assert answer.status_code == 201
    assert answer.headers["Location"] == f"{EXECUTIONS}/{made.id}"
    assert (made.forked_from, made.reused, made.again, made.input_replaced) == (source, [], ["echo"], True)
    shown = api.http.get(f"{EXECUTIONS}/{made.id}").json()
    assert (shown["input"], shown["output"], shown["trigger"]["by"]) == (None, None, "ann")
    assert shown["trigger"]["forked_from"]["execution_id"] == source


def test_a_fork_without_an_input_keeps_the_input(api: ServedApi) -> None:
    source = api.start("waiting", input={"a": 1})

    made = api.http.post(f"{EXECUTIONS}/{source}/fork", json={"from_node": "door"}).json()

    assert not made["input_replaced"]
    assert api.http.get(f"{EXECUTIONS}/{made['id']}").json()["input"] == {"a": 1}


def test_a_dry_run_starts_nothing(api: ServedApi) -> None:
    source = api.start("waiting")

    answer = api.http.post(f"{EXECUTIONS}/{source}/fork", json={"from_node": "door", "dry_run": True})

    assert (answer.status_code, answer.json()["id"], answer.json()["again"]) == (200, None, ["door"])
    assert [row["id"] for row in api.http.get(EXECUTIONS).json()["items"]] == [source]


def test_a_fork_from_an_unknown_node_names_those_that_are_near(api: ServedApi) -> None:
    source = api.start("waiting")

    unknown = api.http.post(f"{EXECUTIONS}/{source}/fork", json={"from_node": "dor"})
    visit = api.http.post(f"{EXECUTIONS}/{source}/fork", json={"from_node": "door#2"})
    nobody = api.http.post(f"{EXECUTIONS}/exec-0/fork", json={"from_node": "door"})

    assert (unknown.status_code, visit.status_code, nobody.status_code) == (404, 422, 404)
    assert "door" in unknown.json()["errors"][0]["hint"]
    assert visit.json()["errors"][0]["path"] == "from_node"
