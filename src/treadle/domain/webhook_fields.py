"""The fields of a webhook that may hold expressions, compiled: the input, and the id of the execution to signal."""

from __future__ import annotations

from typing import Any

from treadle.domain.node_types import EMPTY_CONFIG, NodeType
from treadle.domain.templates import Template, compile_template
from treadle.domain.values import decode
from treadle.domain.webhooks import Webhook

FIELDS = NodeType(
    type="webhook",
    summary="What a webhook makes of a delivery.",
    category="trigger",
    pure=True,
    config_schema=EMPTY_CONFIG,
    expressions=("execution",),
)
"""How the fields of a webhook are read that may hold expressions: `input` as a template, `execution` as an expression."""


def template_of(webhook: Webhook) -> Template:
    """ExpressionError begins with the field that cannot be read."""
    fields: dict[str, Any] = {"input": decode(webhook.input_json)}
    return compile_template(fields if webhook.execution is None else {**fields, "execution": webhook.execution}, FIELDS)
