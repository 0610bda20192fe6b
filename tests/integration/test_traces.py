"""Traces: what a collector is sent, and what handlers and other services are told of them."""

from __future__ import annotations

import logging
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
from opentelemetry import trace

from engine_house import House, Steered, graph, node, open_house, until
from integration import isolated_functions
from served_api import API, NOTHING_TO_DO, served_api
from trace_collector import Collector, collecting, collecting_headers
from treadle.activities.function_handler import FunctionHandler
from treadle.activities.http import HttpRequest
from treadle.activities.isolated_handler import IsolatedHandler, Processes
from treadle.bootstrap import open_treadle
from treadle.domain.activity import Context
from treadle.engine.worker import WorkflowWorker
from treadle.settings import Settings
from treadle.tracing import wishes
from treadle.tracing.tracer import OpenTelemetryTracer

CALLER_TRACE, CALLER_SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
CALLER = {"traceparent": f"00-{CALLER_TRACE}-{CALLER_SPAN}-01", "tracestate": "vendor=1"}
SERVER, CLIENT, CONSUMER = 2, 3, 5
QUICK_RETRY = {"max_attempts": 2, "initial_interval": 0.001}


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    with collecting() as found:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", found.url)
        monkeypatch.setenv("OTEL_SERVICE_NAME", "orders")
        yield found


@pytest.fixture
def house(sqlite_url: str, collector: Collector) -> Iterator[House]:
    with traced_house(sqlite_url) as opened:
        yield opened


@contextmanager
def traced_house(url: str) -> Iterator[House]:
    with open_house(url) as opened:
        opened.tracer = OpenTelemetryTracer(version="1.2.3")
        opened.hire()
        try:
            yield opened
        finally:
            sent(opened)


def sent(house: House) -> None:
    """Everything there is to tell has been sent when this comes back."""
    for worker, _ in list(house.workers):
        house.dismiss(worker)
    assert isinstance(house.tracer, OpenTelemetryTracer)
    house.tracer.close(within=20)


def hired_anew(house: House) -> WorkflowWorker:
    """A worker that knows nothing of what others have traced."""
    house.tracer = OpenTelemetryTracer(version="1.2.3")
    return house.hire()


class Spy(Steered):
    """Says what it is told of its span, and traces something by itself."""

    def run(self, ctx: Context, config: Mapping[str, Any]) -> Any:
        with trace.get_tracer("user").start_as_current_span(f"inside {ctx.node_id}"):
            return ctx.trace_headers()


class SpyInLoop(Spy):
    async def run(self, ctx: Context, config: Mapping[str, Any]) -> Any:
        return super().run(ctx, config)


def test_an_execution_is_a_trace_with_a_span_for_each_attempt(store_url: str, collector: Collector) -> None:
    steps = [
        node("twice", "test.flaky", {"times": 1}, retry=QUICK_RETRY),
        node("each", "for_each", {"items": [1, 2], "graph": graph([node("say", "log", {"message": "{{ item }}"})])}),
    ]
    with traced_house(store_url) as house:
        execution_id = house.run(graph(steps, "twice -> each"), "orders").record.id

    root = collector.named("execute orders")
    first, second = collector.all("twice")
    each, says = collector.named("each"), collector.all("say")
    assert {span.trace_id for span in collector.spans} == {root.trace_id}
    assert len({span.id for span in collector.spans}) == len(collector.spans) == 6
    assert (root.parent, root.kind, root.failed, root.service) == ("", CONSUMER, False, "orders")
    assert root.attributes["treadle.execution.id"] == execution_id
    assert root.attributes["treadle.execution.status"] == "completed"
    assert [first.parent, second.parent, each.parent] == [root.id] * 3
    assert [say.parent for say in says] == [each.id] * 2
    assert sorted(say.attributes["treadle.node.scope"] for say in says) == ["each[0]", "each[1]"]
    assert (first.failed, first.attributes["treadle.node.outcome"], first.event["exception.type"]) == (True, "retrying", "flaky")
    assert (second.failed, second.attributes["treadle.node.attempt"], second.attributes["treadle.node.port"]) == (False, 2, "out")
    assert root.begin <= first.begin < first.end <= second.begin <= each.begin <= min(say.begin for say in says)
    assert max(say.end for say in says) <= each.end <= root.end


