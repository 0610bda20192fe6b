"""Moves and replays over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest

from served_api import API, ServedApi, served_api
from treadle.api.schemas import versions as schemas

EXECUTIONS = f"{API}/executions"
WORKFLOWS = f"{API}/workflows"


def door(*more: str) -> dict[str, Any]:
    names = ["door", *more]
    nodes = [{"id": "door", "type": "signal.wait", "config": {"signal": "open"}}]
    nodes += [{"id": name, "type": "noop"} for name in more]
    return {"nodes": nodes, "edges": [{"source": a, "target": b} for a, b in pairwise(names)]}


def choice(condition: str) -> dict[str, Any]:
    nodes: list[dict[str, Any]] = [{"id": "big", "type": "if", "config": {"condition": condition}}]
    nodes += [{"id": name, "type": "set", "config": {"value": name}} for name in ("yes", "no")]
    return {"nodes": nodes, "edges": [{"source": "big", "port": p, "target": t} for p, t in (("true", "yes"), ("false", "no"))]}


OTHER = {"nodes": [{"id": "window", "type": "signal.wait", "config": {"signal": "open"}}], "edges": []}


@pytest.fixture
def api(store_url: str) -> Iterator[ServedApi]:
    with served_api(store_url) as served_one:
        for graph in (door(), door("hall"), OTHER):
            served_one.save("doors", graph)
        yield served_one


def parked(api: ServedApi, version: int = 1) -> str:
    one = api.start("doors", version=version)
    api.until_status(one, "waiting")
    return one


def test_an_execution_is_moved_and_ends_as_its_new_version_says(api: ServedApi) -> None:
    with api.working():
        one = parked(api)

        looked = api.http.post(f"{EXECUTIONS}/{one}/move", json={"version": 2, "dry_run": True})
        asked = api.http.post(f"{EXECUTIONS}/{one}/move", json={"version": 2, "by": "ann"})
        api.http.post(f"{EXECUTIONS}/{one}/signals/open").raise_for_status()
        api.until_status(one, "completed")

    assert (looked.status_code, asked.status_code) == (200, 202)
    for answer in (looked, asked):
        move = schemas.Move.model_validate_json(answer.content)
        assert (move.id, move.from_version, move.version, move.fits) == (one, 1, 2, True)
        assert [(each.place, each.change) for each in move.changed] == [("hall", "added")]
        assert [each.kind for each in move.waiting] == ["signal"]
    shown = api.http.get(f"{EXECUTIONS}/{one}").json()
    assert (shown["version"], shown["nodes"]["hall"]["status"]) == (2, "completed")
    [row] = [each for each in api.http.get(f"{EXECUTIONS}/{one}/journal").json()["items"] if each["kind"] == "control"]
    assert row["detail"] == {"verb": "move", "version": 2, "from": 1, "by": "ann"}


def test_what_does_not_fit_is_a_problem_with_each_place_and_its_mend(api: ServedApi) -> None:
    with api.working():
        one = parked(api)

    looked = api.http.post(f"{EXECUTIONS}/{one}/move", json={"version": 3, "dry_run": True})
    refused = api.http.post(f"{EXECUTIONS}/{one}/move", json={"version": 3})

    move = schemas.Move.model_validate_json(looked.content)
    assert (looked.status_code, move.fits, [each.place for each in move.findings]) == (200, False, ["door"])
    assert refused.status_code == 422
    assert [(each["path"], each["code"]) for each in refused.json()["errors"]] == [("door", "node_gone")]
    assert refused.json()["errors"][0]["hint"]


def test_what_is_over_is_a_conflict_that_names_the_fork(api: ServedApi) -> None:
    with api.working():
        one = parked(api)
        api.http.post(f"{EXECUTIONS}/{one}/cancel")
        api.until_status(one, "cancelled")

    late = api.http.post(f"{EXECUTIONS}/{one}/move", json={"version": 2})
    nobody = api.http.post(f"{EXECUTIONS}/exec-0/move", json={"version": 2})

    assert (late.status_code, late.json()["state"], nobody.status_code) == (409, "cancelled", 404)
    assert f"treadle executions fork {one}" in late.json()["detail"]


def test_the_open_executions_of_a_version_are_moved_page_by_page(api: ServedApi) -> None:
    with api.working():
        ones = [parked(api) for _ in range(3)]
        other = parked(api, version=3)
    body = {"from_version": 1, "version": 2, "limit": 2}

    looked = api.http.post(f"{WORKFLOWS}/doors/move", json=body | {"dry_run": True, "limit": 200})
    found: list[str] = []
    cursor = None
    while True:
        answer = api.http.post(f"{WORKFLOWS}/doors/move", json=body | ({"cursor": cursor} if cursor else {}))
        page = schemas.Moves.model_validate_json(answer.content)
        found.extend(each.id for each in page.items)
        cursor = page.next_cursor
        if cursor is None:
            break
    again = schemas.Moves.model_validate_json(api.http.post(f"{WORKFLOWS}/doors/move", json=body | {"limit": 200}).content)

    assert (looked.status_code, answer.status_code) == (200, 202)
    assert [each["fits"] for each in looked.json()["items"]] == [True] * 3
    assert sorted(found) == sorted(ones)
    assert sorted(each.id for each in again.conflicts) == sorted(ones), "they are being moved already"
    assert api.http.get(f"{EXECUTIONS}/{other}").json()["version"] == 3


def test_a_cursor_that_is_none_is_refused(api: ServedApi) -> None:
    answer = api.http.post(f"{WORKFLOWS}/doors/move", json={"from_version": 1, "version": 2, "cursor": "nonsense"})

    assert answer.status_code in (400, 422)


def test_a_changed_graph_is_replayed_with_two_hundred_executions(api: ServedApi) -> None:
    api.save("choices", choice("input > 100"))
    with api.working():
        ones = [api.start("choices", input=number) for number in range(200)]
        for one in ones:
            api.until_status(one, "completed")

    answer = api.http.post(f"{WORKFLOWS}/choices/replay", json={"graph_config": choice("input > 150"), "limit": 200})
    found = schemas.Replays.model_validate_json(answer.content)

    assert answer.status_code == 200
    assert found.counts == {"same": 150, "differs": 50, "unknown": 0, "failed": 0}
    [place] = found.places
    assert (place.place, place.kind, place.count) == ("big", "choice", 50)
    assert {each.result for each in found.items if each.id in ones[101:151]} == {"differs"}
    [differs] = [each for each in found.items if each.id == ones[120]]
    assert (differs.not_run, differs.would_run, differs.end, differs.would_end) == (["yes"], ["no"], "completed", "completed")
    assert len(api.http.get(f"{WORKFLOWS}/choices/versions").json()["items"]) == 1


def test_a_replay_goes_on_where_its_page_ended(api: ServedApi) -> None:
    api.save("choices", choice("true"))
    with api.working():
        ones = [api.start("choices") for _ in range(5)]
        for one in ones:
            api.until_status(one, "completed")

    first = api.http.post(f"{WORKFLOWS}/choices/replay", json={"version": 1, "limit": 3}).json()
    second = api.http.post(f"{WORKFLOWS}/choices/replay", json={"limit": 3, "cursor": first["next_cursor"]}).json()

    assert [each["id"] for each in first["items"] + second["items"]] == ones[::-1]
    assert second["next_cursor"] is None


def test_a_replay_against_no_graph_is_refused(api: ServedApi) -> None:
    broken = api.http.post(f"{WORKFLOWS}/doors/replay", json={"graph_config": {"nodes": [{"id": "a", "type": "nope"}], "edges": []}})
    both = api.http.post(f"{WORKFLOWS}/doors/replay", json={"graph_config": OTHER, "version": 1})
    nobody = api.http.post(f"{WORKFLOWS}/none/replay", json={})

    assert (broken.status_code, both.status_code, nobody.status_code) == (422, 422, 404)
    assert broken.json()["errors"][0]["path"] == "nodes[0].type"
