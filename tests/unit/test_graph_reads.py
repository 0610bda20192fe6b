"""What expressions read, looked at when a graph is saved: nodes that cannot have run, names that are not there, misspelt keys."""

from __future__ import annotations

from typing import Any

import pytest

from treadle.domain.errors import DefinitionError, Finding
from treadle.domain.graph_parser import graph_to_config, parse_graph
from treadle.domain.graph_reads import check_reads
from treadle.domain.node_types import NodeType, NodeTypes
from unit.graph_samples import NODE_TYPES, choice, edge, node

_LOOP_SCHEMA = {"type": "object", "properties": {"condition": {"type": "string"}, "graph": {"type": "object"}}}
TYPES: NodeTypes = {
    **NODE_TYPES,
    "while": NodeType("while", "", "flow", _LOOP_SCHEMA, deferred=("graph", "condition"), extra_names=("output", "index")),
    "block": NodeType("block", "", "flow", _LOOP_SCHEMA, deferred=("graph",)),
}
SCHEMA = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "order": {"type": "object", "properties": {"total": {"type": "number"}}, "additionalProperties": False},
        "lines": {"type": "array", "items": {"$ref": "#/$defs/line"}},
        "any": {"anyOf": [{"type": "object"}, {"type": "null"}]},
        "both": {"type": ["object", "null"], "properties": {"a": {}}, "additionalProperties": False},
        "rest": {"type": "object", "additionalProperties": {"type": "integer"}},
        "coded": {"type": "object", "patternProperties": {"^x": {}}, "additionalProperties": False},
        "pair": {"prefixItems": [{"type": "string"}, {"type": "object"}]},
    },
    "$defs": {"line": {"type": "object", "properties": {"price": {}, "count": {}}, "additionalProperties": False}},
}


def setting(node_id: str, value: Any, **more: Any) -> dict[str, Any]:
    return node(node_id, "set", config={"value": value}, **more)


def findings(graph: dict[str, Any]) -> list[Finding]:
    return list(check_reads(parse_graph(graph, TYPES), TYPES))


def found(graph: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(finding.severity, finding.code, finding.path) for finding in findings(graph)]


def read_by(source: str, arrows: str, *, reader: str = "r") -> list[Finding]:
    """The findings when node `r` reads `source`; `i` in the arrows is an `if`."""
    ids = list(dict.fromkeys(arrows.replace(">", " ").replace(":true", "").replace(":false", "").split()))
    nodes = [setting(i, source) if i == reader else choice(i) if i == "i" else node(i) for i in ids]
    edges = []
    for arrow in arrows.split():
        left, target = arrow.split(">")
        where, _, port = left.partition(":")
        edges.append(edge(where, target, **({"port": port} if port else {})))
    return findings({"nodes": nodes, "edges": edges})


@pytest.mark.parametrize(
    ("source", "arrows"),
    [
        ("{{ nodes.a.output }}", "a>r"),
        ("{{ nodes.a.output }}", "a>b b>c c>r"),
        ("{{ nodes.a.error }}", "a>r"),
        ("{{ nodes.a }}", "a>r"),
        ("{{ nodes.a.output if input.x else nodes.b.output }}", "i:true>a i:false>b a>r b>r"),
        ("{{ nodes.b.output }}", "a>r a>b b>r"),
        ('{{ get(nodes, "b") }}', "r>b"),
        ('{{ nodes.b.output if has(nodes, "b") else 0 }}', "r>b b>i i:true>r i:false>end a>r"),
        ('{{ nodes.b.output if "b" in nodes else 0 }}', "a>r a>b"),
        ("{{ nodes[input.which].output }}", "r>b"),
    ],
)
def test_what_may_have_run_before_may_be_read(source: str, arrows: str) -> None:
    assert read_by(source, arrows) == []


