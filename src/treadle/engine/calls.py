"""Prepares a handler call: the rendered config and the context."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from treadle.domain.activity import Context
from treadle.domain.heartbeats import Pulse
from treadle.domain.marking import Activity
from treadle.domain.values import decode
from treadle.engine.rows import RowMaker, step_of
from treadle.ports import Handler


@dataclass(frozen=True, slots=True)
class Call:
    handler: Handler
    config: Mapping[str, Any]
    context: Context


def prepare(
    rows: RowMaker,
    activity: Activity,
    now: datetime,
    *,
    secrets: Callable[[str], str] | None = None,
    emit: Callable[[str, Mapping[str, Any]], None] | None = None,
    pulse: Pulse | None = None,
    trace: Mapping[str, str] | None = None,
) -> Call:
    """ExpressionError when a template of the config raises."""
    step = step_of(activity)
    names = rows.names(activity)
    config = step.template.render(names)
    trigger = decode(rows.record.trigger_json) if step.handler.node_type.trigger else None
    context = Context(
        execution_id=rows.record.id,
        workflow=rows.record.workflow,
        node_id=step.node.id,
        scope=activity.home.path,
        visit=activity.visit,
        attempt=activity.attempt,
        now=now,
        trigger=trigger.get("payload") if trigger else None,
        secrets=secrets,
        secret_places=tuple(each.place for each in step.secrets) if step.secrets else (),
        emit=emit,
        lookup=names,
        pulse=pulse,
        trace=trace,
    )
    return Call(step.handler, config, context)