def test_a_node_with_an_inner_graph_has_one_span_however_often_it_is_tried(house: House, collector: Collector) -> None:
    inner = graph([node("shaky", "test.flaky", {"times": 1})])
    house.run(graph([node("each", "for_each", {"items": [1], "graph": inner}, retry=QUICK_RETRY)]))
    sent(house)

    each, shaky = collector.named("each"), collector.all("shaky")
    assert [(span.parent, span.failed) for span in shaky] == [(each.id, True), (each.id, False)]
    assert (each.failed, each.attributes["treadle.node.attempt"]) == (False, 2)
    assert each.begin <= shaky[0].begin


def test_a_failure_is_told_of_the_activity_and_of_the_execution(house: House, collector: Collector) -> None:
    house.run(graph([node("bad", "fail", {"message": "no luck", "type": "luck"})]))
    sent(house)

    for span in (collector.named("bad"), collector.named("execute w")):
        assert span.failed
        assert (span.event["exception.type"], span.event["exception.message"]) == ("luck", "no luck")


def test_a_child_execution_is_in_the_trace_of_its_parent(house: House, collector: Collector) -> None:
    house.engine.save_workflow("small", graph([node("inner")]))

    house.run(graph([node("call", "workflow", {"workflow": "small", "input": {}})]), "big")
    sent(house)

    child = collector.named("execute small")
    assert child.parent == collector.named("call").id
    assert child.trace_id == collector.named("execute big").trace_id == collector.named("inner").trace_id
    assert collector.named("inner").parent == child.id


def test_a_trace_goes_on_with_another_worker(store_url: str, collector: Collector) -> None:
    steps = [node("before"), node("door", "signal.wait", {"signal": "open"}), node("after")]
    with traced_house(store_url) as house:
        execution_id = house.start(graph(steps, "before -> door", "door -> after"))
        house.until_parked(execution_id)
        sent(house)
        assert [span.name for span in collector.spans] == ["before"]

        hired_anew(house)
        house.engine.signal(execution_id, "open")
        house.ended(execution_id)

    root = collector.named("execute w")
    assert {collector.named(name).parent for name in ("before", "door", "after")} == {root.id}
    assert root.begin <= collector.named("before").begin <= collector.named("door").begin < collector.named("door").end
    workers = {collector.named(name).attributes["treadle.worker.id"] for name in ("before", "after")}
    assert len(workers) == 2


def test_a_retried_execution_has_a_span_for_each_of_its_attempts(house: House, collector: Collector) -> None:
    execution_id = house.run(graph([node("once", "test.flaky", {"times": 1})])).record.id
    house.engine.retry(execution_id)
    until(lambda: house.record(execution_id).status == "completed")
    sent(house)

    failed, completed = collector.all("execute w")
    assert (failed.failed, completed.failed) == (True, False)
    assert failed.trace_id == completed.trace_id
    assert [span.parent for span in collector.all("once")] == [failed.id, completed.id]
    assert failed.end <= completed.begin


def test_a_withdrawn_attempt_is_told_with_its_beginning(house: House, collector: Collector) -> None:
    execution_id = house.start(graph([node("slow", "test.thread")]))
    house.until_begun("slow")
    house.engine.cancel(execution_id)
    house.ended(execution_id)
    sent(house)

    slow = collector.named("slow")
    assert slow.attributes["treadle.node.outcome"] == "cancelled"
    assert slow.begin < slow.end
    assert collector.named("execute w").attributes["treadle.execution.status"] == "cancelled"


