"""Reading and writing texts that carry data."""

from __future__ import annotations

from typing import Any

import pytest

from unit.node_trials import failure_of, output_of


@pytest.mark.parametrize(("config", "text", "value"), [
    ({}, ' {"a": [1, null, "ü"]} ', {"a": [1, None, "ü"]}),
    ({"format": "csv"}, "id,name\r\n1,ann\r\n\r\n2,\"b,\"\"c\"\"\nd\"\r\n", [{"id": "1", "name": "ann"}, {"id": "2", "name": 'b,"c"\nd'}]),
    ({"format": "csv"}, "\ufeffid;a\n", []),
    ({"format": "csv"}, "", []),
    ({"format": "csv", "delimiter": ";"}, "\ufeffid;a\n1;x,y", [{"id": "1", "a": "x,y"}]),
    ({"format": "csv", "header": False, "delimiter": "\t"}, "a\tb\n1\n", [["a", "b"], ["1"]]),
    ({"format": "lines"}, "a\r\nb\n\nc\rd", ["a", "b", "", "c", "d"]),
    ({"format": "lines"}, "a\n", ["a"]),
    ({"format": "lines"}, "", []),
    ({"format": "base64"}, "w7xi\nZXI=", "über"),
    ({"format": "base64"}, "Pz8-", "??>"),
    ({"format": "query"}, "?a=1&b=x%20y+z&a=2&c=&a=3", {"a": ["1", "2", "3"], "b": "x y z", "c": ""}),
])  # fmt: skip
def test_a_text_is_read(config: dict[str, Any], text: str, value: Any) -> None:
    assert output_of("data.parse", {"text": "{{ input }}", **config}, input=text) == value


@pytest.mark.parametrize(("config", "text", "error"), [
    ({}, '{"a": 1, "a": 2}', ("data", "text: $.a: is a key that this object has twice")),
    ({}, "{'a': 1}", ("data", "text: line 1 column 2: is not valid JSON: Expecting property name enclosed in double quotes")),
    ({"format": "csv"}, "a,b\n1,2\n3\n", ("data", "text line 3: has 1 cells, and the header has 2")),
    ({"format": "csv"}, "a,b,a\n", ("data", "text line 1: two columns are named 'a'; rename one, or read it with `header: false`")),
    ({"format": "csv"}, 'a\n"x', ("data", "text line 2: is not CSV: unexpected end of data")),
    ({"format": "base64"}, "a?b", ("data", "text: the text is not Base64")),
    ({"format": "base64"}, "a", ("data", "text: the text is not Base64")),
    ({"format": "base64"}, "ÿÿ==", ("data", "text: the text is not Base64")),
    ({"format": "base64"}, "YfA=", ("data", "text: what it holds is no text in UTF-8")),
    ({"format": "lines"}, [1], ("config", "config.text: must be a text, not a list")),
])  # fmt: skip
def test_a_text_that_cannot_be_read_names_the_place(config: dict[str, Any], text: Any, error: tuple[str, str]) -> None:
    assert failure_of("data.parse", {"text": "{{ input }}", **config}, input=text) == error


ROWS = [{"id": 1, "name": "ann"}, {"name": 'b,"c', "tags": ["x"], "id": None}]


@pytest.mark.parametrize(("config", "value", "text"), [
    ({}, {"a": [1, None, "ü"]}, '{"a":[1,null,"ü"]}'),
    ({"pretty": True}, {"a": [1]}, '{\n  "a": [\n    1\n  ]\n}'),
    ({"format": "csv"}, ROWS, 'id,name,tags\r\n1,ann,\r\n,"b,""c","[""x""]"\r\n'),
    ({"format": "csv", "columns": ["name", "id"], "delimiter": ";"}, ROWS, 'name;id\r\nann;1\r\n"b,""c";\r\n'),
    ({"format": "csv", "header": False}, ROWS[:1], "1,ann\r\n"),
    ({"format": "csv"}, [[1, "a"], [True]], "1,a\r\ntrue\r\n"),
    ({"format": "csv", "columns": ["x", "y"]}, [[1, 2]], "x,y\r\n1,2\r\n"),
    ({"format": "csv"}, [], ""),
    ({"format": "lines"}, ["a", 1, None], "a\n1\nnull\n"),
    ({"format": "base64"}, "über", "w7xiZXI="),
    ({"format": "query"}, {"a": [1, 2], "b": "x y", "c": None, "d": True}, "a=1&a=2&b=x%20y&d=true"),
])  # fmt: skip
def test_a_value_is_written(config: dict[str, Any], value: Any, text: str) -> None:
    assert output_of("data.format", {"value": "input", **config}, input=value) == text


@pytest.mark.parametrize(("config", "value", "error"), [
    ({"format": "csv"}, {"a": 1}, ("config", "config.value: must be a list for csv, not an object")),
    ({"format": "csv"}, [{"a": 1}, [1, 2]], ("data", "value[1]: has 2 cells, and there are 1 columns")),
    ({"format": "csv"}, [[1], 2], ("data", "value[1]: a row is an object or a list, not a number")),
    ({"format": "csv"}, [{"a": 1}, 2], ("data", "value[1]: a row is an object or a list, not a number")),
    ({"format": "csv", "delimiter": "{{ '' }}"}, [],
     ("config", 'config.delimiter: must be one character, such as "," or ";" or a tab, and no quote or line break')),
    ({"format": "csv"}, [{str(number): 1} for number in range(2_000)],
     ("config", "config.columns: 2,000 of them are too many for 2,000 rows")),
    ({"format": "lines"}, "a", ("config", "config.value: must be a list for lines, not a text")),
    ({"format": "base64"}, 1, ("config", "config.value: must be a text for base64, not a number")),
    ({"format": "query"}, {"a": [{}]}, ("data", "value: the value of 'a' is an object: json(x) makes a text of it")),
    ({"format": "query"}, [], ("config", "config.value: must be an object for query, not a list")),
])  # fmt: skip
def test_a_value_that_cannot_be_written_is_named(config: dict[str, Any], value: Any, error: tuple[str, str]) -> None:
    assert failure_of("data.format", {"value": "input", **config}, input=value) == error


@pytest.mark.parametrize("form", ["json", "csv", "lines", "base64", "query"])
def test_what_is_written_is_read_again(form: str) -> None:
    values: dict[str, Any] = {
        "json": {"a": [1, {"b": None}]}, "csv": [{"a": "1", "b": 'x,\n"y"'}, {"a": "", "b": "ü"}], "lines": ["a", "", "b"],
        "base64": "a\n€", "query": {"a": ["1", "2"], "b": "&=+ %"},
    }  # fmt: skip

    text = output_of("data.format", {"value": "input", "format": form}, input=values[form])

    assert output_of("data.parse", {"text": "{{ input }}", "format": form}, input=text) == values[form]


def test_a_hundred_thousand_lines_are_no_trouble() -> None:
    text = "".join(f"{number % 1000}\n" for number in range(100_000))

    rows = output_of("data.parse", {"text": "{{ input }}", "format": "csv", "header": False}, input=text)
    lines = output_of("data.parse", {"text": "{{ input }}", "format": "lines"}, input=text)

    assert (len(rows), rows[-1]) == (100_000, ["999"])
    assert (len(lines), lines[-1]) == (100_000, "999")
