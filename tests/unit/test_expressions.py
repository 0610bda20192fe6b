"""The expression language: what it computes, what it refuses and with which words, what it may spend."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from treadle.domain.errors import ExpressionError
from treadle.domain.expressions import Expression, Namespace, compile_expression

NAMES: dict[str, Any] = {
    "input": {
        "order_id": "A-17",
        "lines": [{"sku": "x", "price": 2.5, "count": 4}, {"sku": "y", "price": 1, "count": 0}],
        "from": "shop",
        "zähler": 3,
        "null": None,
    },
    "n": 7,
    "text": "hello",
    "yes": True,
    "no": None,
    "xs": [3, 1, 2],
}


class Nodes(Namespace):
    """Values that are computed when asked for; `asked` says which were."""

    def __init__(self, values: dict[str, Any]) -> None:
        self.values = values
        self.asked: list[str] = []

    def get_item(self, key: str) -> Any:
        self.asked.append(key)
        return self.values[key]

    def known(self) -> Iterable[str]:
        return self.values.keys()


def evaluate(source: str, names: dict[str, Any] | None = None) -> Any:
    return compile_expression(source).evaluate(NAMES if names is None else names)


def refusal(source: str, names: dict[str, Any] | None = None) -> ExpressionError:
    with pytest.raises(ExpressionError) as caught:
        evaluate(source, names)
    assert caught.value.__cause__ is None or isinstance(caught.value.__cause__, SyntaxError)
    return caught.value


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("null", None),
        ("None", None),
        ("true", True),
        ("False", False),
        ("12", 12),
        ("1.5e3", 1500.0),
        (".5", 0.5),
        ('"a\\u00e9\\n"', "aé\n"),
        ("'it\\'s'", "it's"),
        ("'𝄞'", "𝄞"),
        ("[1, [2], {}]", [1, [2], {}]),
        ('{"a": 1, "b": [true]}', {"a": 1, "b": [True]}),
        ('{"k" + str(n): n}', {"k7": 7}),
        ("1 + 2 * 3 - 4", 3),
        ("7 / 2", 3.5),
        ("-7 // 2", -4),
        ("-7 % 3", 2),
        ("-(2)", -2),
        ("- - 3", 3),
        ("-9223372036854775808", -(2**63)),
        ('"a" + "b" * 3', "abbb"),
        ("[1] + [2] * 2", [1, 2, 2]),
        ('"ab" * -1', ""),
        ("1 < 2 <= 2", True),
        ("1 < 2 > 5 < 1 / 0", False),
        ('"a" < "b"', True),
        ("1 == 1.0", True),
        ("true == 1", False),
        ("[1, true] == [1.0, 1]", False),
        ("[1, {\"a\": [2]}] == [1.0, {\"a\": [2.0]}]", True),
        ('{"a": 1} == {"a": 1, "b": 2}', False),
        ('{"a": 1} != {"b": 1}', True),
        ("null == false", False),
        ('"1" == 1', False),
        ("2 in xs", True),
        ("true in [1]", False),
        ('"ell" in text', True),
        ('"order_id" in input', True),
        ('"x" not in input', True),
        ("no or 5", 5),
        ("n and text", "hello"),
        ("[] or {} or 0", 0),
        ("not xs", False),
        ('"big" if n > 5 else 1 / 0', "big"),
        ("input.order_id", "A-17"),
        ('input["order_id"]', "A-17"),
        ("input.from", "shop"),
        ("input . null", None),
        ('input["zähler"] + 1', 4),
        ("input.lines[0].price", 2.5),
        ("input.lines[-1].sku", "y"),
        ("input.lines[n - 7].sku", "x"),
        ("text[1]", "e"),
        ("text[1:3]", "el"),
        ("xs[::-1]", [2, 1, 3]),
        ("xs[:-1][0]", 3),
        ("xs[null:1]", [3]),
        ("[x * 2 for x in xs if x > 1]", [6, 4]),
        ("[x for x in xs if x > 1 if x < 3]", [2]),
        ("[line.price * line.count for line in input.lines]", [10.0, 0]),
        ("{k: v for k, v in items({\"a\": 1})}", {"a": 1}),
        ("[k for k in {\"a\": 1, \"b\": 2}]", ["a", "b"]),
        ("[[x * y for y in xs] for x in [1, 2]]", [[3, 1, 2], [6, 2, 4]]),
        ("[n for n in xs] + [n]", [3, 1, 2, 7]),
        ("sum(x for x in xs)", 6),
        ("len([len for len in xs])", 3),
        ("n\n  +\n1", 8),
        ("  n", 7),
    ],
)
def test_an_expression_has_this_value(source: str, value: object) -> None:
    result = evaluate(source)

    assert result == value
    assert type(result) is type(value)


@pytest.mark.parametrize(
    ("source", "words", "column"),
    [
        ("inptu.x", 'no name "inptu", did you mean "input"? The names are input, n, text, yes, no, xs', 1),
        ("1 + zz", 'no name "zz"; the names are', 5),
        ("input.order", 'in input: no key "order", did you mean "order_id"? The object has order_id, lines', 7),
        ("input.lines[0].prise", 'in input.lines[0]: no key "prise", did you mean "price"? The object has sku, price', 16),
        ('input["a b"].c', 'in input: no key "a b"; the object has', 7),
        ("input.order_id.x", 'in input.order_id: no key "x": the value is a text, not an object', 16),
        ("no.x", 'in no: no key "x": the value is null, not an object', 4),
        ("xs[3]", "in xs: no element 3: there are 3", 4),
        ("xs[n]", "no element 7: there are 3", 4),
        ("input[0]", "no element 0: the keys of an object are texts", 7),
        ("n[0]", "no element 0: the value is a number, not a list", 3),
        ("xs[true]", "a key is a text or a whole number, not a boolean", 4),
        ("xs[1.5]", "a key is a text or a whole number, not a number", 4),
        ("(xs + [])[9]", "no element 9: there are 3", 11),
        ("lowr(text)", 'no function "lowr", did you mean "lower"? There are ', 1),
        ("text.upper()", "values have no methods; functions are written upper(value)", 1),
        ("(upper)(text)(1)", "only a function that has a name can be called", 1),
        ("upper()", "upper(text) takes 1 argument, not 0", 1),
        ("min()", "min(): an empty list has none", 1),
        ("upper(text=1)", 'a single "=" has no meaning here, "==" compares', 11),
        ('n + "a"', '"+" does not work on a number and a text', 3),
        ("yes + 1", '"+" does not work on a boolean and a number', 5),
        ("-yes", '"-" needs a number, not a boolean', 1),
        ("1 < null", '"<" compares two numbers or two texts, not a number and null', 3),
        ("xs < xs", '"<" compares two numbers or two texts, not a list and a list', 4),
        ("1 in 5", '"in" looks into a list, an object or a text, not into a number', 3),
        ("1 in text", '"in" looks for a text in a text, not for a number', 3),
        ("n / (n - 7)", "division by zero", 3),
        ("(n % 0)", "division by zero", 4),
        ("n ** 2", 'there is no "**"', 3),
        ("9223372036854775807 + 1", "the result is an integer beyond 64 bits", 21),
        ("9223372036854775808", "an integer beyond 64 bits", 1),
        ("-9223372036854775808 // -1", "the result is an integer beyond 64 bits", 22),
        ("1e308 * 10", "the result is not a finite number", 7),
        ("1e999", "a number that is too large", 1),
        ("[x for x in text]", "only a list or the keys of an object can be gone through, not a text", 13),
        ("[a for a, b in xs]", "each element must be a list of 2, and this one is a number", 16),
        ("[a for a, b in [[1, 2, 3]]]", "each element must be a list of 2, and this one is a list of 3", 16),
        ("[x for xs in a for x in xs]", 'a comprehension has one "for"', 20),
        ("[x for x.y in xs]", '"for" needs a name', 8),
        ("[1 for null in xs]", '"for" needs a name', 8),
        ("{1: 2}", "the keys of an object are texts, and this is a number", 2),
        ("{null: 2 for x in xs}", "the keys of an object are texts, and this is null", 2),
        ("n is null", 'write "==" or "!="', 3),
        ("n && n", 'write "and"', 3),
        ("!n", 'write "not"', 1),
        ("n ? 1 : 2", 'write "a if condition else b"', 3),
        ("(1, 2)", "a list is written with [ and ]", 1),
        ("1, 2", "a list is written with [ and ]", 1),
        ("{1, 2}", "an object is written {key: value}", 1),
        ("(x for x in xs)", "a comprehension is written with [ and ]", 1),
        ("[*xs]", '"*" before a value has no meaning here', 2),
        ("+n", '"+" needs a value before it', 1),
        ("xs.0", "a list's element is written x[0]", 3),
        ("1n", "a number that runs into a name", 1),
        ("'a' 'b'", "two texts side by side", 5),
        ("r'a'", "a text has no prefix", 1),
        ("'a", "a text that is not closed", 1),
        ("'\\d'", "the escape '\\\\d' in this text stands for no character", 1),
        ("'\\ud83d'", "stands for no character", 1),
        ("'\\x00'", "stands for no character", 1),
        ("'\\U00110000'", "stands for no character", 1),
        ("'\\101'", "stands for no character", 1),
        ("(n", "a bracket that is not closed", 1),
        ("[n)", "a bracket that closes nothing", 3),
        ("n)", "a bracket that closes nothing", 2),
        ("é + 1", "'é' has no meaning here", 1),
        ("'é' + é", "'é' has no meaning here", 7),
        ("'é' + zz", 'no name "zz"', 7),
        ("n # x", "an expression has no comments", 3),
        ("n n", '"n" stands where an operator or a comma is missing', 3),
        ("n +", "this is not an expression", 4),
        ("", "the expression is empty", None),
        (" \n", "the expression is empty", None),
        ("...", "... is not a value", 1),
        ("xs['a':]", "the bounds of a slice are whole numbers, not a text", 4),
        ("xs[::0]", "the step of a slice is not 0", 4),
        ("n[1:]", "only a list or a text has slices, not a number", 3),
    ],
)
def test_a_mistake_is_named_with_its_column(source: str, words: str, column: int | None) -> None:
    error = refusal(source)

    assert words in error.reason
    assert error.column == column
    assert error.source == source


def test_roots_and_node_references_are_known_without_evaluating() -> None:
    expression = compile_expression('nodes.a.output + nodes["b"].x + [nodes.c for n in input.xs if n.d][0] + nodes[vars.e]')

    assert expression.roots == {"nodes", "input", "vars"}
    assert expression.node_refs == {"a", "b", "c"}


def test_a_variable_of_a_comprehension_is_neither_root_nor_reference() -> None:
    expression = compile_expression("[nodes.a for nodes in input]")

    assert expression.roots == {"input"}
    assert expression.node_refs == frozenset()
    assert expression.evaluate({"input": [{"a": 1}]}) == [1]


def test_the_same_source_is_compiled_once() -> None:
    assert compile_expression("1 + 1") is compile_expression("1 + 1")
    assert repr(compile_expression("1 + 1")) == "Expression('1 + 1')"


def test_one_expression_serves_evaluations_that_overlap() -> None:
    class Reentrant(Namespace):
        def get_item(self, key: str) -> Any:
            return expression.evaluate({"xs": [10, 20], "other": {"y": 0}})

        def known(self) -> Iterable[str]:
            return ()

    expression: Expression = compile_expression("[x + (other.y if x > 5 else len(other.y)) for x in xs]")

    assert expression.evaluate({"xs": [1, 2], "other": Reentrant()}) == [3, 4]


@pytest.mark.parametrize(
    ("source", "value", "asked"),
    [
        ("nodes.a.x", 1, ["a"]),
        ('nodes["a"]', {"x": 1}, ["a"]),
        ("nodes[name]", {"x": 1}, ["a"]),
        ('"a" in nodes', True, []),
        ('"z" not in nodes', True, []),
        ("keys(nodes)", ["a", "inner"], []),
        ('has(nodes, "z")', False, ["z"]),
        ('get(nodes, ["inner", "b"], 0)', 2, ["inner"]),
        ("nodes.inner.b", 2, ["inner"]),
    ],
)
def test_a_namespace_is_asked_only_for_the_keys_that_are_used(source: str, value: object, asked: list[str]) -> None:
    nodes = Nodes({"a": {"x": 1}, "inner": Nodes({"b": 2})})

    result = evaluate(source, {"nodes": nodes, "name": "a"})

    assert result == value
    assert nodes.asked == asked


@pytest.mark.parametrize(
    "source",
    [
        "nodes", "nodes.inner", "nodes[name]", "[nodes]", '{"a": nodes}', "nodes == nodes", "not nodes", "nodes or 1",
        "nodes + 1", "len(nodes)", "json(nodes)", "values(nodes)", "nodes[0]", "nodes[0:1]", "[x for x in nodes]",
        "1 if nodes else 2", "1 in nodes", "get({}, 'a', nodes)", "(nodes if 1 else 2)", "-nodes", "coalesce(nodes)",
        "type(nodes)", "nodes < 1",
    ],
)  # fmt: skip
def test_a_namespace_is_never_a_value(source: str) -> None:
    error = refusal(source, {"nodes": Nodes({"inner": Nodes({})}), "name": "inner"})

    assert "namespace" in error.reason or "keys of an object" in error.reason or '"in" looks' in error.reason


def test_a_missing_node_is_named_with_those_there_are() -> None:
    error = refusal("nodes.fetsh.output", {"nodes": Nodes({"fetch": {"output": 1}})})

    assert error.reason == 'in nodes: no key "fetsh", did you mean "fetch"? There are fetch'


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("'a' * 10000000000", "1,048,576 characters"),
        ("[0] * 10000000000", "100,000 items"),
        ("range(10000000000)", "100,000 items"),
        ("range(-9223372036854775808, 9223372036854775807)", "100,000 items"),
        ("[[i for i in range(1000)] for j in range(1000)]", "100,000 steps"),
        ("[[[[1 for a in range(99)] for b in range(99)] for c in range(99)] for d in range(99)]", "100,000 steps"),
        ("replace(replace(replace('a' * 1000, 'a', 'b' * 1000), 'b', 'c' * 1000), 'c', 'd' * 1000)", "1,048,576 characters"),
        ("[v * 1000 for v in [w * 1000 for w in ['x' * 1000]]]", "1,048,576 characters"),
        ("['x' * 1000000 + 'y' for i in range(1000)]", "100,000 steps"),
        ("[big for i in range(50)]", "1,048,576 characters"),
        ("[[v,v,v,v,v,v,v,v,v,v] for v in [[w,w,w,w,w,w,w,w,w,w] for w in [many, many]]]", "100,000 items"),
        ("json([many for i in range(50)])", "100,000 items"),
        ("json([big for i in range(50)])", "1,048,576 characters"),
        ("join([big for i in range(50)])", "1,048,576 characters"),
        ("flatten([many for i in range(50)])", "100,000 items"),
        ("[contains(big, 'z') for i in range(10000)]", "100,000 steps"),
        ("[many == many + [] for i in range(10000)]", "100,000 steps"),
        ("[big == big + '' for i in range(10000)]", "100,000 steps"),
        ("[many[:] for i in range(10000)]", "100,000 steps"),
        ("[big[1:] for i in range(10000)]", "100,000 steps"),
        ("[sorted(many) for i in range(10000)]", "100,000 steps"),
        ("[7 in many for i in range(10000)]", "100,000 steps"),
        ("[unique(many) for i in range(10000)]", "100,000 steps"),
        ("split('a ' * 500000)", "100,000 items"),
        ("split('a,' * 500000, ',')", "100,000 items"),
        ("url_encode('é' * 100000)", "1,048,576 characters"),
        ("upper('ß' * 500000)", "1,048,576 characters"),
        ("format_time(0, '%A' * 500000)", "1,048,576 characters"),
        ("parse_json('[' + '0,' * 200000 + '0]')", "100,000 items"),
        ("parse_json('[' * 101 + ']' * 101)", "nested deeper than 100 levels"),
        ("parse_json('[' * 100000)", "the text is not JSON"),
        ("[format_time(t, '%Y') for t in range(50000)]", "100,000 steps"),
        ("[" + "+".join(["i"] * 400) + " for i in range(50000)]", "100,000 steps"),
        ("[[" + ",".join(["1"] * 4000) + "] for i in range(50000)]", "100,000 steps"),
        ("{str(i): big for i in range(50)}", "1,048,576 characters"),
        ("round(5, 10000000000)", "rounds to at most 30 places"),
        ("1e308 + 1e308", "not a finite number"),
        ("sum([9223372036854775807, 1])", "beyond 64 bits"),
        ("int(1e300)", "beyond 64 bits"),
        ("int('9' * 19)", "beyond 64 bits"),
        ("float('1e999')", "not a finite number"),
        ("abs(-9223372036854775808)", "beyond 64 bits"),
    ],
)
def test_what_would_be_too_much_is_refused_before_it_is_done(source: str, words: str) -> None:
    error = refusal(source, {"big": "a" * 1_000_000, "many": list(range(9_000))})

    assert words in error.reason


def test_ordinary_work_on_thousands_of_rows_is_within_the_budget() -> None:
    orders = [{"id": i, "total": i * 1.5, "open": i % 2 == 0} for i in range(5_000)]

    result = evaluate('[{"id": o.id, "double": o.total * 2} for o in orders if o.open]', {"orders": orders})

    assert len(result) == 2_500
    assert result[1] == {"id": 2, "double": 6.0}


def test_each_evaluation_has_a_budget_of_its_own() -> None:
    expression = compile_expression("len([i for i in range(20000)])")

    assert [expression.evaluate({}) for _ in range(4)] == [20_000] * 4


@pytest.mark.parametrize(("length", "accepted"), [(10_000, True), (10_001, False)])
def test_a_source_has_at_most_ten_thousand_characters(length: int, accepted: bool) -> None:
    source = '"' + "a" * (length - 2) + '"'

    if accepted:
        assert len(evaluate(source)) == length - 2
    else:
        assert "at most 10,000 characters" in refusal(source).reason


@pytest.mark.parametrize(
    "source", ["[" * 49 + "1" + "]" * 49, "-" * 49 + "n", "+".join(["n"] * 1_000), "(" * 49 + "n" + ")" * 49]
)
def test_this_much_nesting_is_accepted(source: str) -> None:
    assert evaluate(source) is not None


@pytest.mark.parametrize(
    "source",
    [
        "[" * 51 + "1" + "]" * 51,
        "[" * 4_000 + "]" * 4_000,
        "(" * 9_000,
        "-" * 9_000 + "1",
        "not " * 2_000 + "1",
        "n if n else " * 500 + "n",
        "n" + "[n" * 60 + "]" * 60,
        "upper(" * 60 + "text" + ")" * 60,
        "+".join(["n"] * 4_000),
        "n" + ".a" * 4_000,
        "n" + "[0]" * 3_000,
        "n" + "()" * 3_000,
        "n<" * 4_000 + "n",
    ],
)
def test_more_nesting_is_refused_wherever_the_stack_stands(source: str) -> None:
    def from_depth(frames: int) -> ExpressionError:
        return refusal(source) if frames == 0 else from_depth(frames - 1)

    assert from_depth(0).reason
    assert from_depth(600).reason


def test_names_that_hold_no_json_end_in_the_same_error() -> None:
    class Hostile:
        def __eq__(self, other: object) -> bool:
            raise ZeroDivisionError

        __hash__ = None  # type: ignore[assignment]

    names: dict[str, Any] = {"x": Hostile(), "xs": [Hostile()]}
    for source in ("x", "x == 1", "x.y", "xs[0]", "[a == 1 for a in xs]", "[a for a in xs]", "1 in xs", "json(xs)", "min(xs)"):
        with pytest.raises(ExpressionError):
            evaluate(source, names)


def test_an_error_of_a_namespace_is_an_error_of_the_expression() -> None:
    class Broken(Namespace):
        def get_item(self, key: str) -> Any:
            raise OSError("disk")

        def known(self) -> Iterable[str]:
            return ()

    with pytest.raises(ExpressionError, match="OSError") as caught:
        evaluate("nodes.a", {"nodes": Broken()})

    assert isinstance(caught.value.__cause__, OSError)


def test_values_of_names_are_never_in_a_message() -> None:
    secret = "hunter2-" * 5

    for source in ("x + 1", "x.y", "-x", "x < 1", "sum([x])", "[a for a in x]", "1 in x", "x[99]", "{1: x}", "round(x)"):
        assert "hunter2" not in str(refusal(source, {"x": secret}))
