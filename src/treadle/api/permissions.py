"""Which role each route needs: one table, and what is not in it needs the highest."""

from __future__ import annotations

from collections.abc import Mapping

from treadle.domain.access import Role

VIEWER = """
GET /docs
GET /metrics
GET /openapi.json
GET /
GET /api/v1/approvals
GET /api/v1/approvals/facets
GET /api/v1/approvals/{}
GET /api/v1/executions
GET /api/v1/executions/facets
GET /api/v1/executions/{}
GET /api/v1/executions/{}/activities/{}
GET /api/v1/executions/{}/activities/{}/output
GET /api/v1/executions/{}/events
GET /api/v1/executions/{}/journal
GET /api/v1/executions/{}/logs
GET /api/v1/executions/{}/nodes
GET /api/v1/executions/{}/runs
GET /api/v1/executions/{}/scope
GET /api/v1/executions/{}/why
GET /api/v1/health
GET /api/v1/live
GET /api/v1/node-types
GET /api/v1/schedules
GET /api/v1/schedules/{}
GET /api/v1/schedules/{}/fires
GET /api/v1/schedules/{}/next
GET /api/v1/stats
GET /api/v1/webhooks
GET /api/v1/webhooks/{}/deliveries
GET /api/v1/workers
GET /api/v1/workflows
GET /api/v1/workflows/{}
GET /api/v1/workflows/{}/diff
GET /api/v1/workflows/{}/versions
GET /api/v1/workflows/{}/versions/{}
"""
"""Looks at everything but secrets, tokens and the addresses of webhooks, and changes nothing."""

OPERATOR = """
POST /api/v1/approvals/{}
POST /api/v1/approvals/{}/delegate
POST /api/v1/approvals/{}/link
POST /api/v1/executions/bulk
POST /api/v1/executions/{}/cancel
POST /api/v1/executions/{}/fork
POST /api/v1/executions/{}/move
POST /api/v1/executions/{}/pause
POST /api/v1/executions/{}/resume
POST /api/v1/executions/{}/retry
POST /api/v1/executions/{}/signals/{}
POST /api/v1/expressions/preview
POST /api/v1/node-types/{}/ports
POST /api/v1/schedules
POST /api/v1/schedules/preview
PATCH /api/v1/schedules/{}
DELETE /api/v1/schedules/{}
POST /api/v1/schedules/{}/backfill
POST /api/v1/schedules/{}/run
POST /api/v1/signals/{}
GET /api/v1/webhooks/{}
POST /api/v1/workflows/validate
POST /api/v1/workflows/{}/move
POST /api/v1/workflows/{}/replay
POST /api/v1/workflows/{}/run
"""
"""Runs and steers what others have drawn."""

ADMIN = """
PUT /api/v1/workflows/{}
DELETE /api/v1/workflows/{}
POST /api/v1/workflows/{}/test-node
GET /api/v1/secrets
GET /api/v1/secrets/{}
PUT /api/v1/secrets/{}
DELETE /api/v1/secrets/{}
GET /api/v1/tokens
POST /api/v1/tokens
DELETE /api/v1/tokens/{}
POST /api/v1/webhooks
PATCH /api/v1/webhooks/{}
DELETE /api/v1/webhooks/{}
POST /api/v1/webhooks/{}/rotate
"""
"""Says what runs, for a graph may reach whatever the workers reach; and who may come in, for a webhook outlives a token."""

TABLE: Mapping[str, Role] = {
    line: role
    for role, lines in ((Role.VIEWER, VIEWER), (Role.OPERATOR, OPERATOR), (Role.ADMIN, ADMIN))
    for line in lines.split("\n")
    if line
}
"""By method and path, `{}` in the place of each parameter."""

_BY_LENGTH: dict[tuple[str, int], list[tuple[list[str], Role]]] = {}
for _line, _role in TABLE.items():
    _method, _, _path = _line.partition(" ")
    _parts = _path.split("/")
    _BY_LENGTH.setdefault((_method, len(_parts)), []).append((_parts, _role))


def needed_role(method: str, path: str) -> Role:
    """A path without parameters goes before one with them, as the routes do. HEAD is a GET without its body."""
    parts = path.split("/")
    candidates = _BY_LENGTH.get(("GET" if method == "HEAD" else method, len(parts)), ())
    fitting = [each for each in candidates if all(t in (p, "{}") for t, p in zip(each[0], parts, strict=True))]
    return min(fitting, key=lambda each: each[0].count("{}"))[1] if fitting else Role.ADMIN