@pytest.mark.parametrize("mode", ["inline", "thread", "async"])
def test_what_a_handler_traces_by_itself_is_under_its_attempt(house: House, collector: Collector, mode: str) -> None:
    house.registry.register((SpyInLoop if mode == "async" else Spy)(house.steering, "test.spy", mode=mode))

    view = house.run(graph([node("spy", "test.spy")]))
    sent(house)

    spy = collector.named("spy")
    assert house.outputs(view.record.id, "spy") == [{"traceparent": spy.traceparent}]
    assert (collector.named("inside spy").trace_id, collector.named("inside spy").parent) == (spy.trace_id, spy.id)


def test_a_handler_in_a_process_of_its_own_traces_under_its_attempt(
    house: House, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "10")  # the process is told to go after a moment, sent or not
    declaration = getattr(isolated_functions.traces, "activity")  # noqa: B009  # the decorator adds it
    house.registry.register(IsolatedHandler(FunctionHandler(declaration), Processes(1)))

    view = house.run(graph([node("far", "iso.traces")]))
    until(lambda: collector.all("inside the process"))
    sent(house)

    assert house.outputs(view.record.id, "far") == [{"traceparent": collector.named("far").traceparent}]
    assert collector.named("inside the process").parent == collector.named("far").id


def test_an_outgoing_request_carries_the_trace_of_whoever_started_the_execution(house: House, collector: Collector) -> None:
    http = house.registry.get("http.request")
    assert isinstance(http, HttpRequest)
    http.allow_private = True
    with collecting_headers() as site:
        steps = [
            node("call", "http.request", {"url": site.url}),
            node("own", "http.request", {"url": site.url, "headers": {"Traceparent": "mine"}}),
        ]
        house.engine.save_workflow("w", graph(steps, "call -> own"))
        house.ended(house.engine.create("w", trace=CALLER).id)
        sent(house)

    call, root = collector.named("call"), collector.named("execute w")
    assert (root.trace_id, root.parent) == (CALLER_TRACE, CALLER_SPAN)
    assert (call.trace_id, call.parent, call.kind) == (CALLER_TRACE, root.id, CLIENT)
    assert [(asked.get("traceparent"), asked.get("tracestate")) for asked in site.asked] == [
        (call.traceparent, "vendor=1"), ("mine", "vendor=1"),
    ]  # fmt: skip


def test_a_request_that_starts_an_execution_hands_its_trace_over(sqlite_url: str) -> None:
    with served_api(sqlite_url) as api:
        api.save("w", NOTHING_TO_DO)
        started = api.http.post(f"{API}/workflows/w/run", json={}, headers=CALLER).raise_for_status().json()["id"]
        broken = api.http.post(f"{API}/workflows/w/run", json={}, headers={"traceparent": "00-no"}).raise_for_status().json()["id"]

        told = [api.http.get(f"{API}/executions/{found}").json()["trigger"].get("trace", {}) for found in (started, broken)]

    assert told[0]["traceparent"].split("-")[1] == CALLER_TRACE
    assert told[0]["tracestate"] == "vendor=1"
    assert CALLER_TRACE not in told[1].get("traceparent", "")


def test_a_request_that_the_server_traces_is_between_its_caller_and_what_it_starts(sqlite_url: str, collector: Collector) -> None:
    with served_api(sqlite_url) as api:
        api.save("w", NOTHING_TO_DO)
        with api.working():
            started = api.http.post(f"{API}/workflows/w/run", json={}, headers=CALLER).raise_for_status().json()["id"]
            api.until_status(started, "completed")

    root, served = collector.named("execute w"), [span for span in collector.spans if span.kind == SERVER]
    assert {span.trace_id for span in collector.spans} == {CALLER_TRACE}
    assert [span.name for span in served] in ([], ["POST /api/v1/workflows/{name}/run"])  # older FastAPIs do not trace
    assert root.parent == (served[0].id if served else CALLER_SPAN)
    assert [span.parent for span in served] == [CALLER_SPAN] * len(served)


