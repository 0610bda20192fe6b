"""Where graphs name secrets, and whether there are such secrets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from treadle.domain.access import environment_name
from treadle.domain.errors import Finding
from treadle.domain.values import decode
from treadle.domain.webhooks import Webhook
from treadle.engine.vault import Vault
from treadle.ports import Store

PAGE = 200
SCRATCH = ":memory:"
"""What the address of a database ends in that nobody else can have put a secret into."""


def secrets_named(value: Any) -> frozenset[str]:
    """The names of all secrets that a config or a whole graph refers to."""
    return frozenset(name for _, name in references(value))


def references(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """(path, name of the secret), in order."""
    if isinstance(value, Mapping):
        name = value.get("secret")
        if value.keys() == {"secret"} and isinstance(name, str):
            yield path, name
            return
        for key, item in value.items():
            yield from references(item, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from references(item, f"{path}[{index}]")


def unknown_secrets(graph_config: Any, vault: Vault) -> Iterator[Finding]:
    """A warning for each place that names a secret which this process cannot give."""
    found = list(references(graph_config))
    missing = frozenset(vault.missing({name for _, name in found}))
    for path, name in found:
        if name in missing:
            hint = f"set it with: treadle secrets set {name}; or give each worker {environment_name(name)}"
            yield Finding("unknown_secret", f"there is no secret {name!r}", path, hint, "warning")


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
