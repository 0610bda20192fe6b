"""Templates in configs: what is an expression, what stays text, which type comes out, and where an error is."""

from __future__ import annotations

from typing import Any

import pytest

from treadle.domain.errors import ExpressionError
from treadle.domain.node_types import EMPTY_CONFIG, NodeType
from treadle.domain.templates import Template, bare_source, compile_bare, compile_template, compile_text

NAMES: dict[str, Any] = {
    "input": {"id": "A-17", "total": 120, "lines": [{"sku": "x"}], "note": None, "ok": True, "odd": 'a"b'},
    "n": 3,
}


def node_type(*, expressions: tuple[str, ...] = (), deferred: tuple[str, ...] = ()) -> NodeType:
    return NodeType("test", "", "test", EMPTY_CONFIG, expressions=expressions, deferred=deferred)


def compiled(config: dict[str, Any], *, expressions: tuple[str, ...] = (), deferred: tuple[str, ...] = ()) -> Template:
    return compile_template(config, node_type(expressions=expressions, deferred=deferred))


def rendered(config: dict[str, Any], *, expressions: tuple[str, ...] = (), deferred: tuple[str, ...] = ()) -> dict[str, Any]:
    return compiled(config, expressions=expressions, deferred=deferred).render(NAMES)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{{ input.total }}", 120),
        ("{{input.lines}}", [{"sku": "x"}]),
        ("{{ input.note }}", None),
        ("{{\n input.ok\n}}", True),
        ("order {{ input.id }}", "order A-17"),
        (" {{ n }}", " 3"),
        ("{{ n }} ", "3 "),
        ("{{ n }}{{ n }}", "33"),
        ("{{ input.note }}!", "null!"),
        ("{{ input.ok }}?", "true?"),
        ("is {{ input.lines }}", 'is [{"sku":"x"}]'),
        ("is {{ 1.0 }} {{ 'é' }}", "is 1.0 é"),
        ('{{ "}}" }}', "}}"),
        ('{{ "{{" }} literal', "{{ literal"),
        ("{{ '}}' + '{{' }}", "}}{{"),
        ('{{ {"a": {"b": n}} }}', {"a": {"b": 3}}),
        ('{{ {"a": {"b": n}}}}', {"a": {"b": 3}}),
        ('{{{"a": n}}}', {"a": 3}),
        ("a {{ input['odd'] }} b", 'a a"b b'),
        ("{{ [x for x in [1, 2]] }}", [1, 2]),
        ("no template", "no template"),
        ("", ""),
        ("{ n }", "{ n }"),
        ('{"a": {"b": 1}}', '{"a": {"b": 1}}'),
        ("a }} b", "a }} b"),
        ("{{ n }} }} b", "3 }} b"),
        ("é {{ n }} 𝄞", "é 3 𝄞"),
    ],
)
def test_a_text_renders_to_this_value(text: str, value: object) -> None:
    template = compile_text(text)

    result = template.render(NAMES)

    assert result == value
    assert type(result) is type(value)
    assert rendered({"deep": [{"x": text}]}) == {"deep": [{"x": value}]}


@pytest.mark.parametrize(
    ("text", "words", "column"),
    [
        ("a {{ n", '"{{" without "}}"', 3),
        ("{{ (n }}", "a bracket that is not closed", 4),
        ("{{ 'n }}", "a text that is not closed", 4),
        ("{{ n) }}", "a bracket that closes nothing", 5),
        ("{{ }}", "the expression is empty", None),
        ("{{ n }} {{ 1 + }}", "this is not an expression", 15),
        ("{{ {{ n }} }}", "an object is written {key: value}", 4),
    ],
)
def test_a_text_that_cannot_be_compiled_says_why(text: str, words: str, column: int | None) -> None:
    with pytest.raises(ExpressionError) as caught:
        compile_text(text).render(NAMES)

    assert words in caught.value.reason
    assert caught.value.column == column


def test_a_config_without_expressions_is_given_back_as_it_is() -> None:
    config = {"url": "https://x", "headers": {"a": ["b", 1, None, {"secret": "{{ name }}"}]}}

    template = compiled(config)

    assert template.is_constant
    assert template.render({}) is config
    assert template.expressions == ()


def test_parts_without_expressions_are_shared_and_others_made_anew() -> None:
    config = {"fixed": {"a": [1]}, "list": ["{{ n }}", "x"], "n": "{{ n }}"}
    template = compiled(config)

    first, second = template.render(NAMES), template.render({**NAMES, "n": 4})

    assert first == {"fixed": {"a": [1]}, "list": [3, "x"], "n": 3}
    assert second == {"fixed": {"a": [1]}, "list": [4, "x"], "n": 4}
    assert first["fixed"] is config["fixed"]
    assert config["list"] == ["{{ n }}", "x"]


def test_expressions_are_found_with_their_paths() -> None:
    template = compiled(
        {"url": "{{ input.a }}/{{ nodes.b.output }}", "cases": [{"when": "n > 1"}], "until": "payload.x", "k": ["{{ n }}"]},
        expressions=("cases[].when",),
        deferred=("until",),
    )

    found = [(path, expression.source, offset) for path, expression, offset in template.expressions]

    assert found == [
        ("url", "input.a", 3), ("url", "nodes.b.output", 17), ("cases[0].when", "n > 1", 0), ("until", "payload.x", 0),
        ("k[0]", "n", 3),
    ]  # fmt: skip
    assert template.expressions[1].expression.node_refs == {"b"}


