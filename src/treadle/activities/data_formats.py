"""Texts that carry data: JSON, CSV, lines, base64, the query of a URL; read and written."""

# The parameters are the Handler protocol's; not every handler needs each of them.

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Mapping
from typing import Any

import orjson

from treadle.activities.data_csv import COMMA, delimiter_of, read_csv, write_csv
from treadle.activities.handler import Immediate, refuse_config
from treadle.activities.item_expressions import asked, refuse_data, storable, text_of
from treadle.domain.activity import Context, Done
from treadle.domain.errors import LimitExceededError, UnstorableValueError
from treadle.domain.expression_encodings import base64_decode, parse_query, url_query
from treadle.domain.expression_frame import kind_of
from treadle.domain.node_types import NodeType
from treadle.domain.templates import MAX_RENDERED
from treadle.domain.values import parse_body

Config = Mapping[str, Any]

_FORMATS = ("json", "csv", "lines", "base64", "query")
_LINE_END = re.compile("\r\n|\r|\n")
_HEADER = {"title": "Header", "type": "boolean", "default": True}
_DELIMITER = {
    "title": "Delimiter",
    "description": "CSV: the character between two cells.",
    "type": "string",
    "minLength": 1,
    "maxLength": 1,
    "default": COMMA,
}


class Parse(Immediate):
    mode = "thread"
    node_type = NodeType(
        type="data.parse",
        summary="Reads a text as JSON, CSV, lines, base64 or the query of a URL.",
        category="data",
        example={"text": "{{ nodes.fetch.output.body }}", "format": "csv"},
        pure=True,
        config_schema={
            "type": "object",
            "properties": {
                "text": {
                    "title": "Text",
                    "description": "What to read, such as `{{ nodes.fetch.output.body }}`.",
                    "type": "string",
                },
                "format": {
                    "title": "Format",
                    "description": "`csv` gives a list with every cell as text; `lines` a list of texts; `base64` the text in it; "
                    "`query` an object, with a list for a name that comes more than once.",
                    "enum": list(_FORMATS),
                    "default": "json",
                },
                "header": {**_HEADER, "description": "CSV: the first row names the fields, and each row becomes an object."},
                "delimiter": _DELIMITER,
            },
            "required": ["text"],
            "additionalProperties": False,
        },
        icon="file-input",
        output="the value that was read",
    )

    def run(self, ctx: Context, config: Config) -> Done:
        text = config["text"]
        if not isinstance(text, str):
            refuse_config("text", f"must be a text, not {kind_of(text)}")
        return Done(storable(_READERS[config.get("format", "json")](text, config)))


class Format(Immediate):
    mode = "thread"
    node_type = NodeType(
        type="data.format",
        summary="Writes a value as JSON, CSV, lines, base64 or the query of a URL.",
        category="data",
        example={"value": "nodes.fetch.output.rows", "format": "csv", "columns": ["name", "total"]},
        pure=True,
        config_schema={
            "type": "object",
            "properties": {
                "value": {
                    "title": "Value",
                    "description": "An expression such as `nodes.rows.output`, or the value. `csv` and `lines` take a list, "
                    "`base64` a text, `query` an object.",
                    "format": "expression",
                },
                "format": {"title": "Format", "description": "What to write.", "enum": list(_FORMATS), "default": "json"},
                "pretty": {
                    "title": "For people",
                    "description": "JSON: with line breaks, indented by two.",
                    "type": "boolean",
                    "default": False,
                },
                "columns": {
                    "title": "Columns",
                    "description": "CSV: the fields to write, in this order; all of them if not given.",
                    "type": "array",
                    "items": {"type": "string"},
                },
                "header": {**_HEADER, "description": "CSV: write the names of the columns first."},
                "delimiter": _DELIMITER,
            },
            "required": ["value"],
            "additionalProperties": False,
        },
        expressions=("value",),
        icon="file-output",
        output="the text",
    )

    def run(self, ctx: Context, config: Config) -> Done:
        return Done(storable(_WRITERS[config.get("format", "json")](config["value"], config)))


def _read_json(text: str, _config: Config) -> Any:
    try:
        return parse_body(text.encode(), max_bytes=MAX_RENDERED, name="text")
    except (UnstorableValueError, LimitExceededError) as error:
        refuse_data("text", str(error))


def _read_csv(text: str, config: Config) -> Any:
    return read_csv(text, delimiter=delimiter_of(config), header=config.get("header", True))


def _read_lines(text: str, _config: Config) -> list[str]:
    lines = _LINE_END.split(text)
    return lines if lines[-1] else lines[:-1]


def _read_base64(text: str, _config: Config) -> str:
    """Both alphabets, with or without padding and line breaks."""
    return str(asked("text", base64_decode, "".join(text.split())))


def _read_query(text: str, _config: Config) -> dict[str, Any]:
    found = asked("text", parse_query, text)
    return {name: values if len(values) > 1 else values[0] for name, values in found.items()}


def _write_json(value: Any, config: Config) -> str:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2 if config.get("pretty") else None).decode()


def _write_csv(value: Any, config: Config) -> str:
    columns = config.get("columns")
    names = None if columns is None else [str(name) for name in columns]
    return write_csv(_list(value, "csv"), columns=names, delimiter=delimiter_of(config), header=config.get("header", True))


def _write_lines(value: Any, _config: Config) -> str:
    return "".join(f"{text_of(item, f'value[{index}]')}\n" for index, item in enumerate(_list(value, "lines")))


def _write_base64(value: Any, _config: Config) -> str:
    if not isinstance(value, str):
        refuse_config("value", f"must be a text for base64, not {kind_of(value)}")
    return b64encode(value.encode()).decode()


def _write_query(value: Any, _config: Config) -> str:
    """A list is written once for each element; null is left out."""
    if not isinstance(value, dict):
        refuse_config("value", f"must be an object for query, not {kind_of(value)}")
    return str(asked("value", url_query, value))


def _list(value: Any, form: str) -> list[Any]:
    if not isinstance(value, list):
        refuse_config("value", f"must be a list for {form}, not {kind_of(value)}")
    return value


_READERS: Mapping[str, Callable[[str, Config], Any]] = {
    "json": _read_json, "csv": _read_csv, "lines": _read_lines, "base64": _read_base64, "query": _read_query,
}  # fmt: skip
_WRITERS: Mapping[str, Callable[[Any, Config], str]] = {
    "json": _write_json, "csv": _write_csv, "lines": _write_lines, "base64": _write_base64, "query": _write_query,
}  # fmt: skip

HANDLERS = (Parse(), Format())