@pytest.mark.parametrize(
    ("source", "arrows", "message"),
    [
        ("{{ nodes.b.output }}", "a>r r>b", "node 'b' runs only after 'r' (column 10)"),
        ("sum: {{ 1 + nodes.b.output }}", "r>b", "node 'b' runs only after 'r' (column 19)"),
        ("{{ nodes.r.output }}", "a>r", "node 'r' has no result while it runs"),
        ("{{ nodes.b.output }}", "i:true>b i:false>r", "node 'b' does not run when 'r' does: they are on different ways"),
        ("{{ nodes.c.output }}", "a>i i:true>b b>c i:false>d d>r", "node 'c' does not run when 'r' does"),
    ],
)
def test_what_cannot_have_run_is_an_error(source: str, arrows: str, message: str) -> None:
    [finding] = read_by(source, arrows)

    assert (finding.severity, finding.code) == ("error", "cannot_have_run")
    assert finding.message.startswith(message)
    assert finding.path.endswith(".config.value")
    assert finding.hint is not None


@pytest.mark.parametrize(
    ("source", "arrows", "message"),
    [
        ("{{ nodes.b.output }}", "a>r a>b", "node 'b' is on a branch beside 'r'"),
        ("{{ nodes.b.output }}", "a>r r>b b>i i:true>r i:false>end", "node 'b' has not run yet when 'r' runs for the first time"),
        ("{{ nodes.r.output }}", "a>r r>i i:true>r i:false>end", "node 'r' has not run yet"),
        ("{{ nodes.b.output }}", "a>h h>i i:true>h i:false>end h>r r>b", "node 'b' has not run yet"),
    ],
)
def test_what_may_not_have_run_is_a_warning(source: str, arrows: str, message: str) -> None:
    [finding] = read_by(source, arrows)

    assert (finding.severity, finding.code) == ("warning", "may_not_have_run")
    assert finding.message.startswith(message)
    assert 'get(nodes, ["' in str(finding.hint)


def test_behind_a_condition_of_the_expression_a_read_is_guarded() -> None:
    assert read_by("{{ nodes.b.output if input.x else 1 }} {{ input.y and nodes.b.output }}", "a>r a>b") == []
    assert [f.code for f in read_by("{{ nodes.b.output and input.y }}", "a>r a>b")] == ["may_not_have_run"]


def test_a_guarded_read_of_what_cannot_have_run_is_a_warning_only() -> None:
    [finding] = read_by('{{ nodes.b.output if has(nodes, "b") else 0 }}', "a>r r>b")

    assert (finding.severity, finding.code) == ("warning", "cannot_have_run")


def test_the_error_lists_what_may_have_run_before() -> None:
    [finding] = read_by("{{ nodes.z.output }}", "a>b b>r r>z")

    assert finding.hint == "what may have run before it: a, b"


def test_a_node_that_never_runs_cannot_be_read() -> None:
    graph = {"nodes": [node("a"), setting("r", "{{ nodes.b.output }}"), node("b")], "edges": [edge("a", "r"), edge("b", "b")]}

    assert found(graph) == [("error", "cannot_have_run", "nodes[1].config.value")]
    assert found({**graph, "settings": {"output": "nodes.b.output"}})[-1] == ("error", "cannot_have_run", "settings.output")


def test_triggers_are_alternatives() -> None:
    nodes = [node("t", "trigger.manual"), node("u", "trigger.schedule"), node("a"), setting("r", "{{ nodes.a.output }}")]

    assert found({"nodes": nodes, "edges": [edge("t", "a"), edge("u", "r")]}) == [
        ("error", "cannot_have_run", "nodes[3].config.value")
    ]


def test_behind_a_gate_the_watched_node_has_run() -> None:
    nodes = [node("s"), node("w"), node("g", "gate", config={"node": "w"}), setting("r", "{{ nodes.w.output }}")]

    assert found({"nodes": nodes, "edges": [edge("s", "w"), edge("s", "g"), edge("g", "r")]}) == []


