"""Workflows written in Python become the JSON form, and what cannot is refused where it is written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from treadle import Workflow, activity, choose, expr, fn, is_in
from treadle.activities.registry import default_registry
from treadle.builder.errors import BuilderError, DuplicateNodeError, NotWritableError, UndecidedError
from treadle.domain.errors import DefinitionError
from treadle.domain.graph_parser import parse_graph
from treadle.domain.graph_writer import graph_to_config
from treadle.testing import run_workflow


def test_a_workflow_with_a_choice_and_an_approval_is_the_json_form() -> None:
    flow = Workflow("refund", description="Give money back.", settings={"timeout": "7d"})
    fetch = flow.node("fetch", "demo.order", {"order_id": flow.input.order_id}, retry={"max_attempts": 3})
    big = flow.if_("big", fetch.output.total > 100)
    ask = flow.approval("ask", f"Refund {fetch.output.total} to {fetch.output.customer}?", {"due": "2d"})
    tell = flow.log("tell", f"refunded {fetch.output.total}")

    fetch >> big
    big["true"] >> ask
    big["false"] >> tell
    ask["approved"] >> tell

    assert flow.graph_config() == {
        "nodes": [
            {"id": "fetch", "type": "demo.order", "config": {"order_id": "{{ input.order_id }}"}, "retry": {"max_attempts": 3}},
            {"id": "big", "type": "if", "config": {"condition": "nodes.fetch.output.total > 100"}},
            {
                "id": "ask",
                "type": "approval",
                "config": {
                    "title": "Refund {{ nodes.fetch.output.total }} to {{ nodes.fetch.output.customer }}?",
                    "due": "2d",
                },
            },
            {"id": "tell", "type": "log", "config": {"message": "refunded {{ nodes.fetch.output.total }}"}},
        ],
        "edges": [
            {"source": "fetch", "target": "big"},
            {"source": "big", "target": "ask", "port": "true"},
            {"source": "big", "target": "tell", "port": "false"},
            {"source": "ask", "target": "tell", "port": "approved"},
        ],
        "settings": {"timeout": "7d"},
    }


def test_what_is_built_runs_and_gives_what_it_says() -> None:
    flow = Workflow("totals")
    lines = flow.set("lines", [{"price": 3, "count": 2}, {"price": 5, "count": 1}])
    each = flow.for_each("each", lines.output)
    each.inside.set("sum", each.inside.item.price * each.inside.item.count)
    tell = flow.set("tell", {"total": fn.sum(each.output), "text": f"{fn.len(each.output)} lines"})
    lines >> each >> tell

    result = run_workflow(flow)

    assert result.output == {"total": 11, "text": "2 lines"}


def test_forks_and_joins_are_written_with_lists() -> None:
    flow = Workflow("fork")
    first, left, right = flow.node("first", "noop"), flow.node("left", "noop"), flow.node("right", "noop")
    last = flow.node("last", "noop", join="all")

    first >> [left, right] >> last

    assert [(edge["source"], edge["target"]) for edge in flow.graph_config()["edges"]] == [
        ("first", "left"),
        ("first", "right"),
        ("left", "last"),
        ("right", "last"),
    ]


def test_edges_have_conditions_defaults_and_tokens() -> None:
    flow = Workflow("edges")
    source, target, other = flow.node("source", "noop"), flow.node("target", "noop"), flow.node("other", "noop")

    source.to(target, when=expr("output.total > 1"), tokens=2, take=1)
    source["error"].to(other, default=True)

    assert flow.graph_config()["edges"] == [
        {"source": "source", "target": "target", "when": "output.total > 1", "tokens": 2, "take": 1},
        {"source": "source", "target": "other", "port": "error", "default": True},
    ]


def test_settings_name_other_nodes_by_themselves() -> None:
    flow = Workflow("race")
    slow = flow.wait("slow", "2h")
    quick = flow.signal("quick", "paid", {"timeout": "1d"}, cancels=[slow], name="Paid?")

    form = quick.set({"on_error": "continue"}).graph.form()["nodes"][1]

    assert form == {
        "id": "quick",
        "type": "signal.wait",
        "config": {"signal": "paid", "timeout": "1d"},
        "name": "Paid?",
        "cancels": ["slow"],
        "on_error": "continue",
    }


def test_a_decorated_function_is_a_node() -> None:
    @activity("builder.shout")
    def shout(text: str, times: int = 1) -> str:
        return text.upper() * times

    flow = Workflow("shout")
    flow.call("loud", shout, text=flow.input.name, times=2)

    assert flow.form()["nodes"] == [{"id": "loud", "type": "builder.shout", "config": {"text": "{{ input.name }}", "times": 2}}]
    with pytest.raises(BuilderError, match="'len' is no activity"):
        flow.call("other", len)


@pytest.mark.parametrize(
    ("build", "name"),
    [
        (lambda flow: flow.for_each("c", [1, 2]), "for_each"),
        (lambda flow: flow.while_("c", expr("index < 3")), "while"),
        (lambda flow: flow.repeat("c", expr("index >= 2")), "repeat"),
        (lambda flow: flow.block("c"), "block"),
    ],
)
def test_composites_hold_a_graph_that_is_saved_with_them(build: Callable[[Workflow], Any], name: str) -> None:
    flow = Workflow("composite")
    composite = build(flow)
    inner = composite.inside.set("a", composite.inside.index)
    inner >> composite.inside.node("b", "noop")

    graph = parse_graph(flow.graph_config(), default_registry().node_types)

    config = graph_to_config(graph)["nodes"][0]
    assert config["type"] == name
    assert [node["id"] for node in config["config"]["graph"]["nodes"]] == ["a", "b"]


@pytest.mark.parametrize(
    ("written", "source"),
    [
        (lambda x: (x.a + 1) * 2, "(input.a + 1) * 2"),
        (lambda x: x.a + 1 * x.b, "input.a + 1 * input.b"),
        (lambda x: x.a - (x.b - x.c), "input.a - (input.b - input.c)"),
        (lambda x: 10 - x.a, "10 - input.a"),
        (lambda x: -x.a * -2, "-input.a * (-2)"),
        (lambda x: -(x.a + 1), "-(input.a + 1)"),
        (lambda x: (x.a > 1) & (x.b < 2) | ~(x.c == None), "input.a > 1 and input.b < 2 or not input.c == null"),  # noqa: E711
        (lambda x: ((x.a > 1) | x.b) & x.c, "(input.a > 1 or input.b) and input.c"),
        (lambda x: (x.a < x.b) == True, "(input.a < input.b) == true"),  # noqa: E712
        (lambda x: x["my key"][0][1:].last[:-1], 'input["my key"][0][1:].last[:-1]'),
        (lambda x: x["name"]["class"][x.key], "input.name.class[input.key]"),
        (lambda x: fn.upper(x.name) + "é\"", 'upper(input.name) + "é\\""'),
        (lambda x: choose(x.a > 1, "big", fn.str(x.a)) + "!", '("big" if input.a > 1 else str(input.a)) + "!"'),
        (lambda x: is_in(x.country, ["DE", "AT"]) & x.ok, 'input.country in ["DE", "AT"] and input.ok'),
        (lambda x: fn.get({"a": x.b, "c": [True, None]}, "a"), 'get({"a": input.b, "c": [true, null]}, "a")'),
        (lambda x: expr("a if b else c")[0], "(a if b else c)[0]"),
        (lambda x: (x + 1).key, "(input + 1).key"),
    ],
)
def test_operators_keep_their_meaning(written: Callable[[Any], Any], source: str) -> None:
    flow = Workflow("operators")

    assert str(written(flow.input)) == "{{ " + source + " }}"


@pytest.mark.parametrize(
    ("written", "refusal", "says"),
    [
        (lambda x: x.a and x.b, UndecidedError, "a & b"),
        (lambda x: 0 < x.a < 10, UndecidedError, r"\(a < x\) & \(x < b\)"),
        (lambda x: 1 if x.a else 2, UndecidedError, "choose"),
        (lambda x: "a" in x.list, UndecidedError, "is_in"),
        (lambda x: [y for y in x.list], NotWritableError, "for_each"),  # noqa: C416
        (lambda x: len(x.list), NotWritableError, "fn.len"),
        (lambda x: int(x.a), NotWritableError, "fn.int"),
        (lambda x: f"{x.total:.2f}", NotWritableError, "fn.round"),
        (lambda x: x.name.upper(), NotWritableError, "fn.upper"),
        (lambda x: x.name == f"Mr {x.other}", NotWritableError, "add texts up"),
        (lambda x: x.a > 1 & 2 < x.b, UndecidedError, "has no value until"),
        (lambda x: (x.a > 1) & 2, BuilderError, "with brackets"),
        (lambda x: x.a + object(), NotWritableError, "object has no form"),
        (lambda x: x.a + float("nan"), NotWritableError, "nan has no form"),
        (lambda x: x.list[::2], NotWritableError, "no step"),
        (lambda x: {x.a: 1}, TypeError, "unhashable"),
        (lambda x: fn.uper(x), AttributeError, "did you mean fn.upper"),
        (lambda x: fn.upper(x, x), BuilderError, r"upper\(text\), not with 2"),
        (lambda x: expr("a +"), BuilderError, "not an expression"),
    ],
)
def test_what_python_would_decide_by_itself_is_refused_with_the_mend(
    written: Callable[[Any], Any], refusal: type[Exception], says: str
) -> None:
    with pytest.raises(refusal, match=says):
        written(Workflow("refused").input)


def test_mistakes_of_graphs_are_refused_where_they_are_made() -> None:
    flow, other = Workflow("one"), Workflow("two")
    a, b = flow.node("a", "noop"), other.node("b", "noop")
    inside = flow.block("block").inside
    inner = inside.node("inner", "noop")

    with pytest.raises(DuplicateNodeError, match="'a' already"):
        inside.node("a", "noop")
    with pytest.raises(BuilderError, match="different graphs"):
        a >> b
    with pytest.raises(BuilderError, match="different graphs"):
        a >> inner
    with pytest.raises(BuilderError, match="leads to a node"):
        a >> ["b"]  # type: ignore[type-var]
    with pytest.raises(BuilderError, match=r"write `… >> a`"):
        [a] >> a["out"]
    with pytest.raises(BuilderError, match="a port is a text"):
        a[0]  # type: ignore[index]
    with pytest.raises(BuilderError, match="a duration or until"):
        flow.wait("w")
    with pytest.raises(BuilderError, match="has no nodes"):
        Workflow("empty").graph_config()


def test_a_saved_workflow_says_what_is_wrong_with_it() -> None:
    flow = Workflow("wrong")
    flow.node("a", "nop")

    with pytest.raises(DefinitionError, match="nop"):
        parse_graph(flow.graph_config(), default_registry().node_types)
