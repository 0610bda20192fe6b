from __future__ import annotations

import asyncio
import inspect
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from treadle.activities.registry import built_in_registry
from treadle.domain.activity import ChildRequest, Context, Done, Event, Park, Spawn, Terminate, Wait
from treadle.domain.errors import ActivityError, Fatal
from treadle.domain.graph_configs import ConfigChecks
from treadle.domain.graph_predicate import certainly_valid

NOW = datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
REGISTRY = built_in_registry()

SAMPLES: dict[str, dict[str, Any]] = {
    "trigger.manual": {},
    "trigger.schedule": {},
    "trigger.webhook": {},
    "noop": {},
    "set": {"value": [1, {"a": "{{ input.b }}"}]},
    "if": {"condition": "input.total > 100"},
    "for_each": {"items": "input.orders", "graph": {"nodes": [{"id": "a", "type": "noop"}], "edges": []}, "concurrency": 3},
    "while": {"condition": "index < 3", "graph": {"nodes": [{"id": "a", "type": "noop"}], "edges": []}},
    "repeat": {"max": 3, "graph": {"nodes": [{"id": "a", "type": "noop"}], "edges": []}},
    "block": {"graph": {"nodes": [{"id": "a", "type": "noop"}], "edges": []}},
    "switch": {"cases": [{"port": "big", "when": "input > 1"}, {"port": "small", "when": True}], "all": True},
    "fail": {"message": "no", "type": "stock"},
    "terminate": {"status": "cancelled", "output": 1},
    "wait": {"duration": "1h"},
    "signal.wait": {"signal": "paid", "timeout": 30, "keep": False, "when": "payload.id == 7"},
    "approval": {"title": "Go?", "body": "b", "form": {}, "assignees": ["ann"], "due": "2d", "on_due": "reject"},
    "gate": {"node": "fetch", "state": "finished"},
    "wait_any": {"any": [
        {"port": "paid", "signal": "paid", "when": "payload.id == 7", "keep": False}, {"port": "late", "duration": "2d"},
        {"port": "late", "until": "{{ input.until }}"}, {"port": "decided", "approval": {"title": "Go?", "assignees": ["ann"]}},
    ]},
    "data.pick": {
        "value": "input.rows", "keep": ["a", "b"], "drop": ["b"], "rename": {"a": "c"}, "missing": "null",
        "set": [{"field": "d", "to": "item.a + index"}],
    },
    "data.map": {"items": [1, 2], "to": "item * 2"},
    "data.split": {"value": {"rows": [1]}, "field": "rows", "others": True},
    "data.filter": {"items": "input.rows", "when": "item.a > 1"},
    "data.sort": {"items": "input.rows", "by": [{"key": "item.a", "order": "desc", "nulls": "first"}]},
    "data.unique": {"items": "input.rows", "by": "item.a", "keep": "last"},
    "data.limit": {"items": "input.rows", "count": 2, "skip": 1, "from": "end"},
    "data.batch": {"items": "input.rows", "size": "{{ input.size }}"},
    "data.group": {"items": "input.rows", "by": "item.a", "aggregates": [{"name": "n", "do": "count"}]},
    "data.aggregate": {"items": "input.rows", "aggregates": [{"name": "total", "do": "sum", "of": "item.a"}]},
    "data.merge": {"left": "input.a", "right": [1], "how": "outer", "key": "item.id", "right_key": "item.ref", "pairs": True},
    "data.parse": {"text": "{{ input.body }}", "format": "csv", "header": False, "delimiter": ";"},
    "data.format": {"value": "input.rows", "format": "csv", "columns": ["a"], "header": False, "delimiter": ";", "pretty": False},
    "data.date": {"do": "shift", "time": "{{ input.at }}", "zone": "Europe/Berlin", "days": 1, "months": -1, "by": "1h"},
    "template.render": {
        "template": "{{ item.a }}", "each": "input.rows", "join": ", ", "before": "[", "after": "]", "empty": "none",
    },
    "log": {"message": "hello", "level": "warning"},
    "workflow": {"workflow": "child", "version": 2, "input": {}, "wait": False, "on_parent_end": "abandon"},
    "http.request": {
        "method": "POST", "url": "https://example.com/{{ input.id }}", "headers": {"X-Key": {"secret": "k"}, "X-N": 1},
        "query": {"a": [1, 2], "b": None}, "json": {"c": 1}, "timeout": "5s", "ok": [200, 404],
    },
    "demo.flaky": {"fail_times": 2, "value": 1},
    "demo.order": {"order_id": "A-7"},
    "demo.work": {"seconds": "{{ input.seconds }}"},
}  # fmt: skip


