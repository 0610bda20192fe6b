"""Workflow files: YAML or JSON, `{name?, description?, graph_config}` or a bare graph; several documents in one file."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NoReturn

from treadle.domain.errors import DefinitionError, Finding, LimitExceededError, NotFoundError

MAX_BYTES = 4 * 1024 * 1024
SUFFIXES = (".yaml", ".yml", ".json")
KEYS = ("name", "description", "graph_config")
STDIN = "-"


@dataclass(frozen=True, slots=True)
class WorkflowFile:
    """One document of a file. `graph_config` is as written; the engine validates it."""

    name: str
    description: str | None
    graph_config: Any
    source: str


def is_file_name(word: str) -> bool:
    """Whether the word means a file rather than a stored workflow."""
    return word == STDIN or word.endswith(SUFFIXES) or "/" in word or "\\" in word


def read_workflows(name: str) -> list[WorkflowFile]:
    """Every workflow of a file, `-` for stdin. NotFoundError; DefinitionError with file and line or path."""
    text = read_text(name)
    is_json = name.endswith(".json") or (name == STDIN and text.lstrip()[:1] == "{")
    documents = read_documents(text, source=name, is_json=is_json)
    if not documents:
        _refuse(name, "", "the file is empty")
    if len(documents) == 1:
        return [_workflow(documents[0], source=name, stem="" if name == STDIN else Path(name).stem)]
    return [_workflow(one, source=f"{name}#{number}", stem="") for number, one in enumerate(documents, start=1)]


def read_text(name: str) -> str:
    """The text of a file, or of stdin for `-`. NotFoundError, LimitExceededError, DefinitionError if it is not UTF-8."""
    try:
        if name == STDIN:
            content = sys.stdin.buffer.read(MAX_BYTES + 1)
        else:
            with Path(name).open("rb") as file:
                content = file.read(MAX_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise NotFoundError("file", name, known=_near_files(name)) from error
    except OSError as error:
        raise DefinitionError([Finding("unreadable", error.strerror or str(error), name)]) from error
    if len(content) > MAX_BYTES:
        raise LimitExceededError(f"the size of {name}", allowed=MAX_BYTES, actual=len(content))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DefinitionError([Finding("not_utf8", f"byte {error.start} is not UTF-8 text", name)]) from error


def read_documents(text: str, *, source: str, is_json: bool) -> list[Any]:
    if is_json:
        return [read_json(text, source=source)]
    from treadle.domain.core_yaml import read_yaml

    return read_yaml(text, source=source)


def read_json(text: str, *, source: str) -> Any:
    """A JSON value without duplicate keys, NaN or infinities."""
    try:
        return json.loads(text, object_pairs_hook=_without_duplicates, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise DefinitionError([Finding("bad_json", error.msg, f"{source}:{error.lineno}:{error.colno}")]) from error
    except (ValueError, RecursionError) as error:
        reason = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise DefinitionError([Finding("bad_json", reason, source)]) from error


def _workflow(document: Any, *, source: str, stem: str) -> WorkflowFile:
    if not isinstance(document, dict):
        _refuse(source, "", f"a workflow is a mapping, not {type(document).__name__}")
    if "graph_config" not in document:
        if "nodes" not in document:
            hint = "write {name, graph_config: {nodes, edges}} or a bare {nodes, edges}"
            _refuse(source, "", "neither graph_config nor nodes is there", hint)
        bare = dict(document)
        name, description = bare.pop("name", stem), bare.pop("description", None)
        return _named(name, description, bare, source)
    for key in document:
        if key not in KEYS:
            near = get_close_matches(key, KEYS, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"the keys are {', '.join(KEYS)}"
            _refuse(source, key, f"unknown key {key!r}", hint)
    return _named(document.get("name", stem), document.get("description"), document["graph_config"], source)


def _named(name: Any, description: Any, graph_config: Any, source: str) -> WorkflowFile:
    if not isinstance(name, str) or not name:
        _refuse(source, "name", "the workflow has no name", "add `name: …` to the document")
    if description is not None and not isinstance(description, str):
        _refuse(source, "description", "a description is text")
    return WorkflowFile(name, description, graph_config, source)


def _refuse(source: str, path: str, message: str, hint: str | None = None) -> NoReturn:
    raise DefinitionError([Finding("bad_file", message, f"{source}: {path}" if path else source, hint)])


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"the key {key!r} is there twice")
        found[key] = value
    return found


def _no_constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is not JSON")


def _near_files(name: str) -> list[str]:
    try:
        there = [str(path) for path in Path(name).parent.iterdir() if path.suffix in SUFFIXES]
    except OSError:
        return []
    return get_close_matches(re.sub(r"^\./", "", name), there, n=1, cutoff=0.7)
