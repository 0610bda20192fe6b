"""Where a config names secrets: objects of the one key `secret` that stand in the definition itself.

Data that looks like one is data. Who may only start executions, or call a webhook, could otherwise name any secret and have a
node send it away.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

Place: TypeAlias = tuple[str | int, ...]
"""Keys and indexes, from the outside in."""
KEY = "secret"


@dataclass(frozen=True, slots=True)
class SecretReference:
    place: Place
    name: str

    @property
    def path(self) -> str:
        """As findings name places: `nodes[0].config.headers.Authorization`."""
        text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in self.place)
        return text.removeprefix(".")


def references(value: Any, place: Place = ()) -> Iterator[SecretReference]:
    """Those in a config or a whole graph as it was saved, in order."""
    if isinstance(value, Mapping):
        name = value.get(KEY)
        if value.keys() == {KEY} and isinstance(name, str):
            yield SecretReference(place, name)
            return
        for key, item in value.items():
            yield from references(item, (*place, str(key)))
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from references(item, (*place, index))


def secrets_named(value: Any) -> frozenset[str]:
    """The names of all secrets that a config or a whole graph refers to."""
    return frozenset(each.name for each in references(value))