def context(**fields: Any) -> Context:
    given = {"execution_id": "exec-1", "workflow": "w", "node_id": "n", "scope": "", "visit": 1, "attempt": 1, "now": NOW}
    return Context(**{**given, **fields})


def run(node_type: str, config: Mapping[str, Any] | None = None, **fields: Any) -> Any:
    handler = REGISTRY.get(node_type)
    assert handler is not None
    result = handler.run(context(**fields), config or {})
    return asyncio.run(result) if inspect.iscoroutine(result) else result


def resume(node_type: str, config: Mapping[str, Any], kind: str, payload: Any = None) -> Done | Park:
    handler = REGISTRY.get(node_type)
    assert handler is not None
    return handler.resume(context(), config, Event(wait=0, name="", kind=kind, payload=payload, at=NOW))


@pytest.mark.parametrize("node_type", ["trigger.manual", "trigger.schedule", "trigger.webhook"])
def test_a_trigger_passes_on_what_fired(node_type: str) -> None:
    output = run(node_type, trigger={"by": "ann"})

    assert output == {"by": "ann"}
    assert REGISTRY.node_types[node_type].trigger


def test_noop_has_no_output() -> None:
    assert run("noop") is None


def test_set_gives_its_value_even_if_it_looks_like_nothing() -> None:
    values: list[Any] = [None, 0, "", [], {"a": [1]}]

    outputs = [run("set", {"value": value}) for value in values]

    assert outputs == [Done(value) for value in values]


@pytest.mark.parametrize(("value", "port"), [
    (True, "true"), (1, "true"), ("no", "true"), ([0], "true"),
    (False, "false"), (None, "false"), (0, "false"), ("", "false"), ([], "false"), ({}, "false"),
])  # fmt: skip
def test_if_goes_by_the_truth_of_json(value: Any, port: str) -> None:
    done = run("if", {"condition": value})

    assert done == Done(port == "true", port)


CASES = [{"port": "a", "when": False}, {"port": "b", "when": 1}, {"port": "c", "when": "yes"}, {"port": "b", "when": True}]


@pytest.mark.parametrize(("config", "done"), [
    ({"cases": CASES}, Done(["b"], ("b",))),
    ({"cases": CASES, "all": True}, Done(["b", "c"], ("b", "c"))),
    ({"cases": CASES[:1], "all": True}, Done(["default"], "default")),
    ({"cases": CASES[:1]}, Done(["default"], "default")),
])  # fmt: skip
def test_switch_takes_the_first_case_that_holds_or_all_or_the_default(config: dict[str, Any], done: Done) -> None:
    assert run("switch", config) == done


@pytest.mark.parametrize(("config", "ports"), [
    ({"cases": CASES}, ("a", "b", "c", "default")),
    ({"cases": "{{ input }}"}, ("default",)),
    ({"cases": [1, {"port": None}, {"port": ""}, {"port": ["x"]}]}, ("default",)),
    ({}, ("default",)),
])  # fmt: skip
def test_the_ports_of_a_switch_come_from_any_config(config: dict[str, Any], ports: tuple[str, ...]) -> None:
    assert REGISTRY.node_types["switch"].ports_for(config) == ports


@pytest.mark.parametrize(("config", "kind"), [({"message": "no"}, "failed"), ({"message": "no", "type": "stock"}, "stock")])
def test_fail_fails_for_good_with_its_message_and_type(config: dict[str, Any], kind: str) -> None:
    with pytest.raises(Fatal, match=r"^no$") as failed:
        run("fail", config)

    assert failed.value.type == kind


