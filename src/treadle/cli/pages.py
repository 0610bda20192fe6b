"""How single things read for people: an execution and an approval, in lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from treadle.cli.rendering import brief, document, plain, rows_as_table, second, status_text
from treadle.engine.endings import undone_text

Shape = dict[str, Any]

TIMES = (("created", "created_at"), ("started", "started_at"), ("finished", "finished_at"), ("next retry", "next_retry_at"))


def execution_page(shape: Shape, waits: Sequence[str] = ()) -> Iterator[str]:
    """`waits` are the sentences about what it waits for."""
    yield f"{shape['id']}  {status_text(shape['status'])}"
    yield f"  workflow    {plain(shape['workflow'])} version {shape['version']}"
    yield f"  priority    {shape['priority']}, queue {plain(shape['queue'])}"
    for label, key in TIMES:
        if shape[key]:
            yield f"  {label:<11} {second(shape[key])}"
    if shape["error"]:
        yield f"  error       {error_text(shape['error'])}"
        if undone := undone_text(shape["error"]):
            yield f"  undone      {plain(undone)}"
    for wait in waits:
        yield f"  waits       {plain(wait)}"
    for label in ("input", "output"):
        if shape[label] is not None:
            yield f"  {label}"
            yield from block(shape[label])
    if shape["nodes"]:
        yield ""
        over = shape["finished_at"] is not None
        nodes = [{"node": node_id, **_reached(state, over=over)} for node_id, state in shape["nodes"].items()]
        runs = ("runs",) if any(node.get("runs") for node in nodes) else ()
        progress = ("progress",) if any(node.get("progress") for node in nodes) else ()
        columns = ("node", "status", *runs, *progress, "visits", "attempts", "started_at", "finished_at", "error")
        texts = [{"runs": _runs_text(node.get("runs")), "progress": _progress_text(node.get("progress"))} for node in nodes]
        yield from rows_as_table([{**node, **text} for node, text in zip(nodes, texts, strict=True)], columns)


def _reached(node: Shape, *, over: bool) -> Shape:
    """A node that was never visited is skipped only when the execution is over."""
    return node if over or node["visits"] else {**node, "status": ""}


def _progress_text(said: Shape | None) -> str:
    if not said:
        return ""
    done, total = said["done"], said["total"]
    if done is None:
        return str(said["message"])
    far = f"{done:.0%}" if total is None else f"{done:g} of {total:g}"
    return f"{far} {said['message']}".rstrip()


def _runs_text(runs: Shape | None) -> str:
    if not runs:
        return ""
    failed = f", {runs['failed']} failed" if runs["failed"] else ""
    return f"{runs['completed'] + runs['failed']} of {runs['total']} done{failed}"


def approval_page(shape: Shape) -> Iterator[str]:
    yield f"{shape['id']}  {status_text(shape['status'])}"
    yield f"  title       {plain(shape['title'])}"
    for line in shape["body"].splitlines():
        yield f"    {plain(line)}"
    yield f"  execution   {shape['execution_id']} ({plain(shape['workflow'])}, node {shape['node_id']})"
    for label, key in (("created", "created_at"), ("due", "due_at"), ("decided", "decided_at")):
        if shape[key]:
            yield f"  {label:<11} {shape[key]}"
    if shape["required"] > 1:
        yield f"  required    {shape['required']} people who choose the same"
    for label in ("assignees", "groups", "payload", "form", "decision"):
        if shape[label]:
            yield f"  {label}"
            yield from block(shape[label])
    for event in shape["history"]:
        yield f"  {event['at'][:19]}Z {_happened(event)}"
    if shape["status"] == "open":
        yield from _how_to_decide(shape)


def _happened(event: Shape) -> str:
    """One line of an approval's record."""
    detail, by = event["detail"], plain(event["by"] or "somebody")
    comment = f": {brief(detail['comment'])}" if detail.get("comment") else ""
    match event["kind"]:
        case "decided":
            return f"{by} decided {plain(detail['decision'])} ({event['via']}){comment}"
        case "delegated":
            return f"{by} handed over to {plain(detail['to'])} ({event['via']}){comment}"
        case "closed":
            return f"closed: {plain(detail['because'])}"
        case "escalated":
            return f"escalated to {plain(', '.join(detail['to']))}"
        case kind:
            return plain(str(kind))


def _how_to_decide(shape: Shape) -> Iterator[str]:
    ports = [outcome["port"] for outcome in shape["outcomes"]]
    if ports == ["approved", "rejected"]:
        yield f"  decide      treadle approvals approve {shape['id']}   or   treadle approvals reject {shape['id']}"
    else:
        yield f"  decide      treadle approvals decide {shape['id']} OUTCOME   with one of {plain(', '.join(ports))}"


def error_text(error: Any) -> str:
    """An error object as one sentence: where, of which type, what."""
    if not isinstance(error, dict):
        return plain(str(error))
    place = f"{error['node_id']}: " if error.get("node_id") else ""
    message = f": {error['message']}" if error.get("message") else ""
    return plain(f"{place}{error.get('type', 'error')}{message}")


def block(value: Any) -> Iterator[str]:
    """A JSON value over indented lines."""
    for line in document(value, "yaml").splitlines():
        yield f"    {plain(line)}"
