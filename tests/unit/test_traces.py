"""Ids of traces and spans, and the headers that carry them."""

from __future__ import annotations

import pytest

from treadle.domain.traces import ExecutionTrace, SpanContext, read_headers, trace_id_of

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
PARENT = f"00-{TRACE}-{SPAN}-01"


@pytest.mark.parametrize(
    "said",
    [
        "",
        "no",
        f"00-{TRACE}-{SPAN}",
        f"00-{TRACE}-{SPAN}-01-more",
        f"00-{TRACE.upper()}-{SPAN}-01",
        f"ff-{TRACE}-{SPAN}-01",
        f"00-{'0' * 32}-{SPAN}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE}-{SPAN}-0١",
    ],
)
def test_a_traceparent_that_is_not_valid_is_ignored(said: str) -> None:
    assert read_headers({"traceparent": said}) is None


@pytest.mark.parametrize(
    ("headers", "told"),
    [
        ({"traceparent": PARENT}, {"traceparent": PARENT}),
        ({"traceparent": f" {PARENT} ", "tracestate": "a=1,b=2"}, {"traceparent": PARENT, "tracestate": "a=1,b=2"}),
        ({"traceparent": f"00-{TRACE}-{SPAN}-fe"}, {"traceparent": f"00-{TRACE}-{SPAN}-00"}),
        ({"traceparent": f"cc-{TRACE}-{SPAN}-01-what.the.future.adds"}, {"traceparent": PARENT}),
        ({"traceparent": PARENT, "tracestate": "a=" + "x" * 600}, {"traceparent": PARENT}),
        ({"traceparent": PARENT, "tracestate": "a=1\r\nEvil: 1"}, {"traceparent": PARENT}),
    ],
)
def test_a_valid_traceparent_is_passed_on_as_this_version_of_the_standard_says_it(
    headers: dict[str, str], told: dict[str, str]
) -> None:
    found = read_headers(headers)

    assert found is not None
    assert found.headers() == told


def test_every_worker_computes_the_same_ids() -> None:
    first, second = (ExecutionTrace.of("exec-1", 1, None, sampled=True) for _ in range(2))

    assert first == second
    assert first.own.trace_id == trace_id_of("exec-1")
    assert first.activity("each[3]", "say", 1, 2) == second.activity("each[3]", "say", 1, 2)


def test_each_attempt_visit_scope_node_and_retry_of_the_execution_is_a_span_of_its_own() -> None:
    trace, retried, other = (ExecutionTrace.of(*which, None, sampled=True) for which in (("x", 1), ("x", 2), ("y", 1)))
    places = [("", "a", 1, 1), ("", "a", 1, 2), ("", "a", 2, 1), ("a[0]", "a", 1, 1), ("", "b", 1, 1), ("", "a", 1, None)]

    found = {one.activity(*place).span_id for one in (trace, retried, other) for place in places}

    assert len(found | {trace.own.span_id, retried.own.span_id, other.own.span_id}) == 3 * len(places) + 3
    assert trace.own.trace_id == retried.own.trace_id != other.own.trace_id


@pytest.mark.parametrize(
    ("scope", "around"),
    [
        ("each[3]", ("", "each", 1)),
        ("each#2[0]", ("", "each", 2)),
        ("each#2[0]/retry[7]", ("each#2[0]", "retry", 1)),
        ("each[0]/turn#3[1]", ("each[0]", "turn", 3)),
    ],
)
def test_what_runs_inside_of_a_composite_node_is_under_the_span_of_that_visit(scope: str, around: tuple[str, str, int]) -> None:
    trace = ExecutionTrace.of("x", 1, None, sampled=True)

    assert trace.around(scope) == trace.activity(*around, None)


@pytest.mark.parametrize("scope", ["", "undo"])
def test_what_runs_in_no_composite_node_is_under_the_execution(scope: str) -> None:
    trace = ExecutionTrace.of("x", 1, None, sampled=True)

    assert trace.around(scope) == trace.own


def test_an_execution_is_in_the_trace_of_whoever_started_it() -> None:
    caller = SpanContext(int(TRACE, 16), int(SPAN, 16), sampled=False, state="a=1")
    trace = ExecutionTrace.of("x", 1, caller, sampled=False)

    assert (trace.own.trace_id, trace.own.state, trace.parent) == (caller.trace_id, "a=1", caller)
    assert trace.own.span_id != caller.span_id
