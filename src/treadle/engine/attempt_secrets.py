"""The secrets of one attempt: each resolved once, and remembered, so that it can be masked in all that the attempt says."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from treadle.domain.masking import NOTHING_HIDDEN


class AttemptSecrets:
    """What `ctx.secrets` of one attempt calls, from any thread. `mask` hides what it has handed out."""

    __slots__ = ("_found", "_resolve", "mask")

    def __init__(self, resolve: Callable[[str], str] | None) -> None:
        self._resolve = resolve
        self._found: dict[str, str | Exception] = {}
        self.mask = NOTHING_HIDDEN

    @property
    def resolver(self) -> Callable[[str], str] | None:
        """What to give to the handler; None where there are no secrets."""
        return None if self._resolve is None else self._hand_out

    def fetch(self, names: Collection[str]) -> None:
        """Resolve them before the handler asks, where waiting for the database holds up nobody."""
        for name in names:
            self._find(name)

    def masked(self, result: Any) -> Any:
        """What the handler returned, without the secrets. Costs nothing where none was handed out."""
        return self.mask.value(result) if self.mask.occurs_in(result) else result

    def _find(self, name: str) -> str | Exception:
        assert self._resolve is not None
        if name not in self._found:
            try:
                self._found[name] = self._resolve(name)
            except Exception as error:  # the handler is told when it asks
                self._found[name] = error
        return self._found[name]

    def _hand_out(self, name: str) -> str:
        found = self._find(name)
        if isinstance(found, Exception):
            raise found
        self.mask = self.mask.hiding(found)
        return found
