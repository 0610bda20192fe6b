"""Request bodies: what is not exactly what a route expects is refused with its place, and never breaks anything."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from served_api import API, JSON, NOTHING_TO_DO, QUICK, ServedApi, served_api, with_tokens

DEEP = b'{"input":' + b"[" * 5000 + b"]" * 5000 + b"}"
RUN = f"{API}/workflows/only/run"


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedApi]:
    with served_api(f"sqlite:///{tmp_path_factory.mktemp('bodies')}/treadle.db") as served_one:
        served_one.save("only", NOTHING_TO_DO)
        yield served_one


def errors_of(answer: httpx.Response) -> dict[str, str]:
    assert answer.headers["Content-Type"] == "application/problem+json"
    return {error["path"]: error["message"] for error in answer.json()["errors"]}


@pytest.mark.parametrize(
    ("body", "path", "message"),
    [
        (b"{", "line 1 column 2", "is not valid JSON"),
        (b'{"input": 1, "input": 2}', "input", "twice"),
        (b'{"input": {"a": [{"b": 1, "b": 1}]}}', "input.a[0].b", "twice"),
        (b'{"input": NaN}', "input", "JSON does not have"),
        (b'{"input": -Infinity}', "input", "JSON does not have"),
        (b'{"input": 1e999}', "input", "JSON does not have"),
        (b'{"input": "a\\u0000b"}', "input", "NUL"),
        (b'{"input": "\\ud800"}', "input", "surrogate"),
        (b'{"input": 123456789012345678901234567890}', "input", "64 bits"),
        (b'{"input": ' + b"1" * 5000 + b"}", "", "digits"),
        (DEEP, "", "nested deeper"),
        (b'{"input": "\xff"}', "byte 12", "UTF-8"),
        (b'[{"input": 1}]', "", "a JSON object is expected"),
        (b'"input"', "", "a JSON object is expected"),
        (b"17", "", "a JSON object is expected"),
        (b'{"inputs": 1}', "inputs", "unknown key"),
        (b'{"priority": "urgent"}', "priority", "must be one of low, normal, high, critical"),
        (b'{"priority": true}', "priority", "must be one of"),
        (b'{"priority": 3}', "priority", "must be one of"),
        (b'{"priority": 0.5}', "priority", "must be one of"),
        (b'{"version": "1"}', "version", "integer"),
        (b'{"version": 0}', "version", "greater than or equal to 1"),
        (b'{"idempotency_key": ""}', "idempotency_key", "at least 1"),
        (b'{"idempotency_key": "a\\tb"}', "idempotency_key", "control characters"),
    ],
)
def test_a_body_that_is_not_what_is_expected_is_refused_with_its_place(
    api: ServedApi, body: bytes, path: str, message: str
) -> None:
    answer = api.http.post(RUN, content=body, headers=JSON)

    assert answer.status_code == 422
    assert message in errors_of(answer)[path]


def test_a_misspelt_key_comes_with_the_right_one(api: ServedApi) -> None:
    required = api.http.put(f"{API}/workflows/a", json={"graph_confg": {}})
    optional = api.http.post(RUN, json={"inptu": 1})
    hopeless = api.http.post(f"{API}/approvals/x", json={"decision": "approved", "zzz": 1})

    hints = [
        [error["hint"] for error in answer.json()["errors"] if "hint" in error] for answer in (required, optional, hopeless)
    ]
    assert hints == [
        ["did you mean 'graph_config'?"],
        ["did you mean 'input'?"],
        ["known keys: decision, by, comment, data"],
    ]


@pytest.mark.parametrize(
    "media_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "text/json", ""]
)
def test_only_json_is_read(api: ServedApi, media_type: str) -> None:
    answer = api.http.post(RUN, content=b'{"input": 1}', headers={"Content-Type": media_type})

    assert answer.status_code == 415
    assert errors_of(answer) == {}


def test_a_compressed_body_is_not_unpacked(api: ServedApi) -> None:
    answer = api.http.post(RUN, content=b"\x1f\x8b", headers={**JSON, "Content-Encoding": "gzip"})

    assert answer.status_code == 415


def test_a_media_type_may_have_parameters(api: ServedApi) -> None:
    answer = api.http.post(RUN, content=b'{"input": 1}', headers={"Content-Type": "Application/JSON; charset=utf-8"})

    assert answer.status_code == 201


@pytest.mark.parametrize("path", ["/workflows/a", "/workflows/validate", "/approvals/a", "/schedules", "/schedules/preview"])
def test_a_route_that_needs_a_body_says_so(api: ServedApi, path: str) -> None:
    method = "PUT" if path == "/workflows/a" else "POST"

    answer = api.http.request(method, API + path, headers=JSON)

    assert answer.status_code == 422
    assert errors_of(answer) == {"": "a JSON body is required"}


@pytest.mark.parametrize(
    ("method", "path", "limit"),
    [
        ("PUT", "/workflows/a", QUICK.max_definition_body),
        ("POST", "/workflows/validate", QUICK.max_definition_body),
        ("POST", "/workflows/only/run", QUICK.max_input_body),
        ("POST", "/executions/x/signals/s", QUICK.max_signal_body),
        ("POST", "/executions/x/cancel", QUICK.max_small_body),
        ("POST", "/approvals/x", QUICK.max_signal_body),
        ("POST", "/schedules", QUICK.max_input_body),
        ("PATCH", "/schedules/x", QUICK.max_input_body),
    ],
)
def test_a_body_over_the_limit_is_refused_before_it_is_parsed(api: ServedApi, method: str, path: str, limit: int) -> None:
    declared = api.http.request(method, API + path, content=b"[" * (limit + 1), headers=JSON)
    streamed = api.http.request(method, API + path, content=iter([b"[" * limit, b"["]), headers=JSON)
    at_the_limit = api.http.request(method, API + path, content=b"[" * limit, headers=JSON)

    assert (declared.status_code, streamed.status_code, at_the_limit.status_code) == (413, 413, 422)


def test_an_input_over_the_engines_limit_is_413(sqlite_url: str) -> None:
    with served_api(sqlite_url, replace(QUICK, max_input_body=8 << 20)) as api:
        api.save("only", NOTHING_TO_DO)

        answer = api.http.post(RUN, json={"input": "x" * (2 << 20)})

    assert answer.status_code == 413


@pytest.mark.parametrize("name", ["a%00b", "a%0Ab", "%7f", "x" * 201])
def test_names_that_nothing_can_have_are_refused(api: ServedApi, name: str) -> None:
    answers = [
        api.http.get(f"{API}/workflows/{name}"),
        api.http.put(f"{API}/workflows/{name}", json={"graph_config": NOTHING_TO_DO}),
        api.http.post(f"{API}/workflows/{name}/run"),
        api.http.get(f"{API}/executions/{name}"),
        api.http.get(f"{API}/executions/{name}/events"),
        api.http.post(f"{API}/executions/{name}/cancel"),
        api.http.post(f"{API}/executions/x/signals/{name}"),
        api.http.get(f"{API}/approvals/{name}"),
        api.http.get(f"{API}/schedules/{name}"),
        api.http.get(f"{API}/executions?workflow={name}"),
        api.http.get(f"{API}/executions?q={name * 6}"),
        api.http.get(f"{API}/executions?cursor={name * 3}"),
    ]

    assert {answer.status_code for answer in answers} <= {400, 404, 422}


def test_names_in_broken_utf8_are_not_found(api: ServedApi) -> None:
    answers = [api.http.get(f"{API}/workflows/%ff%fe"), api.http.get(f"{API}/executions/%ed%a0%80")]

    assert [answer.status_code for answer in answers] == [404, 404]


@pytest.fixture
def any_api(store_url: str) -> Iterator[ServedApi]:
    """A server on each kind of database: they differ in what text and numbers they hold."""
    with served_api(store_url, replace(with_tokens("door"), max_wait=0.01)) as served_one:
        served_one.http.headers["Authorization"] = "Bearer door"  # a token made on the way shuts out those without
        served_one.save("only", NOTHING_TO_DO)
        # No worker runs, so nothing else would end a live stream.
        served_one.app.state.streams.close()
        yield served_one


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_request_breaks_the_server(any_api: ServedApi, data: st.DataObject) -> None:
    document = any_api.app.openapi()
    path, operations = data.draw(st.sampled_from(sorted(document["paths"].items(), key=str)))
    method, operation = data.draw(st.sampled_from(sorted(operations.items(), key=str)))
    parameters = operation.get("parameters", ())
    url = path
    for name in [parameter["name"] for parameter in parameters if parameter["in"] == "path"]:
        url = url.replace(f"{{{name}}}", data.draw(SEGMENTS))
    query = {parameter["name"]: data.draw(TEXTS) for parameter in parameters if parameter["in"] == "query"}
    content = data.draw(a_body(document, operation))

    answer = any_api.http.request(method, url, params=query, content=content, headers=JSON)

    assert answer.status_code < 500, (method, url, query, content, answer.text)
    assert answer.status_code != 401 or url == "/api/v1/session"
    if answer.status_code >= 400:
        assert answer.headers["Content-Type"] == "application/problem+json"


SEGMENTS = st.sampled_from(
    ["only", "1", "validate", "exec-", "%00", "%2e%2e", "%f0%9f%8e%89", "a%2fb", "%27%20OR%201=1", "x" * 201]
)
LIKELY = (
    "only 1 -1 99999999999999999999 running open 0.01s 2h MTIgYQ== % ' Europe/Berlin UTC 2026-03-29T00:00:00Z skip approved"
)
TEXTS = st.text(max_size=10) | st.sampled_from([*LIKELY.split(), "x" * 201, "0 0 * * *", "* * 31 2 *"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)
NODES = st.fixed_dictionaries(
    {"id": st.sampled_from(["a", "b"]), "type": st.sampled_from(["noop", "if", "set", "for_each"])},
    optional=dict.fromkeys(("name", "config", "retry", "timeout", "join", "cancels", "mutex", "queue"), VALUES),
)
EDGES = st.fixed_dictionaries(
    {"source": st.sampled_from(["a", "b"]), "target": st.sampled_from(["a", "b"])},
    optional=dict.fromkeys(("port", "when", "default", "tokens", "take"), VALUES),
)
GRAPHS = st.fixed_dictionaries(
    {"nodes": st.lists(NODES, max_size=3), "edges": st.lists(EDGES, max_size=3)},
    optional=dict.fromkeys(("settings", "input_schema"), VALUES),
)


def a_body(document: dict[str, Any], operation: dict[str, Any]) -> st.SearchStrategy[bytes]:
    """Any bytes, any JSON, an object whose fields fit the schema, or one with other values under the same keys."""
    anything = st.binary(max_size=20) | VALUES.map(as_json)
    if "application/json" not in operation.get("requestBody", {}).get("content", {}):
        return anything
    schema = str(operation["requestBody"]["content"]["application/json"]["schema"])
    [shape] = [shape for name, shape in document["components"]["schemas"].items() if f"/{name}'" in schema]
    fields = shape.get("properties", {})
    required = set(shape.get("required", ()))
    fits = st.fixed_dictionaries(
        {key: fitting(key, field) for key, field in fields.items() if key in required},
        optional={key: fitting(key, field) for key, field in fields.items() if key not in required},
    )
    off = st.fixed_dictionaries({}, optional=dict.fromkeys(fields, VALUES))
    return st.one_of(fits.map(as_json), fits.map(as_json), off.map(as_json), anything)


def fitting(key: str, schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Values the schema of a field lets through, so that the engine meets them and not only the schema."""
    if key == "workflow":
        return st.just("only")
    if key == "graph_config":
        return GRAPHS
    if "anyOf" in schema:
        return st.one_of([fitting("", each) for each in schema["anyOf"]])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    kinds = {
        "string": TEXTS,
        "integer": st.integers(int(schema.get("minimum", -(2**63))), int(schema.get("maximum", 2**63))),
        "number": st.floats(),
        "boolean": st.booleans(),
        "null": st.none(),
    }
    return kinds.get(schema.get("type", ""), VALUES)


def as_json(value: object) -> bytes:
    return json.dumps(value).encode()
