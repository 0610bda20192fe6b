"""Runs one node by itself, without an execution: what an editor does when a person tries a node."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from treadle.domain.activity import Context, Spawn
from treadle.domain.errors import Fatal
from treadle.domain.templates import compile_template
from treadle.engine.outcomes import Outcome, failure_of, outcome_of
from treadle.ports import Handler


def try_node(handler: Handler, config: Mapping[str, Any], names: Mapping[str, Any], *, now: datetime) -> Outcome:
    """The outcome of one attempt. Blocks until the handler is done; children are not started."""
    context = Context(execution_id="trial", workflow="", node_id="trial", scope="", visit=1, attempt=1, now=now, lookup=names)
    try:
        rendered = compile_template(config, handler.node_type).render(names)
        result = handler.run(context, rendered)
        if inspect.isawaitable(result):
            result = asyncio.run(_awaited(result))
        if isinstance(result, Spawn):
            raise Fatal("a node that starts another workflow cannot be tried by itself", type="not_tried")
        return outcome_of(result)
    except Exception as error:  # the handler's code: whatever it raises is the outcome
        return failure_of(error)


async def _awaited(result: Any) -> Any:
    return await result
