"""HTML for people, built from values; every text is escaped where it is put in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from treadle.api.ui_files import HOW_TO_BUILD


def start_page(overview: Mapping[str, Any]) -> str:
    """What is running, and where to go from here. `overview` is the shape of `/stats`."""
    facts = [
        ("Version", overview["version"]),
        ("Database", overview["database"].get("kind", "unknown")),
        ("Workers alive", overview["workers_alive"]),
        ("Ready to run", overview["ready"]),
    ]
    statuses = [(status, count) for status, count in overview["executions"].items()]
    links = [
        ("/docs", "The API"),
        ("/api/v1/executions", "Executions"),
        ("/api/v1/workflows", "Workflows"),
        ("/api/v1/approvals?status=open", "Open approvals"),
        ("/api/v1/workers", "Workers"),
    ]
    items = "".join(f'<li><a href="{escape(url)}">{escape(text)}</a></li>' for url, text in links)
    build = f"<p>The web UI is not built here: <code>{escape(HOW_TO_BUILD)}</code> builds it.</p>"
    return page(
        "Treadle",
        f"<h1>Treadle</h1>{build}{_table(facts)}<h2>Executions</h2>{_table(statuses)}<h2>Look closer</h2><ul>{items}</ul>",
    )


def docs_page(openapi: Mapping[str, Any]) -> str:
    """The routes of an OpenAPI document, with what they take and answer."""
    info = openapi["info"]
    routes = "".join(
        _route(method, path, operation)
        for path, operations in openapi["paths"].items()
        for method, operation in operations.items()
    )
    shapes = "".join(_shape(name, schema) for name, schema in openapi["components"]["schemas"].items())
    return page(
        "Treadle: the API",
        f"<h1>{escape(info['title'])} {escape(info['version'])}</h1>"
        f"<p>{escape(info.get('description', ''))}</p>"
        '<p>For programs: <a href="/openapi.json">/openapi.json</a></p>'
        f"<h2>Routes</h2>{routes}<h2>Shapes</h2>{shapes}",
    )


def page(title: str, body: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{escape(title)}</title><link rel="stylesheet" href="/style.css"></head><body><main>{body}</main></body></html>'
    )


def _route(method: str, path: str, operation: Mapping[str, Any]) -> str:
    takes = [(each["name"], f"{each['in']}: {_type(each['schema'])}") for each in operation.get("parameters", ())]
    bodies = operation.get("requestBody", {}).get("content", {}).values()
    takes.extend(("body", _type(media["schema"])) for media in bodies)
    answers = [
        (status, _type(media.get("schema", {})))
        for status, response in operation["responses"].items()
        for media in response.get("content", {}).values()
    ]
    description = operation.get("description", "")
    return (
        f'<section id="{escape(operation["operationId"])}"><h3><code>{escape(method.upper())} {escape(path)}</code></h3>'
        f"<p>{escape(description)}</p>{_table(takes, caption='Takes')}{_table(answers, caption='Answers')}</section>"
    )


def _shape(name: str, schema: Mapping[str, Any]) -> str:
    required = set(schema.get("required", ()))
    fields = [
        (f"{field}{'' if field in required else '?'}", " ".join(filter(None, (_type(value), value.get("description", "")))))
        for field, value in schema.get("properties", {}).items()
    ]
    return (
        f'<section id="shape-{escape(name)}"><h3>{escape(name)}</h3>'
        f"<p>{escape(schema.get('description', ''))}</p>{_table(fields)}</section>"
    )


def _type(schema: Mapping[str, Any]) -> str:
    """A JSON Schema in a few words, as plain text."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    if "const" in schema:
        return str(schema["const"])
    if "anyOf" in schema:
        return " | ".join(_type(each) for each in schema["anyOf"])
    if schema.get("type") == "array":
        return f"[{_type(schema.get('items', {}))}]"
    return str(schema.get("type", "any JSON"))


def _table(rows: Iterable[tuple[Any, Any]], *, caption: str = "") -> str:
    cells = "".join(f"<tr><th>{escape(str(name))}</th><td>{escape(str(value))}</td></tr>" for name, value in rows)
    if not cells:
        return ""
    return f"<table>{f'<caption>{escape(caption)}</caption>' if caption else ''}{cells}</table>"
