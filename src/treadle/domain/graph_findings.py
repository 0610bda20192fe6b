"""What the parser has against a definition so far, and the hints that go with it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from difflib import get_close_matches

from treadle.domain.errors import DefinitionError, Finding

MAX_FINDINGS = 1_000
"""Findings kept of one definition; a last one counts the others."""

_MAX_GUESSES = 100_000
"""Names compared for did-you-mean hints in one definition, so that thousands of typos stay cheap."""

_MOST_NAMES = 12

_MODULE_NOT_NAMED = "`treadle nodes list` has all; one of your own is there when its module is named in TREADLE_ACTIVITIES"


class Findings:
    """Collects errors; `raise_any` ends a parse that met some."""

    def __init__(self) -> None:
        self._kept: list[Finding] = []
        self._dropped = 0
        self._guesses = _MAX_GUESSES

    def __len__(self) -> int:
        return len(self._kept) + self._dropped

    def error(self, code: str, message: str, *, path: str, hint: str | None = None) -> None:
        self.extend([Finding(code=code, message=message, path=path, hint=hint)])

    def extend(self, found: Iterable[Finding]) -> None:
        for finding in found:
            if len(self._kept) < MAX_FINDINGS:
                self._kept.append(finding)
            else:
                self._dropped += 1

    def unknown(self, code: str, what: str, name: str, *, path: str, known: Collection[str], context: str = "") -> None:
        """A name that is not among `known`: the hint is the nearest one, or all of them when they are few."""
        message = f"unknown {what} {shown(name)}{context}"
        self.error(code, message, path=path, hint=self._hint(name, known))

    def unknown_type(self, name: str, *, path: str, known: Collection[str]) -> None:
        """A node type that this process does not have: mistyped, or in a module that nobody named to it."""
        hint = self._nearest(name, known) or _MODULE_NOT_NAMED
        self.error("unknown_type", f"unknown node type {shown(name)}", path=path, hint=hint)

    @property
    def found(self) -> list[Finding]:
        if not self._dropped:
            return list(self._kept)
        return [*self._kept, Finding(code="too_many_findings", message=f"and {self._dropped:,} more findings")]

    def raise_any(self) -> None:
        if self._kept:
            raise DefinitionError(self.found)

    def _hint(self, name: str, known: Collection[str]) -> str | None:
        return self._nearest(name, known) or self._all(known)

    def _nearest(self, name: str, known: Collection[str]) -> str | None:
        if self._guesses < len(known) or len(name) > 256:
            return None
        self._guesses -= len(known)
        close = get_close_matches(name, known, n=1)
        return f"did you mean {close[0]!r}?" if close else None

    @staticmethod
    def _all(known: Collection[str]) -> str | None:
        if not known:
            return None
        names = sorted(known)
        listed = ", ".join(names[:_MOST_NAMES])
        return f"known: {listed}, …" if len(names) > _MOST_NAMES else f"known: {listed}"


def shown(value: object) -> str:
    """A value as messages print it: short, whatever it is."""
    if isinstance(value, str):
        return repr(value if len(value) <= 80 else f"{value[:80]}…")
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int):
        return str(value) if value.bit_length() <= 200 else "a number of many digits"
    return str(value) if isinstance(value, float) else kind_of(value)


def kind_of(value: object) -> str:
    """What JSON calls the type of a value."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, str):
        return "a string"
    if isinstance(value, dict):
        return "an object"
    return "an array" if isinstance(value, list) else f"a {type(value).__name__}"
