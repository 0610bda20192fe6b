"""What is inside of an execution: items and turns, and each activity with what it ran with and what came of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from engine_house import until
from served_api import API, ServedApi, served_api
from treadle.api.schemas import executions as schemas


def node(node_id: str, node_type: str, config: Any = None, **more: Any) -> dict[str, Any]:
    return {"id": node_id, "type": node_type, "config": config or {}, **more}


def edge(source: str, target: str, **more: Any) -> dict[str, Any]:
    return {"source": source, "target": target, **more}


CHAIN = {
    "nodes": [
        node("first", "set", {"value": {"n": "{{ input.n }}"}}),
        node("second", "set", {"value": "{{ nodes.first.output.n + 1 }}"}),
        node("door", "signal.wait", {"signal": "open"}),
        node("last", "set", {"value": "{{ nodes.second.output * 10 }}"}),
    ],
    "edges": [edge("first", "second"), edge("second", "door"), edge("door", "last")],
}
MAP = {
    "nodes": [
        node("before", "set", {"value": 100}),
        node("each", "for_each", {
            "items": "{{ input }}", "on_item_error": "collect",
            "graph": {
                "nodes": [
                    node("double", "set", {"value": "{{ item * 2 + nodes.before.output }}"}),
                    node("check", "set", {"value": "{{ 1 // (item - 1) }}"}),
                ],
                "edges": [edge("double", "check")],
            },
        }),
    ],
    "edges": [edge("before", "each")],
}  # fmt: skip
FAILS = {
    "nodes": [node("bad", "demo.flaky", {"fail_times": 9}, retry={"max_attempts": 3, "initial_interval": "1ms"})],
    "edges": [],
}
BROKEN = {"nodes": [node("bad", "set", {"value": "{{ input.missing.deeper }}"})], "edges": []}


@pytest.fixture
def api(store_url: str) -> Iterator[ServedApi]:
    with served_api(store_url) as served_one:
        yield served_one


def run(api: ServedApi, graph: Any, value: Any = None) -> str:
    """The id of an execution that has ended."""
    api.save("it", graph)
    with api.working():
        answer = api.http.post(f"{API}/workflows/it/run?wait=30s", json={"input": value}).raise_for_status()
    return str(answer.json()["id"])


def activity(api: ServedApi, execution_id: str, place: str) -> dict[str, Any]:
    answer = api.http.get(f"{API}/executions/{execution_id}/activities/{place}").raise_for_status().json()
    schemas.Activity.model_validate(answer)
    found: dict[str, Any] = answer
    return found


def test_an_activity_says_what_it_ran_with_and_what_it_could_read(api: ServedApi) -> None:
    api.save("chain", CHAIN)
    with api.working():
        execution_id = api.start("chain", input={"n": 4})
        api.until_status(execution_id, "waiting")
        door = activity(api, execution_id, "door")
        never = api.http.get(f"{API}/executions/{execution_id}/activities/last")
        api.http.post(f"{API}/executions/{execution_id}/signals/open").raise_for_status()
        api.until_status(execution_id, "completed")
    second, last = activity(api, execution_id, "second"), activity(api, execution_id, "last")

    assert (second["status"], second["visit"], second["scope"], second["port"]) == ("completed", 1, "", "out")
    assert second["input"] == {"value": 5}
    assert second["incoming"] == {"first": {"n": 4}}
    assert second["output"] == 5
    assert [(each["attempt"], each["status"], each["error"]) for each in second["attempts"]] == [(1, "completed", None)]
    assert second["attempts"][0]["worker_id"].startswith("worker-")
    assert (door["status"], door["output"], door["port"]) == ("waiting", None, None)
    assert door["incoming"] == {"first": {"n": 4}, "second": 5}
    assert never.status_code == 404
    assert (last["input"], last["output"]) == ({"value": 50}, 50)


def test_an_activity_inside_of_a_map_is_found_by_its_place(api: ServedApi) -> None:
    execution_id = run(api, MAP, [0, 1, 2])

    third = activity(api, execution_id, "each[2]/double")
    failed = activity(api, execution_id, "each[1]/check")
    whole = activity(api, execution_id, "each")

    assert (third["scope"], third["input"], third["output"]) == ("each[2]", {"value": 104}, 104)
    assert third["incoming"] == {"before": 100}
    assert failed["status"] == "failed"
    assert failed["error"]["type"] == "expression_error"
    assert whole["input"]["items"] == [0, 1, 2]
    assert whole["status"] == "completed"


def test_each_attempt_says_why_it_failed(api: ServedApi) -> None:
    execution_id = run(api, FAILS)

    found = activity(api, execution_id, "bad")

    assert [(each["attempt"], each["status"], each["error"]["message"]) for each in found["attempts"]] == [
        (number, "failed", f"failing on purpose ({number} of 9)") for number in (1, 2, 3)
    ]
    assert found["error"] == found["attempts"][-1]["error"]
    assert all(each["finished_at"] is not None for each in found["attempts"])


def test_what_cannot_be_told_is_null(api: ServedApi) -> None:
    execution_id = run(api, BROKEN, {"missing": None})

    found = activity(api, execution_id, "bad")

    assert found["status"] == "failed"
    assert found["input"] is None


@pytest.mark.parametrize("place", ["nobody", "first#7", "each[0]/first", "first/output/output", "[", "%00"])
def test_a_place_that_is_not_there_is_not_found(api: ServedApi, place: str) -> None:
    api.save("chain", CHAIN)
    execution_id = api.start("chain", input={"n": 1})

    answer = api.http.get(f"{API}/executions/{execution_id}/activities/{place.replace('#', '%23')}")

    assert answer.status_code == 404


def test_a_large_output_is_cut_and_given_whole_on_request(api: ServedApi) -> None:
    execution_id = run(api, {
        "nodes": [
            node("each", "for_each", {
                "items": "{{ range(8) }}",
                "graph": {"nodes": [node("big", "set", {"value": "{{ input }}"})], "edges": []},
            }),
            node("after", "set", {"value": 1}),
        ],
        "edges": [edge("each", "after")],
    }, "x" * 600_000)  # fmt: skip

    each = activity(api, execution_id, "each")
    after = activity(api, execution_id, "after")
    whole = api.http.get(f"{API}/executions/{execution_id}/activities/each/output").raise_for_status()
    one = api.http.get(f"{API}/executions/{execution_id}/activities/each[3]/big/output").raise_for_status()

    assert each["output"]["truncated"] is True
    assert each["output"]["bytes"] == len(whole.content) > 4_000_000
    assert whole.text.startswith(each["output"]["head"])
    assert len(each["output"]["head"]) == 65536
    assert after["incoming"]["each"]["truncated"] is True
    assert whole.headers["Content-Type"] == "application/json"
    assert json.loads(one.text) == "x" * 600_000


def test_the_output_of_what_still_waits_is_not_found(api: ServedApi) -> None:
    api.save("chain", CHAIN)
    with api.working():
        execution_id = api.start("chain", input={"n": 4})
        api.until_status(execution_id, "waiting")

    answer = api.http.get(f"{API}/executions/{execution_id}/activities/door/output")

    assert answer.status_code == 404


def test_the_nodes_of_an_item_have_states_of_their_own(api: ServedApi) -> None:
    execution_id = run(api, MAP, [0, 1, 2])

    def scope(path: str) -> Any:
        answer = api.http.get(f"{API}/executions/{execution_id}/nodes", params={"scope": path}).raise_for_status()
        return schemas.Scope.model_validate_json(answer.content)

    fine, failed, top = scope("each[0]"), scope("each[1]"), scope("")

    assert (fine.scope, fine.graph_path) == ("each[0]", ["each"])
    assert {name: state.status for name, state in fine.nodes.items()} == {"double": "completed", "check": "completed"}
    assert {name: state.status for name, state in failed.nodes.items()} == {"double": "completed", "check": "failed"}
    assert top.graph_path == []
    shown = api.http.get(f"{API}/executions/{execution_id}").json()["nodes"]
    assert {name: state.status for name, state in top.nodes.items()} == {name: state["status"] for name, state in shown.items()}
    for unknown in ("each[9]", "nobody[0]", "before[0]", "each[0]/double[1]"):
        answer = api.http.get(f"{API}/executions/{execution_id}/nodes", params={"scope": unknown})
        assert answer.status_code == 404, unknown


def test_items_are_listed_in_pages_and_by_status(api: ServedApi) -> None:
    execution_id = run(api, MAP, [0, 1, 2, 3, 4])

    def runs(**query: Any) -> schemas.RunPage:
        answer = api.http.get(f"{API}/executions/{execution_id}/runs", params={"node": "each", **query}).raise_for_status()
        return schemas.RunPage.model_validate_json(answer.content)

    first = runs(limit=2)
    second = runs(limit=2, cursor=first.next_cursor)
    failed = runs(status="failed")

    assert [each.index for each in (*first.items, *second.items)] == [0, 1, 2, 3]
    assert second.next_cursor is not None
    assert [(each.index, each.scope, each.status) for each in failed.items] == [(1, "each[1]", "failed")]
    assert failed.items[0].error is not None
    assert failed.items[0].error.type == "expression_error"
    assert all(each.finished_at is not None for each in first.items)
    assert runs(cursor="4").items == []
    for query, status in (({"node": "before"}, 404), ({"node": "each", "cursor": "x"}, 400), ({}, 422)):
        assert api.http.get(f"{API}/executions/{execution_id}/runs", params=query).status_code == status


def test_turns_are_runs_too_and_those_under_way_are_listed(api: ServedApi) -> None:
    waiting = {"nodes": [node("ask", "signal.wait", {"signal": "on"})], "edges": []}
    api.save("loop", {"nodes": [node("loop", "repeat", {"max": 3, "graph": waiting})], "edges": []})
    with api.working():
        execution_id = api.start("loop")

        def listed() -> list[tuple[int, str]]:
            answer = api.http.get(f"{API}/executions/{execution_id}/runs", params={"node": "loop"})
            return [(each["index"], each["status"]) for each in answer.json()["items"]]

        until(lambda: listed() == [(0, "running")])
        api.http.post(f"{API}/executions/{execution_id}/signals/on").raise_for_status()
        until(lambda: listed() == [(0, "completed"), (1, "running")])
        api.until_status(execution_id, "waiting")
        inner = api.http.get(f"{API}/executions/{execution_id}/nodes", params={"scope": "loop[1]"}).json()

    assert inner["nodes"]["ask"]["status"] == "waiting"