@pytest.mark.parametrize(
    ("value", "result"),
    [
        ("n > 2", True),
        ("{{ n > 2 }}", True),
        (" {{n}} ", 3),
        ('{{ "}}" }}', "}}"),
        ("[n, 1]", [3, 1]),
        ("7", 7),
        (True, True),
        (None, None),
        ([1, 2], [1, 2]),
        (["{{ n }}", 2], [3, 2]),
        ({"a": 1}, {"a": 1}),
    ],
)
def test_a_field_for_an_expression_renders_to_its_value(value: object, result: object) -> None:
    assert rendered({"items": value}, expressions=("items",)) == {"items": result}


def test_fields_inside_of_lists_and_objects_may_hold_expressions() -> None:
    config = {"any": [{"port": "n", "when": "n == 3"}, {"port": "m", "when": "false"}], "opts": {"when": "n", "other": "n"}}

    result = rendered(config, expressions=("any[].when", "opts.when"))

    assert result == {
        "any": [{"port": "n", "when": True}, {"port": "m", "when": False}],
        "opts": {"when": 3, "other": "n"},
    }


def test_a_deferred_field_stays_a_bare_expression_for_the_engine() -> None:
    graph = {"nodes": [{"config": {"x": "{{ item }}"}}]}
    config = {"condition": "{{ turn < 3 }}", "while": "turn < 3", "graph": graph, "a": "{{ n }}"}

    result = rendered(config, deferred=("condition", "while", "graph"))

    assert result == {"condition": "turn < 3", "while": "turn < 3", "graph": graph, "a": 3}
    assert result["graph"] is graph


def test_a_deferred_field_in_braces_is_constant_without_them() -> None:
    template = compiled({"condition": "{{ turn < 3 }}"}, deferred=("condition",))

    assert template.is_constant
    assert template.render({}) == {"condition": "turn < 3"}


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"url": "a {{ 1 + }}"}, "url: this is not an expression"),
        ({"a": {"b c": ["x", "{{ ( }}"]}}, "a.b c[1]: a bracket that is not closed"),
        ({"cases": [{"when": "n >"}]}, "cases[0].when: this is not an expression"),
        ({"cases": [{"when": ""}]}, "cases[0].when: the expression is empty"),
        ({"until": "1 +"}, "until: this is not an expression"),
    ],
)
def test_an_error_of_compiling_begins_with_the_path(config: dict[str, Any], message: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        compiled(config, expressions=("cases[].when",), deferred=("until",))

    assert str(caught.value).startswith(message)
    assert caught.value.column is not None or "empty" in message


def test_an_error_of_rendering_begins_with_the_path_and_has_the_column_in_the_whole_text() -> None:
    template = compiled({"body": {"lines": ["{{ n }}", "to {{ input.nmae }}"]}})

    with pytest.raises(ExpressionError) as caught:
        template.render({"input": {"name": "x"}, "n": 1})

    assert caught.value.reason == 'body.lines[1]: in input: no key "nmae", did you mean "name"? The object has name'
    assert caught.value.source == "to {{ input.nmae }}"
    assert caught.value.column == caught.value.source.index("nmae") + 1


def test_a_secret_is_left_for_the_handler_call() -> None:
    result = rendered({"token": {"secret": "api"}, "not": {"secret": "{{ n }}", "more": 1}, "n": "{{ n }}"})

    assert result == {"token": {"secret": "api"}, "not": {"secret": 3, "more": 1}, "n": 3}


def test_keys_are_never_templates() -> None:
    assert rendered({"{{ n }}": "{{ n }}"}) == {"{{ n }}": 3}


def test_a_config_that_is_nested_too_deeply_is_refused() -> None:
    config: dict[str, Any] = {"a": "{{ n }}"}
    for _ in range(200):
        config = {"a": config}

    with pytest.raises(ExpressionError, match="nested deeper than 100 levels"):
        compiled(config)


def test_a_text_grown_out_of_bounds_is_refused() -> None:
    with pytest.raises(ExpressionError, match=r"^a: the text has more than 1,048,576 characters"):
        compiled({"a": "{{ big }}" * 3 + "."}).render({"big": "x" * 500_000})


def test_one_large_value_in_many_places_is_refused() -> None:
    config = {"a": ["{{ big }}"] * 1_000}

    with pytest.raises(ExpressionError, match=r"^a\[\d+\]: the values of this config weigh more"):
        compiled(config).render({"big": ["x" * 1_000] * 900})


def test_a_large_input_can_be_handed_on() -> None:
    big = list(range(300_000))

    assert rendered({"value": "{{ input }}"}) == {"value": NAMES["input"]}
    assert compiled({"value": "{{ big }}"}).render({"big": big})["value"] is big


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("n", "n"),
        ("{{ n }}", "n"),
        (" {{n}}\n", "n"),
        ('{{ "}}" }}', '"}}"'),
        ("{{ a }} {{ b }}", "{{ a }} {{ b }}"),
        ("{{ n", "{{ n"),
    ],
)
def test_braces_around_the_whole_of_a_bare_expression_are_taken_off(text: str, source: str) -> None:
    assert bare_source(text) == source


def test_two_templates_are_not_a_bare_expression() -> None:
    with pytest.raises(ExpressionError):
        compile_bare("{{ a }} {{ b }}")