def test_an_edge_sees_what_its_source_sees_and_the_source_as_output() -> None:
    def on_edge(when: str) -> list[tuple[str, str, str]]:
        return found({"nodes": [node("a"), node("b"), node("c")], "edges": [edge("a", "b"), edge("b", "c", when=when)]})

    assert on_edge("output.ok and nodes.a.output") == []
    assert on_edge("nodes.c.output") == [("error", "cannot_have_run", "edges[1].when")]
    assert on_edge("nodes.b.output.ok") == [("error", "cannot_have_run", "edges[1].when")]


def test_the_own_result_on_an_edge_is_named_output() -> None:
    [finding] = findings({"nodes": [node("a"), node("b")], "edges": [edge("a", "b", tokens="nodes.a.output")]})

    assert finding.path == "edges[0].tokens"
    assert finding.hint == "write output"


def test_the_output_of_an_execution_sees_every_node_that_can_run() -> None:
    nodes = [choice("i"), node("a"), node("b")]
    edges = [edge("i", "a", port="true"), edge("i", "b", port="false")]
    output = 'get(nodes, ["a", "output"], 0) + nodes.b.output'

    assert found({"nodes": nodes, "edges": edges, "settings": {"output": output}}) == []


def test_a_result_has_an_output_and_an_error() -> None:
    [finding] = read_by("{{ nodes.a.outptu.x }}", "a>r")

    assert finding.message == 'in nodes.a: no key "outptu", did you mean "output"? There are output, error (column 12)'


def test_a_key_of_the_output_is_not_one_of_the_result() -> None:
    [finding] = read_by("{{ nodes.a.body }}", "a>r")

    assert (finding.code, finding.hint) == ("unknown_key", "write nodes.a.output.body")


@pytest.mark.parametrize("name", ["item", "index", "previous", "outer", "output", "error"])
def test_a_name_that_is_not_there_says_where_it_is(name: str) -> None:
    [finding] = read_by(f"{{{{ {name} }}}}", "a>r")

    assert (finding.severity, finding.code) == ("error", "unknown_name")
    assert finding.message.startswith(f"there is no '{name}' here: it exists in")


def test_error_exists_on_edges_from_an_error_port_only() -> None:
    def on_edge(port: str) -> list[tuple[str, str, str]]:
        return found({"nodes": [node("a"), node("b")], "edges": [edge("a", "b", port=port, when="error.type == 'x'")]})

    assert on_edge("error") == []
    assert on_edge("out") == [("error", "unknown_name", "edges[0].when")]


def in_loop(node_type: str, value: str, **more: Any) -> dict[str, Any]:
    inner = {"nodes": [setting("x", value)], **more}
    config = {"items": "[1]", "graph": inner} if node_type == "for_each" else {"condition": "index < 3", "graph": inner}
    return {"nodes": [node("a"), node("m", node_type, config=config), node("z")], "edges": [edge("a", "m"), edge("m", "z")]}


@pytest.mark.parametrize(
    ("node_type", "value"),
    [
        ("for_each", "{{ item }} {{ index }} {{ nodes.a.output }}"),
        ("while", "{{ previous }} {{ index }} {{ nodes.a.output }}"),
    ],
)
def test_an_inner_graph_sees_its_turn_and_the_nodes_before(node_type: str, value: str) -> None:
    assert findings(in_loop(node_type, value)) == []


@pytest.mark.parametrize(
    ("node_type", "value", "message"),
    [
        ("for_each", "{{ previous }}", "there is no 'previous' here"),
        ("while", "{{ item }}", "there is no 'item' here: it exists inside of the graph of a for_each"),
        ("for_each", "{{ nodes.z.output }}", "node 'z' runs only after 'm'"),
        ("for_each", "{{ nodes.m.output }}", "node 'm' has no result while it runs"),
        ("for_each", "{{ outer.item }}", "outer.item is null: nothing is around this graph but the workflow"),
        ("for_each", "{{ outer.outer.item }}", "outer.outer is null"),
        ("for_each", "{{ completed }}", "unknown name 'completed'"),
    ],
)
def test_an_inner_graph_does_not_see(node_type: str, value: str, message: str) -> None:
    try:
        [finding] = findings(in_loop(node_type, value))
    except DefinitionError as error:
        [finding] = error.findings

    assert finding.message.startswith(message)
    assert finding.path == "nodes[1].config.graph.nodes[0].config.value"


