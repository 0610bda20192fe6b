"""The fields of an approval's form as HTML, and the data that a browser sends back for them.

A form whose properties are plain texts, numbers, choices and yes-or-no is shown field by field; any other as JSON to edit.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

import orjson

from treadle.domain.errors import DefinitionError, Finding
from treadle.domain.values import SIGNAL_LIMIT, parse_body

FIELD, JSON_FIELD = "data.", "data"
_INPUTS = {"string": "text", "integer": "number", "number": "number"}


def form_fields(form: Any, payload: Any, sent: Mapping[str, str]) -> str:
    """The HTML of the fields: filled with what was sent before, else from the payload; nothing when there is nothing to fill in."""
    properties = _simple_properties(form)
    if properties is None:
        if not form and payload is None:
            return ""
        text = sent.get(JSON_FIELD, "" if payload is None else _pretty(payload))
        return _labelled(JSON_FIELD, "Data, as JSON", f'<textarea id="data" name="data" rows="10">{escape(text)}</textarea>')
    required = form.get("required", ())
    given = payload if isinstance(payload, Mapping) else {}
    return "".join(_field(name, rule, name in required, given.get(name, rule.get("default")), sent) for name, rule in properties)


def fixed_data(form: Any, payload: Any) -> str:
    """The HTML of what the payload has and no field shows."""
    properties = _simple_properties(form)
    if properties is None or payload is None:
        return ""
    shown = dict(properties)
    rest = {key: value for key, value in payload.items() if key not in shown} if isinstance(payload, Mapping) else payload
    return f"<h2>Details</h2><pre>{escape(_pretty(rest))}</pre>" if rest not in ({}, []) else ""


def form_data(form: Any, sent: Mapping[str, str], payload: Any) -> Any:
    """What was filled in; None for nothing. DefinitionError for what is no JSON.

    What the payload has and the form does not show stays as it is.
    """
    properties = _simple_properties(form)
    if properties is None:
        text = sent.get(JSON_FIELD, "")
        return parse_body(text.encode(), max_bytes=SIGNAL_LIMIT, name="data") if text.strip() else None
    data = dict(payload) if isinstance(payload, Mapping) else {}
    for name, rule in properties:
        text = sent.get(FIELD + name, "")
        data.pop(name, None)
        if rule.get("type") == "boolean":
            data[name] = text == "true"
        elif text != "":
            data[name] = _value(name, rule, text)
    return data


def _simple_properties(form: Any) -> list[tuple[str, Mapping[str, Any]]] | None:
    properties = form.get("properties") if isinstance(form, Mapping) else None
    if not isinstance(properties, Mapping) or not properties:
        return None
    rules = list(properties.items())
    return rules if all(_is_simple(rule) for _, rule in rules) else None


def _is_simple(rule: Any) -> bool:
    if not isinstance(rule, Mapping):
        return False
    options = rule.get("enum")
    if options is not None:
        return isinstance(options, list) and all(isinstance(each, str) for each in options)
    return rule.get("type") in ("string", "integer", "number", "boolean")


def _field(name: str, rule: Mapping[str, Any], required: bool, given: Any, sent: Mapping[str, str]) -> str:
    key = FIELD + name
    label = str(rule.get("title") or name)
    value = sent.get(key, _text(given)) if rule.get("type") != "boolean" or not sent else sent.get(key, "")
    described = f' aria-describedby="{escape(key)}-help"' if rule.get("description") else ""
    named = f'id="{escape(key)}" name="{escape(key)}"{described}'
    need = " required" if required else ""
    if "enum" in rule:
        chosen = "".join(
            f'<option value="{escape(each)}"{" selected" if each == value else ""}>{escape(each)}</option>'
            for each in ("", *rule["enum"])
        )
        control = f"<select {named}{need}>{chosen}</select>"
    elif rule.get("type") == "boolean":
        control = f'<input type="checkbox" {named} value="true"{" checked" if value == "true" else ""}>'
    else:
        step = ' step="any"' if rule.get("type") == "number" else ""
        control = f'<input type="{_INPUTS[rule["type"]]}"{step} {named} value="{escape(value)}"{need}>'
    return _labelled(key, label, control, str(rule.get("description", "")))


def _labelled(key: str, label: str, control: str, description: str = "") -> str:
    note = f'<small id="{escape(key)}-help">{escape(description)}</small>' if description else ""
    return f'<p><label for="{escape(key)}">{escape(label)}</label><br>{control}{note}</p>'


def _value(name: str, rule: Mapping[str, Any], text: str) -> Any:
    if "enum" in rule or rule.get("type") == "string":
        return text
    try:
        return int(text) if rule["type"] == "integer" else float(text)
    except ValueError:
        raise DefinitionError([Finding("wrong_type", f"{text[:50]!r} is not a number", f"data.{name}")]) from None


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else _pretty(value)


def _pretty(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()
