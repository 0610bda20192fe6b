"""Values as they are typed: `key=value`, JSON or `@file`, durations, priorities."""

from __future__ import annotations

import getpass
import json
import re
from collections.abc import Sequence
from typing import Any

import click

from treadle.cli.workflow_files import read_json, read_text
from treadle.domain.errors import DefinitionError, Finding


def input_value(pairs: Sequence[str], document: str | None) -> Any:
    """The execution's input: `document` (JSON, `@file`, `@-`), with each `key=value` laid over it; None if neither is given."""
    value = json_value(document, name="--input") if document is not None else None
    if not pairs:
        return value
    if value is None:
        value = {}
    if not isinstance(value, dict):
        raise click.UsageError("-i key=value needs an --input that is an object.")
    for pair in pairs:
        key, equals, text = pair.partition("=")
        if not equals or not key:
            raise click.UsageError(f"-i {pair!r} is not key=value.")
        value[key] = json_or_text(text)
    return value


def json_value(text: str, *, name: str) -> Any:
    """JSON, or the JSON in a file (`@file`, `@-` for stdin)."""
    if text.startswith("@"):
        return read_json(read_text(text[1:]), source=text[1:])
    return read_json(text, source=name)


def json_or_text(text: str) -> Any:
    """The JSON value if it is one, else the text itself."""
    try:
        return read_json(text, source="")
    except DefinitionError:
        return text


def text_hints(error: DefinitionError, pairs: Sequence[str]) -> DefinitionError:
    """The same findings, with a hint where `-i id=7` became a number and the schema may have wanted text."""
    typed = dict(pair.split("=", 1) for pair in pairs)
    return DefinitionError([_with_hint(finding, typed) for finding in error.findings])


def _with_hint(finding: Finding, typed: dict[str, str]) -> Finding:
    key = re.split(r"[.\[]", finding.path.removeprefix("input."))[0]
    if finding.hint or key not in typed or isinstance(json_or_text(typed[key]), str):
        return finding
    hint = f"-i {key}='{json.dumps(typed[key])}' passes it as text"
    return Finding(finding.code, finding.message, finding.path, hint, finding.severity)


def duration(text: str) -> float:
    """Seconds: a bare number, or what graphs accept, such as 500ms, 1.5s, 30m, 2h, 7d."""
    from treadle.domain.durations import parse_duration

    try:
        return parse_duration(float(text) if re.fullmatch(r"[0-9.]+", text) else text)
    except (DefinitionError, ValueError):
        raise click.BadParameter(f"{text!r} is not a duration such as 30s, 5m, 2h or 7d") from None


def priority(text: str) -> int | str:
    """low, normal, high, critical, or a whole number."""
    from treadle.domain.records import Priority

    if text in Priority.LEVELS:
        return text
    if re.fullmatch(r"-?\d{1,6}", text) is None:
        raise click.BadParameter(f"{text!r} is not one of {', '.join(Priority.LEVELS)} or a whole number")
    return int(text)


def login_name() -> str:
    """Who runs this command; empty if nobody knows."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name
        return ""