def test_what_is_not_sampled_is_not_told_and_passed_on_as_such(
    sqlite_url: str, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", "always_off")
    with traced_house(sqlite_url) as house:
        house.registry.register(Spy(house.steering, "test.spy"))
        view = house.run(graph([node("spy", "test.spy")]))
        [headers] = house.outputs(view.record.id, "spy")

    assert headers["traceparent"].endswith("-00")
    assert collector.spans == []


def test_what_a_handler_logs_names_its_span(house: House, collector: Collector, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "treadle.activity")
    house.run(graph([node("say", "log", {"message": "hello"})]))
    sent(house)

    [line] = [vars(record) for record in caplog.records if record.getMessage() == "hello"]
    assert (line["trace_id"], line["span_id"]) == (collector.named("say").trace_id, collector.named("say").id)


def test_without_traces_a_handler_has_no_headers_to_send(sqlite_url: str) -> None:
    with open_house(sqlite_url) as house:
        house.registry.register(Spy(house.steering, "test.spy"))
        house.hire()
        view = house.run(graph([node("spy", "test.spy")]))

        assert house.outputs(view.record.id, "spy") == [{}]


def test_a_dead_collector_is_told_once_and_harms_nothing(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{taken.getsockname()[1]}")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "1")
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "1")
    caplog.set_level(logging.WARNING, "treadle.traces")
    monkeypatch.setattr(logging.getLogger("opentelemetry"), "handlers", [])  # one that has said something is quiet for a minute
    with traced_house(sqlite_url) as house:
        for _ in range(20):
            assert house.run(graph([node("a"), node("b")], "a -> b")).record.status == "completed"

    said = [record for record in caplog.records if record.name == "treadle.traces"]
    assert len(said) == 1
    assert said[0].getMessage().startswith("traces are not sent: ")


@pytest.mark.parametrize(
    ("mode", "environ", "on"),
    [
        ("auto", {}, False),
        ("auto", {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318"}, True),
        ("auto", {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://collector:4318/v1/traces"}, True),
        ("auto", {"OTEL_TRACES_EXPORTER": "console"}, True),
        ("auto", {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318", "OTEL_TRACES_EXPORTER": "none"}, False),
        ("auto", {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318", "OTEL_SDK_DISABLED": "true"}, False),
        ("off", {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318"}, False),
        ("on", {}, True),
        ("on", {"OTEL_SDK_DISABLED": "TRUE"}, False),
    ],
)
def test_traces_are_wanted_where_the_standard_variables_or_the_setting_say_so(mode: str, environ: dict[str, str], on: bool) -> None:
    assert wishes.wanted(mode, environ) is on


@pytest.mark.parametrize(("said", "means"), [("true", "on"), ("0", "off"), ("AUTO", "auto")])
def test_the_setting_may_be_said_as_a_boolean(said: str, means: str) -> None:
    assert Settings(traces=said).traces == means


def test_traces_that_are_asked_for_and_not_installed_are_an_error_that_says_what_to_install(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wishes, "NEEDED", ("opentelemetry_that_nobody_has",))
    treadle = open_treadle(Settings(database_url=sqlite_url, traces="on"))

    with pytest.raises(wishes.TracesUnavailableError, match=r"pip install 'treadle\[otel\]'"):
        _ = treadle.tracer
    treadle.close()


def test_a_collector_that_only_the_environment_names_is_no_error_where_nothing_is_installed(
    sqlite_url: str, collector: Collector, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(wishes, "NEEDED", ("opentelemetry_that_nobody_has",))
    treadle = open_treadle(Settings(database_url=sqlite_url))

    assert treadle.tracer is None
    assert "pip install 'treadle[otel]'" in caplog.text
    treadle.close()


def test_an_exporter_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")

    with pytest.raises(wishes.TracesUnavailableError, match="opentelemetry-exporter-otlp-proto-grpc"):
        OpenTelemetryTracer(version="1.2.3")
