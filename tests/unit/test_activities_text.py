"""Texts made of a template."""

from __future__ import annotations

from typing import Any

import pytest

from treadle.domain.errors import DefinitionError
from treadle.domain.graph_parser import parse_graph
from unit.node_trials import REGISTRY, failure_of, output_of

LINES = [{"sku": "a", "n": 2}, {"sku": "b", "n": 1}]


@pytest.mark.parametrize(("config", "text"), [
    ({"template": "Dear {{ input.name }}, {{ len(input.lines) }} lines."}, "Dear Ann, 2 lines."),
    ({"template": "{{ input.lines }}"}, '[{"sku":"a","n":2},{"sku":"b","n":1}]'),
    ({"template": "no names"}, "no names"),
    ({"template": "{{ index + 1 }}. {{ item.n }} x {{ item.sku }} for {{ input.name }}", "each": "input.lines"},
     "1. 2 x a for Ann\n2. 1 x b for Ann"),
    ({"template": "{{ item.n }}", "each": "input.lines", "join": ", ", "before": "<{{ input.name }}:", "after": ">"}, "<Ann:2, 1>"),
    ({"template": "{{ item }}", "each": [], "before": "<", "after": ">", "empty": "none for {{ input.name }}"}, "none for Ann"),
    ({"template": "{{ item }}", "each": []}, ""),
])  # fmt: skip
def test_a_text_is_written_once_or_for_each_item(config: dict[str, Any], text: str) -> None:
    assert output_of("template.render", config, input={"name": "Ann", "lines": LINES}) == text


@pytest.mark.parametrize(("config", "error"), [
    ({"template": "{{ item.n }}", "each": "input"}, ("config", "config.each: must be a list, not an object")),
    ({"template": "a", "join": ","}, ("config", "config.join: has no meaning without `each`; give a list or leave it out")),
    ({"template": "a", "each": [1], "join": "{{ 1 }}"}, ("config", "config.join: must be a text, not a number")),
])  # fmt: skip
def test_what_cannot_be_written_is_said(config: dict[str, Any], error: tuple[str, str]) -> None:
    assert failure_of("template.render", config, input={}) == error


def test_an_item_that_lacks_something_is_named_by_its_place() -> None:
    kind, message = failure_of("template.render", {"template": "- {{ item.sku }}", "each": [{"sku": "a"}, {}]})

    assert kind == "expression_error"
    assert message.startswith('each[1]: config.template: in item: no key "sku"')


def test_a_text_too_large_to_be_stored_ends_before_it_is_built() -> None:
    kind, message = failure_of("template.render", {"template": "{{ input }}", "each": list(range(2_000))}, input="x" * 1_000)

    assert (kind, message) == ("result_too_large", "the text has more than 1,048,576 characters")


def test_a_loop_in_a_loop_ends_with_an_error_that_says_so() -> None:
    kind, message = failure_of("template.render", {"template": "{{ sum(input) }}", "each": "input"}, input=list(range(20_000)))

    assert kind == "expression_error"
    assert "10,000,000 steps" in message


@pytest.mark.parametrize(("template", "said"), [
    ("{{ itme.sku }}", "unknown name 'itme'"), ("{{ item.sku", "without"), ("{{ item.sku + }}", ""),
])  # fmt: skip
def test_a_template_is_checked_when_it_is_saved(template: str, said: str) -> None:
    def graph(text: str) -> dict[str, Any]:
        config = {"template": text, "each": "input.lines"}
        return {"nodes": [{"id": "letter", "type": "template.render", "config": config}], "edges": []}

    parse_graph(graph("{{ item.sku }} {{ index }}"), REGISTRY.node_types)
    with pytest.raises(DefinitionError) as refused:
        parse_graph(graph(template), REGISTRY.node_types)

    assert [finding.path for finding in refused.value.findings] == ["nodes[0].config.template"]
    assert said in refused.value.findings[0].message
