"""The frame an evaluation runs in: its names, what it may still spend, and how it refuses.

Time and memory are one budget. A turn of a comprehension costs the operations of its body, a function costs the items it
reads or makes, and `CHARACTERS_PER_STEP` characters of text cost a step; straight-line code is bounded by its source.
Everything is charged before it is built.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from treadle.domain.errors import ExpressionError

MAX_STEPS = 100_000
MAX_ITEMS = 100_000
MAX_TEXT = 1 << 20
CHARACTERS_PER_STEP = 64

_SHOWN_NAMES = 12
_SHOWN_LENGTH = 60


class Namespace(ABC):
    """An object whose values are computed when asked for, such as `nodes`; never itself a value of an expression."""

    @abstractmethod
    def get_item(self, key: str) -> Any:
        """The JSON value, or a further Namespace, of that key; KeyError if there is none."""

    @abstractmethod
    def known(self) -> Iterable[str]:
        """The keys there are, in order."""


class FaultError(Exception):
    """An operation that refuses; whoever knows the place in the source turns it into an ExpressionError."""


class Frame:
    """One evaluation: the names, the slots of the comprehensions' variables, and the steps left."""

    __slots__ = ("names", "slots", "steps")

    def __init__(self, names: Mapping[str, Any], slots: int) -> None:
        self.names = names
        self.slots: list[Any] = [None] * slots
        self.steps = MAX_STEPS

    def charge(self, steps: int) -> None:
        """Pay for work that is about to be done."""
        self.steps -= steps
        if self.steps < 0:
            raise FaultError(f"this is more work than one expression may do ({MAX_STEPS:,} steps)")

    def charge_text(self, length: int) -> None:
        """Pay for reading that many characters."""
        self.charge(length // CHARACTERS_PER_STEP)

    def build_text(self, length: int) -> None:
        """Pay for a text of that length, which is about to be built."""
        if length > MAX_TEXT:
            raise FaultError(f"this would build a text of more than {MAX_TEXT:,} characters")
        self.charge(length // CHARACTERS_PER_STEP)

    def build_items(self, count: int) -> None:
        """Pay for a list or object of that many items, which is about to be built."""
        if count > MAX_ITEMS:
            raise FaultError(f"this would build more than {MAX_ITEMS:,} items")
        self.charge(count)


class Place:
    """Where in the source an operation stands."""

    __slots__ = ("column", "source")

    def __init__(self, source: str, column: int | None) -> None:
        self.source = source
        self.column = column

    def error(self, reason: object) -> ExpressionError:
        return ExpressionError(str(reason), source=self.source, column=self.column)


KINDS: Mapping[type, str] = {
    type(None): "null",
    bool: "a boolean",
    int: "a number",
    float: "a number",
    str: "a text",
    list: "a list",
    dict: "an object",
}
"""The types a value can have, with the words for them."""


def kind_of(value: object) -> str:
    """What the value is, in the words of the language."""
    if isinstance(value, Namespace):
        return "a namespace, of which only a key can be used"
    return KINDS.get(type(value)) or f"a {type(value).__name__}, which is not a JSON value"


def size_of(value: Any, *, most_items: int = MAX_ITEMS, most_characters: int = MAX_TEXT) -> tuple[int, int]:
    """Items and characters of a value, all that is inside counted, the shared parts as often as they are reached.

    FaultError as soon as there are too many, so that a small list of lists of large ones ends early.
    """
    items = characters = 0
    stack = [value]
    while stack:
        inner = stack.pop()
        kind = type(inner)
        if kind is str:
            characters += len(inner)
        elif kind is list or kind is dict:
            items += len(inner)
            if items > most_items:
                raise FaultError(f"the value has more than {most_items:,} items")
            if kind is list:
                stack.extend(inner)
            else:
                characters += sum(map(len, inner))
                stack.extend(inner.values())
        elif kind not in KINDS:
            raise FaultError(f"the value holds {kind_of(inner)}")
    if characters > most_characters:
        raise FaultError(f"the value has more than {most_characters:,} characters")
    return items, characters


def no_such(what: str, name: str, *, known: Iterable[str], among: str) -> str:
    """A sentence that names what is missing, the likely spelling, and what there is."""
    names = [str(item) for item in known]
    near = _nearest(name, names)
    if near is None:
        return f"no {what} {shown(name)}; {among} {_listed(names)}"
    return f"no {what} {shown(name)}, did you mean {shown(near)}? {among.capitalize()} {_listed(names)}"


def shown(text: str) -> str:
    """A text as it can stand in a message: quoted, and cut if it is long."""
    return f'"{text}"' if len(text) <= _SHOWN_LENGTH else f'"{text[:_SHOWN_LENGTH]}…"'


def _nearest(name: str, names: Sequence[str]) -> str | None:
    # Imported here because only a failing expression needs it.
    from difflib import get_close_matches

    short = [item for item in names[:500] if len(item) <= _SHOWN_LENGTH]
    found = get_close_matches(name[:_SHOWN_LENGTH], short, n=1, cutoff=0.7)
    return found[0] if found else None


def _listed(names: Sequence[str]) -> str:
    if not names:
        return "nothing"
    listed = ", ".join(item if len(item) <= _SHOWN_LENGTH else f"{item[:_SHOWN_LENGTH]}…" for item in names[:_SHOWN_NAMES])
    more = len(names) - _SHOWN_NAMES
    return f"{listed} and {more} more" if more > 0 else listed
