"""Workflow files: what is read, what is refused, and with which words."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treadle.cli.workflow_files import MAX_BYTES, is_file_name, read_workflows
from treadle.domain.core_yaml import MAX_DEPTH, read_yaml, write_yaml
from treadle.domain.errors import DefinitionError, LimitExceededError, NotFoundError

GRAPH = {"nodes": [{"id": "a", "type": "noop"}], "edges": []}


def given_file(folder: Path, name: str, text: str) -> str:
    path = folder / name
    path.write_text(text)
    return str(path)


def findings_of(read: Any, *args: Any, **kwargs: Any) -> list[str]:
    with pytest.raises(DefinitionError) as refused:
        read(*args, **kwargs)
    return [f"{finding.path}: {finding.message}" for finding in refused.value.findings]


def test_a_file_with_a_graph_config_is_a_workflow(tmp_path: Path) -> None:
    file = given_file(
        tmp_path, "x.yaml", "name: hello\ndescription: Says it.\ngraph_config:\n  nodes: [{id: a, type: noop}]\n  edges: []\n"
    )

    [found] = read_workflows(file)

    assert (found.name, found.description, found.graph_config) == ("hello", "Says it.", GRAPH)


def test_a_bare_graph_takes_its_name_from_the_file(tmp_path: Path) -> None:
    file = given_file(tmp_path, "refund.json", '{"nodes": [{"id": "a", "type": "noop"}], "edges": []}')

    [found] = read_workflows(file)

    assert (found.name, found.description, found.graph_config) == ("refund", None, GRAPH)


def test_a_file_may_hold_several_documents_each_with_its_name(tmp_path: Path) -> None:
    one = "name: {}\nnodes: [{{id: a, type: noop}}]\nedges: []\n"
    file = given_file(tmp_path, "all.yaml", one.format("first") + "---\n" + one.format("second"))

    found = read_workflows(file)

    assert [workflow.name for workflow in found] == ["first", "second"]


def test_one_of_several_documents_without_a_name_is_refused(tmp_path: Path) -> None:
    file = given_file(tmp_path, "all.yaml", "name: first\nnodes: []\n---\nnodes: []\n")

    findings = findings_of(read_workflows, file)

    assert findings == [f"{file}#2: name: the workflow has no name"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the file is empty"),
        ("- 1\n", "a workflow is a mapping, not list"),
        ("name: x\n", "neither graph_config nor nodes is there"),
        ("name: x\ngraf_config: {}\ngraph_config: {}\n", "unknown key 'graf_config'"),
        ("name: 7\ngraph_config: {}\n", "the workflow has no name"),
        ("name: x\ndescription: [1]\ngraph_config: {}\n", "a description is text"),
        ("a: &x 1\nb: *x\n", "anchors and aliases are not accepted; write the value out"),
        ("a: 1\na: 2\n", "the key 'a' is there twice"),
        ("a: {b: 1, b: 2}\n", "the key 'b' is there twice"),
        ("{1: 2, '1': 3}\n", "the key '1' is there twice"),
        ("? [a]\n: 1\n", "a key must be text"),
        (
            "a: !!python/object:os.system x\n",
            "the tag 'tag:yaml.org,2002:python/object:os.system' is not accepted; plain values only",
        ),
        ("a: [1\n", "did not find expected ',' or ']'"),
        ("a: 1e999\n", "1e999 is too large for a number"),
        ("a: " + "9" * 5000 + "\n", "a number of 5000 digits"),
    ],
)
def test_a_file_that_is_no_workflow_is_refused_with_its_reason(tmp_path: Path, text: str, message: str) -> None:
    file = given_file(tmp_path, "x.yaml", text)

    [finding] = findings_of(read_workflows, file)

    assert finding.endswith(message)
    assert finding.startswith(file)


def test_a_refusal_names_line_and_column(tmp_path: Path) -> None:
    file = given_file(tmp_path, "x.yaml", "name: x\ngraph_config:\n  nodes: []\n  nodes: []\n")

    [finding] = findings_of(read_workflows, file)

    assert finding == f"{file}:4:3: the key 'nodes' is there twice"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"a": 1, "a": 2}', "the key 'a' is there twice"),
        ('{"a": NaN}', "NaN is not JSON"),
        ('{"a": }', "Expecting value"),
        ("[" * 100_000, "nested too deeply"),
    ],
)
def test_json_that_is_no_json_is_refused_with_its_reason(tmp_path: Path, text: str, message: str) -> None:
    file = given_file(tmp_path, "x.json", text)

    [finding] = findings_of(read_workflows, file)

    assert finding.startswith(file)
    assert message in finding


@pytest.mark.parametrize("text", ["[" * 5_000, "a: " + "{b: " * (MAX_DEPTH + 1)])
def test_depth_is_refused_before_anything_is_built(text: str) -> None:
    [finding] = findings_of(read_yaml, text, source="x")

    assert finding.endswith(f"nested deeper than {MAX_DEPTH} levels")


def test_a_file_that_is_too_large_is_not_read_to_its_end(tmp_path: Path) -> None:
    file = given_file(tmp_path, "x.yaml", "a: " + "x" * MAX_BYTES)

    with pytest.raises(LimitExceededError) as refused:
        read_workflows(file)

    assert refused.value.allowed == MAX_BYTES


def test_bytes_that_are_not_utf8_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_bytes(b"name: \xff\n")

    findings = findings_of(read_workflows, str(path))

    assert findings == [f"{path}: byte 6 is not UTF-8 text"]


def test_a_missing_file_is_answered_with_one_of_nearly_that_name(tmp_path: Path) -> None:
    there = given_file(tmp_path, "refund.yaml", "nodes: []")

    with pytest.raises(NotFoundError) as missing:
        read_workflows(str(tmp_path / "refnd.yaml"))

    assert missing.value.known == (there,)


@pytest.mark.parametrize("word", ["x.yaml", "x.yml", "x.json", "./x", "-"])
def test_these_words_mean_files(word: str) -> None:
    assert is_file_name(word)


@pytest.mark.parametrize("word", ["order_refund", "refund.v2"])
def test_these_words_mean_stored_workflows(word: str) -> None:
    assert not is_file_name(word)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"), ("on", "on"), ("y", "y"), ("2026-01-01", "2026-01-01"), ("1:30", "1:30"), ("<<", "<<"), ("=", "="),
        ("true", True), ("False", False), ("null", None), ("~", None), ("", None), ("010", 10), ("0x1F", 31), ("0o17", 15),
        ("1e3", 1000.0), (".5", 0.5), ("-7", -7), ("1_000", "1_000"), (".nan", ".nan"), ("0b1", "0b1"),
    ],
)  # fmt: skip
def test_plain_words_mean_what_yaml_1_2_says(text: str, value: object) -> None:
    [found] = read_yaml(f"a: {text}\n", source="x")

    assert found == {"a": value}


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]))
TRAPS = st.sampled_from(
    ["no", "on", "1e3", "0o17", "010", "1:30", "2026-01-01", "<<", "=", "~", "null", "true", "", " x ", "- a", "# b", "1_0"]
)
NUMBERS = st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS | TRAPS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TRAPS | TEXTS, inner, max_size=4),
    max_leaves=12,
)


@given(JSON_VALUES)
def test_what_is_written_as_yaml_is_read_back_as_it_was(value: object) -> None:
    written = write_yaml({"value": value})

    [found] = read_yaml(written, source="x")

    assert found == {"value": value}
    assert same_types(found["value"], value)


def same_types(left: Any, right: Any) -> bool:
    if isinstance(left, dict):
        return isinstance(right, dict) and all(same_types(left[key], right[key]) for key in left)
    if isinstance(left, list):
        return isinstance(right, list) and all(map(same_types, left, right))
    return type(left) is type(right) and (not isinstance(left, float) or math.copysign(1, left) == math.copysign(1, right))