def test_terminate_ends_with_a_status_and_an_output() -> None:
    ended = [run("terminate"), run("terminate", {"status": "failed", "output": [1]})]

    assert ended == [Terminate("completed", None), Terminate("failed", [1])]


def test_log_says_its_message_and_passes_it_on() -> None:
    said: list[Any] = []

    done = run("log", {"message": {"a": 1}, "level": "warning"}, emit=lambda message, fields: said.append((message, fields)))

    assert done == Done({"a": 1})
    assert said == [("{'a': 1}", {"level": "warning"})]


def test_workflow_parks_until_its_child_is_done() -> None:
    parked = run("workflow", {"workflow": "child", "input": [1], "version": 3, "on_parent_end": "abandon"})
    done = resume("workflow", {"workflow": "child"}, "child", {"execution_id": "exec-2", "status": "completed", "output": 7})

    assert parked == Park((Wait(name="child", child=ChildRequest("child", [1], 3, "abandon")),))
    assert done == Done(7)


def test_workflow_without_waiting_only_starts_its_child() -> None:
    assert run("workflow", {"workflow": "child", "wait": False}) == Spawn(ChildRequest("child"))


@pytest.mark.parametrize(("status", "error", "said"), [
    ("failed", {"type": "stock", "message": "sold out"}, "child exec-2 failed: sold out"),
    ("cancelled", None, "child exec-2 cancelled"),
])  # fmt: skip
def test_a_child_that_did_not_complete_fails_the_activity_with_its_error(status: str, error: Any, said: str) -> None:
    payload = {"execution_id": "exec-2", "status": status, "output": None, "error": error}

    with pytest.raises(ActivityError) as failed:
        resume("workflow", {"workflow": "child"}, "child", payload)

    assert str(failed.value) == said
    assert failed.value.type == f"child.{status}"
    assert failed.value.details == {"execution_id": "exec-2", "error": error}
    assert failed.value.retryable


def test_flaky_fails_as_often_as_told_and_then_works() -> None:
    with pytest.raises(ActivityError) as failed:
        run("demo.flaky", {"fail_times": 2, "value": "ok"}, attempt=2)
    done = run("demo.flaky", {"fail_times": 2, "value": "ok"}, attempt=3)

    assert failed.value.retryable
    assert done == Done("ok")


def test_a_sample_order_is_read_and_an_unknown_one_is_named() -> None:
    order = run("demo.order", {"order_id": "A-1001"}).output

    with pytest.raises(Fatal, match=r"'Z-9'.*A-1001") as failed:
        run("demo.order", {"order_id": "Z-9"})

    assert (order["order_id"], order["total"] > 100) == ("A-1001", True)
    assert failed.value.type == "not_found"


def test_work_takes_a_duration_and_refuses_what_is_none() -> None:
    done = run("demo.work", {"seconds": 0})

    with pytest.raises(Fatal, match=r"config\.seconds") as failed:
        run("demo.work", {"seconds": "soon"})

    assert done == Done({"seconds": 0.0})
    assert failed.value.type == "config"


def test_only_what_waits_can_be_resumed() -> None:
    idle = [name for name, node_type in REGISTRY.node_types.items() if not node_type.parks]

    for name in idle:
        with pytest.raises(Fatal, match="does not wait"):
            resume(name, {}, "signal")

    assert set(REGISTRY.node_types) - set(idle) == {
        "wait", "signal.wait", "wait_any", "approval", "workflow", "for_each", "while", "repeat", "block",
    }  # fmt: skip


def test_there_is_a_sample_of_every_node_type() -> None:
    assert set(SAMPLES) == set(REGISTRY.node_types)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_config_is_checked_strictly(name: str) -> None:
    node_type = REGISTRY.node_types[name]
    checks = ConfigChecks()

    good = checks.findings(node_type, SAMPLES[name], path="config")
    extra = checks.findings(node_type, {**SAMPLES[name], "extra_key": 1}, path="config")

    assert good == []
    assert any("extra_key" in finding.message for finding in extra)


