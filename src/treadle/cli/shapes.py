"""Records as the plain dicts that leave the command: what the HTTP API says, with its JSON read back."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any, TypeVar

import orjson

from treadle.domain.access import AccessToken, SealedSecret
from treadle.domain.positions import placed_graph
from treadle.domain.records import WorkflowVersion
from treadle.domain.workers import WorkerRecord
from treadle.engine import access_shapes, approval_shapes, shapes, version_shapes, webhook_shapes
from treadle.engine.answers import encode, utc_text

Shape = dict[str, Any]
T = TypeVar("T")


def _plain(shape: Callable[[T], Shape]) -> Callable[[T], Shape]:
    def plain(record: T) -> Shape:
        said: Shape = orjson.loads(encode(shape(record)))
        return said

    return plain


execution_row = _plain(shapes.execution_row)
execution_facets = _plain(shapes.execution_facets)
execution = _plain(shapes.execution)
fork = _plain(shapes.fork)
move = _plain(version_shapes.move)
replays = _plain(version_shapes.replays)
steered = _plain(shapes.steered)
journal_item = _plain(shapes.journal_item)
log_line = _plain(shapes.log_line)
reason = _plain(shapes.reason)
approval = _plain(approval_shapes.approval)
approval_record = _plain(approval_shapes.approval_record)
approval_facets = _plain(approval_shapes.facets)
schedule_row = _plain(shapes.schedule_row)
schedule = _plain(shapes.schedule)
fire = _plain(shapes.fire)
webhook_row = _plain(webhook_shapes.webhook_row)
webhook = _plain(webhook_shapes.webhook)
delivery = _plain(webhook_shapes.delivery)
node_type = _plain(shapes.node_type)
finding = _plain(shapes.finding)
workflow_row = _plain(shapes.workflow_row)
version_row = _plain(shapes.version_row)
open_version = _plain(shapes.open_version)
workflow = _plain(shapes.workflow)


def worker(found: WorkerRecord, *, now: datetime) -> Shape:
    said: Shape = orjson.loads(encode(shapes.worker(found, now=now)))
    return said


def secret(found: SealedSecret, *, unopened: Collection[str]) -> Shape:
    said: Shape = orjson.loads(encode(access_shapes.secret(found, unopened=unopened)))
    return said


def token(found: AccessToken, *, now: datetime) -> Shape:
    said: Shape = orjson.loads(encode(access_shapes.token(found, now=now)))
    return said


def workflow_file(found: WorkflowVersion) -> Shape:
    """What `workflows export` writes and `workflows apply` reads."""
    described = {"description": found.description} if found.description else {}
    return {"name": found.workflow, **described, "graph_config": placed_graph(found)}


def time(at: datetime | None) -> str | None:
    """RFC 3339 in UTC."""
    return None if at is None else utc_text(at)