def test_deferred_fields_have_the_names_their_node_type_adds() -> None:
    graph = in_loop("while", "1")

    assert found(graph) == []
    graph["nodes"][1]["config"]["condition"] = "item"
    assert found(graph) == [("error", "unknown_name", "nodes[1].config.condition")]


@pytest.mark.parametrize(
    ("value", "messages"),
    [
        ("{{ outer.item }} {{ outer.index }}", []),
        ("{{ outer.outer.item }}", ["outer.outer.item is null: nothing is around this graph but the workflow (column 16)"]),
        ("{{ outer.itme }}", ['in outer: no key "itme", did you mean "item"? There are item, index, outer (column 10)']),
    ],
)
def test_outer_is_the_turn_of_the_graph_around(value: str, messages: list[str]) -> None:
    inner = {"nodes": [node("in", "for_each", config={"items": "[item]", "graph": {"nodes": [setting("x", value)]}})]}
    graph = {"nodes": [node("m", "for_each", config={"items": "[1]", "graph": inner})]}

    assert [finding.message for finding in findings(graph)] == messages


def test_names_of_the_graph_around_are_there_unless_the_inner_one_has_its_own() -> None:
    inner = {"nodes": [node("w", "while", config={"condition": "true", "graph": {"nodes": [setting("x", "{{ item }}")]}})]}

    assert findings({"nodes": [node("m", "for_each", config={"items": "[1]", "graph": inner})]}) == []


def test_a_block_has_the_names_around_it() -> None:
    def in_block(value: str) -> list[Finding]:
        block = {"nodes": [node("b", "block", config={"graph": {"nodes": [setting("x", value)]}})]}
        return findings({"nodes": [node("m", "for_each", config={"items": "[1]", "graph": block})]})

    assert in_block("{{ item }} {{ index }}") == []
    [finding] = in_block("{{ outer.item }}")
    assert finding.severity == "warning"


def test_what_is_behind_a_null_of_outer_is_an_error() -> None:
    severities = [f.severity for value in ("{{ outer.item }}", "{{ outer.item.x }}") for f in findings(in_loop("while", value))]

    assert severities == ["warning", "error"]


def reading(source: str) -> list[Finding]:
    return findings({"nodes": [setting("a", f"{{{{ {source} }}}}")], "input_schema": SCHEMA})


@pytest.mark.parametrize(
    "source",
    [
        "input.name", "input.name[0]", "input.order.total", "input.lines[0].price", "input.lines[-1]", "input.any.thing",
        "input.both.a", "input.rest.whatever", "input.coded.x1", "input.pair[1].a", "input.unheard_of", 'get(input, "nmae")',
        'has(input, "nmae") and input.nmae', "input", "[input.lines[0].price for x in [1]]",
    ],
)  # fmt: skip
def test_what_the_schema_allows_may_be_read(source: str) -> None:
    assert reading(source) == []


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("input.order.totl", 'in input.order: no key "totl", did you mean "total"? Input_schema has total (column 16)'),
        ("1 + input.order.x", 'in input.order: no key "x"; input_schema has total (column 20)'),
        ("input.lines[0].prise", 'in input.lines[0]: no key "prise", did you mean "price"?'),
        ("input.both.b", 'in input.both: no key "b"'),
        ("input.name.first", 'input.name is a text, so there is no "first" in it (column 15)'),
        ("input.rest.a.b", 'input.rest.a is a number, so there is no "b" in it'),
        ("input.order[0]", 'input.order is an object, so there is no "0" in it'),
        ("input[0]", 'input is an object, so there is no "0" in it'),
    ],
)
def test_what_the_schema_rules_out_is_an_error(source: str, message: str) -> None:
    [finding] = reading(source)

    assert (finding.severity, finding.code) == ("error", "unknown_key")
    assert finding.message.startswith(message)


