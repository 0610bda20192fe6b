"""Whether there are the secrets that graphs and webhooks name, and which those are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from treadle.domain.access import environment_name
from treadle.domain.errors import Finding
from treadle.domain.secret_references import references, secrets_named
from treadle.domain.values import decode
from treadle.domain.webhooks import Webhook
from treadle.engine.vault import Vault
from treadle.ports import Store

PAGE = 200
SCRATCH = ":memory:"
"""What the address of a database ends in that nobody else can have put a secret into."""


def unknown_secrets(graph_config: Any, vault: Vault) -> Iterator[Finding]:
    """A warning for each place that names a secret which this process cannot give."""
    found = list(references(graph_config))
    missing = frozenset(vault.missing({each.name for each in found}))
    for each in found:
        if each.name in missing:
            hint = f"set it with: treadle secrets set {each.name}; or give each worker {environment_name(each.name)}"
            yield Finding("unknown_secret", f"there is no secret {each.name!r}", each.path, hint, "warning")


def workflows_naming(secret: str, store: Store) -> Iterator[str]:
    """Those whose latest version refers to it, or one of whose webhooks does, by name."""
    signed = frozenset(hook.workflow for hook in _webhooks(store) if hook.secret == secret)
    cursor: str | None = None
    while True:
        page = store.workflows.list(limit=PAGE, cursor=cursor)
        for each in page.items:
            graph_json = store.workflows.get(each.name).graph_json
            if each.name in signed or ('"secret"' in graph_json and secret in secrets_named(decode(graph_json))):
                yield each.name
        cursor = page.next_cursor
        if cursor is None:
            return


def _webhooks(store: Store) -> Iterator[Webhook]:
    cursor: str | None = None
    while True:
        page = store.webhooks.list(limit=PAGE, cursor=cursor)
        yield from page.items
        cursor = page.next_cursor
        if cursor is None:
            return