@pytest.mark.parametrize("name", [name for name in SAMPLES if name not in ("wait", "for_each", "repeat")])
def test_a_plain_config_needs_no_full_validator(name: str) -> None:
    schema = REGISTRY.node_types[name].config_schema

    assert certainly_valid(schema)(SAMPLES[name])


@pytest.mark.parametrize(("name", "config"), [
    ("wait", {}),
    ("wait", {"duration": "1h", "until": "2026-01-01T00:00:00Z"}),
    ("wait", {"duration": "soon"}),
    ("switch", {"cases": []}),
    ("switch", {"cases": [{"port": "error", "when": "true"}]}),
    ("switch", {"cases": [{"port": "default", "when": "true"}]}),
    ("set", {}),
    ("terminate", {"status": "done"}),
    ("log", {"message": "a", "level": "loud"}),
    ("approval", {"title": ""}),
    ("approval", {"title": "a", "on_due": "forget"}),
    ("workflow", {"workflow": "a", "version": 0}),
    ("http.request", {"url": "https://a", "method": "FETCH"}),
    ("http.request", {"url": "https://a", "headers": {"a": {"secrets": "x"}}}),
    ("http.request", {"url": "https://a", "ok": [99]}),
    ("demo.flaky", {"fail_times": -1}),
    ("gate", {"node": "fetch", "state": "failed"}),
    ("for_each", {"graph": {"nodes": []}}),
    ("for_each", {"items": [], "count": 1, "graph": {"nodes": []}}),
    ("for_each", {"items": []}),
    ("for_each", {"items": [], "graph": {"nodes": []}, "concurrency": 0}),
    ("repeat", {"graph": {"nodes": []}}),
    ("while", {"graph": {"nodes": []}}),
    ("wait_any", {"any": []}),
    ("wait_any", {"any": [{"port": "a"}]}),
    ("wait_any", {"any": [{"port": "a", "signal": "s", "duration": "1h"}]}),
    ("wait_any", {"any": [{"port": "a", "duration": "1h", "when": "true"}]}),
    ("wait_any", {"any": [{"port": "error", "duration": "1h"}]}),
    ("wait_any", {"any": [{"port": "a", "duration": "soon"}]}),
    ("wait_any", {"any": [{"port": "a", "approval": {"body": "b"}}]}),
    ("data.sort", {"items": [], "by": [{"key": "item", "order": "down"}]}),
    ("data.aggregate", {"items": [], "aggregates": []}),
    ("data.aggregate", {"items": [], "aggregates": [{"name": "n", "do": "guess"}]}),
    ("data.batch", {"items": [], "size": 0}),
    ("data.merge", {"left": [], "right": [], "how": "cross"}),
    ("data.parse", {"text": "a", "delimiter": ";;"}),
    ("data.date", {"do": "guess"}),
])  # fmt: skip
def test_a_wrong_config_is_found_when_the_graph_is_saved(name: str, config: dict[str, Any]) -> None:
    findings = ConfigChecks().findings(REGISTRY.node_types[name], config, path="config")

    assert [finding.severity for finding in findings][:1] == ["error"]


@pytest.mark.parametrize("name", SAMPLES)
def test_every_property_has_a_title_and_a_description_for_the_form(name: str) -> None:
    node_type = REGISTRY.node_types[name]
    rules = node_type.config_schema["properties"]

    bare = [key for key, rule in rules.items() if not (rule.get("title") and rule.get("description"))]

    assert bare == []
    assert node_type.summary.endswith(".")
    assert node_type.icon
    assert node_type.category


@pytest.mark.parametrize("name", SAMPLES)
def test_what_does_io_or_sleeps_is_not_run_on_the_loop(name: str) -> None:
    handler = REGISTRY.get(name)
    assert handler is not None

    elsewhere = {"http.request": "async", "demo.work": "async", "demo.order": "thread"}
    walks_through_data = name.startswith(("data.", "template.")) and name not in ("data.date", "data.limit", "data.batch")
    assert handler.mode == ("thread" if walks_through_data else elsewhere.get(name, "inline"))
