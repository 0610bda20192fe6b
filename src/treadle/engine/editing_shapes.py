"""What an editor is told, in the shapes of the API; `api.schemas.editing` documents the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from treadle.domain.graph_diff import Part
from treadle.domain.node_types import NodeType
from treadle.engine.definitions import Comparison
from treadle.engine.previews import Preview, Scope

Json = dict[str, Any]


def comparison(found: Comparison) -> Json:
    parts = found.parts
    return {
        "name": found.workflow,
        "from": found.before,
        "to": found.after,
        "added": _parts(parts.added_nodes, parts.added_edges),
        "removed": _parts(parts.removed_nodes, parts.removed_edges),
        "changed": [asdict(each) for each in parts.changed],
        "text": "\n".join(found.text),
    }


def preview(found: Preview) -> Json:
    error = None if found.error is None else asdict(found.error)
    return {"ok": found.error is None, "value": found.value, "type": found.type, "error": error}


def scope(found: Scope) -> Json:
    return {
        "scope": found.scope,
        "visit": found.visit,
        "names": found.names,
        "nodes": found.nodes,
        "node_count": found.node_count,
    }


def ports(node_type: NodeType, config: Mapping[str, Any]) -> Json:
    """Of a config that is being written: where a node type cannot tell them from it, they are its usual ones."""
    try:
        told = node_type.ports_for(config)
    except (LookupError, TypeError, ValueError, AttributeError):
        told = node_type.ports
    return {"ports": told}


def _parts(nodes: Sequence[Part], edges: Sequence[Part]) -> Json:
    return {"nodes": [asdict(each) for each in nodes], "edges": [asdict(each) for each in edges]}