def test_a_key_nearly_that_of_an_open_schema_is_a_warning() -> None:
    [finding] = reading("input.nmae")

    assert (finding.severity, finding.code) == ("warning", "unknown_key")
    assert finding.hint == "write name, or add nmae to input_schema"


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("execution.idd", 'in execution: no key "idd", did you mean "id"?'),
        ("incoming[0].putput", 'in incoming.0: no key "putput", did you mean "output"?'),
        ("vars.rate", 'in vars: no key "rate"; there is nothing'),
    ],
)
def test_fixed_names_have_fixed_keys(source: str, message: str) -> None:
    [finding] = reading(source)

    assert finding.message.startswith(message)


@pytest.mark.parametrize(
    ("value", "message", "hint"),
    [
        ("a {{ 1 + inptu.x }}", "unknown name 'inptu' (column 10)", "did you mean 'input'?"),
        ("{{ a }}", "unknown name 'a' (column 4)", "write nodes.a.output"),
        ("{{ 1 }} {{ nodes.hello.output }}", "unknown node 'hello' (column 18)", "known: a"),
        ("{{ nodes.nodes }}", "unknown node 'nodes' (column 10)", "known: a"),
        ("{{ 1 +* 2 }}", "this is not an expression: '*' is not expected here (column 7)", None),
    ],
)
def test_what_the_parser_refuses_has_its_column_in_the_field(value: str, message: str, hint: str | None) -> None:
    with pytest.raises(DefinitionError) as caught:
        findings({"nodes": [setting("a", value)]})

    [finding] = caught.value.findings
    assert (finding.path, finding.message, finding.hint) == ("nodes[0].config.value", message, hint)


def test_variables_are_those_of_the_settings() -> None:
    def settings(source: str) -> list[Finding]:
        return findings({"nodes": [setting("a", source)], "settings": {"vars": {"rate": 0.19, "shop": {"name": "x"}}}})

    assert settings("{{ vars.rate }} {{ vars.shop.name }}") == []
    [finding] = settings("{{ vars.rat }}")
    assert finding.message == 'in vars: no key "rat", did you mean "rate"? There are rate, shop (column 9)'
    assert finding.hint == "add it to settings.vars"


def test_inner_graphs_see_the_variables_and_declare_none() -> None:
    graph = in_loop("for_each", "{{ vars.rate }}")
    graph["settings"] = {"vars": {"rate": 1}}

    assert findings(graph) == []
    graph["nodes"][1]["config"]["graph"]["settings"] = {"vars": {"rate": 1}}
    with pytest.raises(DefinitionError, match="unknown key 'vars' in settings"):
        findings(graph)


def test_variables_are_kept_when_a_graph_is_written() -> None:
    graph = {"nodes": [node("a")], "settings": {"vars": {"rate": 1}}}

    assert graph_to_config(parse_graph(graph, TYPES))["settings"] == {"vars": {"rate": 1}}


@pytest.mark.parametrize("kind", ["concurrency", "debounce"])
def test_the_key_of_a_limit_is_compared_with_the_input(kind: str) -> None:
    limit = {"key": "input.order.totl", **({"limit": 1} if kind == "concurrency" else {"wait": "1s"})}

    assert found({"nodes": [node("a")], "settings": {kind: limit}, "input_schema": SCHEMA}) == [
        ("error", "unknown_key", f"settings.{kind}.key")
    ]


def test_compensation_sees_the_node_it_undoes() -> None:
    undo = {"type": "set", "config": {"value": "{{ nodes.a.output.id }} {{ output.id }}"}}

    assert findings({"nodes": [node("a", compensate=undo)]}) == []


def test_a_finding_is_made_once_for_each_expression() -> None:
    [finding] = read_by("{{ nodes.b.output.x + nodes.b.output.y }}", "r>b")

    assert finding.message.endswith("(column 10)")
