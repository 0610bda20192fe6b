"""Gates: nodes that leave when another node of their graph is in a given state."""

# The parameters are the Handler protocol's; not every handler needs each of them.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from treadle.activities.handler import Immediate
from treadle.domain.activity import Context
from treadle.domain.errors import Fatal
from treadle.domain.gates import MISSED
from treadle.domain.graph import OUT
from treadle.domain.node_types import NodeType


class Gate(Immediate):
    """Played by the token game, which opens it: there is nothing to run."""

    node_type = NodeType(
        type="gate",
        summary="Lets through what comes while, or after, another node is active; costs nothing meanwhile.",
        category="flow",
        example={"node": "fetch", "state": "finished"},
        config_schema={
            "type": "object",
            "properties": {
                "node": {
                    "title": "Node",
                    "description": "The id of the node it watches, in the same graph.",
                    "type": "string",
                    "minLength": 1,
                },
                "state": {
                    "title": "State",
                    "description": "`active`: it opens while that node is active. `finished`: once a visit of it has ended.",
                    "enum": ["active", "finished"],
                },
            },
            "required": ["node", "state"],
            "additionalProperties": False,
        },
        ports=(OUT, MISSED),
        icon="door-open",
        output="null; `missed` is taken when nothing else can go on and the gate is still closed",
    )

    def run(self, ctx: Context, config: Mapping[str, Any]) -> None:
        reason = f"the gate {ctx.node_id} cannot be run by itself: it opens by what other nodes of its execution do"
        raise Fatal(reason, type="not_run")


HANDLERS = (Gate(),)
