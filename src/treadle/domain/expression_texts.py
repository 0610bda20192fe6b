"""Functions on texts."""

from __future__ import annotations

from typing import Any

from treadle.domain.expression_frame import MAX_ITEMS, FaultError, Frame, kind_of
from treadle.domain.expression_operators import equal
from treadle.domain.expression_registry import function, integer_of, list_of, text_of

_LONGEST_SLUG = 1_000


@function('lower("Zürich")', "zürich")
def lower(frame: Frame, text: Any) -> str:
    """The text in small letters."""
    _pay_for_letters(frame, text_of(text))
    return text.lower()  # type: ignore[no-any-return]


@function('upper("Zürich")', "ZÜRICH")
def upper(frame: Frame, text: Any) -> str:
    """The text in capital letters."""
    _pay_for_letters(frame, text_of(text))
    return text.upper()  # type: ignore[no-any-return]


@function('strip("  a b ") + strip("--c--", "-")', "a bc")
def strip(frame: Frame, text: Any, characters: Any = None) -> str:
    """The text without blanks, or without any of `characters`, at its ends."""
    frame.build_text(len(text_of(text)) + (0 if characters is None else len(text_of(characters))))
    return text.strip(characters)  # type: ignore[no-any-return]


@function('split("a,b,c", ",")', ["a", "b", "c"])
def split(frame: Frame, text: Any, separator: Any = None) -> list[str]:
    """The parts of a text between separators; between blanks of any length if no separator is given."""
    frame.build_text(len(text_of(text)))
    if separator is None:
        parts: list[str] = text.split(None, MAX_ITEMS + 1)
        frame.build_items(len(parts))
        return parts
    if not text_of(separator):
        raise FaultError("the separator is empty")
    frame.build_items(text.count(separator) + 1)
    return text.split(separator)  # type: ignore[no-any-return]


@function('join(["a", "b"], ", ")', "a, b")
def join(frame: Frame, texts: Any, separator: Any = "") -> str:
    """One text from a list of texts, with the separator between them."""
    frame.charge(len(list_of(texts)))
    length = len(text_of(separator)) * max(0, len(texts) - 1)
    for text in texts:
        if type(text) is not str:
            raise FaultError(f"needs a list of texts, and one element is {kind_of(text)}: str(x) makes a text of it")
        length += len(text)
    frame.build_text(length)
    return separator.join(texts)  # type: ignore[no-any-return]


@function('replace("a-b-c", "-", "+")', "a+b+c")
def replace(frame: Frame, text: Any, old: Any, new: Any) -> str:
    """The text with every `old` replaced by `new`; nothing in them is a pattern."""
    if not text_of(old):
        raise FaultError("the text to replace is empty")
    frame.charge_text(len(text_of(text)) + len(old))
    times = text.count(old)
    frame.build_text(len(text) + times * (len(text_of(new)) - len(old)))
    return text.replace(old, new)  # type: ignore[no-any-return]


@function('starts_with("INV-17", "INV-")', True)
def starts_with(frame: Frame, text: Any, start: Any) -> bool:
    """Whether the text begins with `start`."""
    frame.charge_text(len(text_of(start)))
    return text_of(text).startswith(start)


@function('ends_with("report.pdf", ".pdf")', True)
def ends_with(frame: Frame, text: Any, end: Any) -> bool:
    """Whether the text stops with `end`."""
    frame.charge_text(len(text_of(end)))
    return text_of(text).endswith(end)


@function('remove_prefix("INV-17", "INV-")', "17")
def remove_prefix(frame: Frame, text: Any, start: Any) -> str:
    """The text without `start` at its beginning; as it is if it begins otherwise."""
    frame.build_text(len(text_of(text)) + len(text_of(start)))
    return text.removeprefix(start)  # type: ignore[no-any-return]


@function('remove_suffix("report.pdf", ".pdf")', "report")
def remove_suffix(frame: Frame, text: Any, end: Any) -> str:
    """The text without `end` at its end; as it is if it ends otherwise."""
    frame.build_text(len(text_of(text)) + len(text_of(end)))
    return text.removesuffix(end)  # type: ignore[no-any-return]


@function('before("user@example.com", "@")', "user")
def before(frame: Frame, text: Any, mark: Any) -> str:
    """What stands before the first `mark`; the whole text if it has none."""
    frame.build_text(len(text_of(text)) + len(_mark(mark)))
    return text.partition(mark)[0]  # type: ignore[no-any-return]


@function('after("user@example.com", "@")', "example.com")
def after(frame: Frame, text: Any, mark: Any) -> str:
    """What stands behind the first `mark`; an empty text if it has none."""
    frame.build_text(len(text_of(text)) + len(_mark(mark)))
    return text.partition(mark)[2]  # type: ignore[no-any-return]


@function('lines("a\\nb\\r\\nc\\n")', ["a", "b", "c"])
def lines(frame: Frame, text: Any) -> list[str]:
    """The lines of a text, without what ends them."""
    frame.build_text(2 * len(text_of(text)))
    found: list[str] = text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n").split("\n", MAX_ITEMS + 1)
    frame.build_items(len(found))
    return found if text else []


@function('capitalize("wine, RED")', "Wine, RED")
def capitalize(frame: Frame, text: Any) -> str:
    """The text with a capital first letter; the others stay as they are."""
    frame.build_text(len(text_of(text)) + 3)
    return text[:1].upper() + text[1:]  # type: ignore[no-any-return]


@function('pad_start(str(7), 3, "0")', "007")
def pad_start(frame: Frame, text: Any, length: Any, fill: Any = " ") -> str:
    """The text with `fill` repeated before it until it has that many characters."""
    return _padding(frame, text, length, fill) + text  # type: ignore[no-any-return]


@function('pad_end("ab", 5, ".")', "ab...")
def pad_end(frame: Frame, text: Any, length: Any, fill: Any = " ") -> str:
    """The text with `fill` repeated behind it until it has that many characters."""
    return text + _padding(frame, text, length, fill)  # type: ignore[no-any-return]


@function('truncate("a long sentence", 7)', "a long…")
def truncate(frame: Frame, text: Any, length: Any, end: Any = "…") -> str:
    """The text if it has at most that many characters, else its beginning and `end`, together as many."""
    if integer_of(length) < len(text_of(end)):
        raise FaultError("the length is less than that of the end")
    frame.build_text(len(text_of(text)) + len(end))
    return text if len(text) <= length else text[: length - len(end)] + end  # type: ignore[no-any-return]


@function('slug("Zürich: 3 Öfen!")', "zurich-3-ofen")
def slug(frame: Frame, text: Any) -> str:
    """The text as a name for files and URLs: small letters without accents and digits, everything else one `-`."""
    from unicodedata import normalize

    if len(text_of(text)) > _LONGEST_SLUG:
        raise FaultError(f"takes at most {_LONGEST_SLUG:,} characters")
    frame.charge(len(text))
    plain = normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return "-".join("".join(letter if letter.isalnum() else " " for letter in plain).split())


@function('index_of("a-b", "-") + index_of([7, 8], 8)', 2)
def index_of(frame: Frame, container: Any, item: Any) -> int | None:
    """The place, from 0, of the first such element in a list or of the part in a text; null if there is none."""
    if type(container) is list:
        frame.charge(len(container))
        return next((place for place, element in enumerate(container) if equal(frame, element, item)), None)
    frame.charge_text(len(text_of(container)) + len(text_of(item)))
    place = container.find(item)
    return place if place >= 0 else None


@function('count("banana", "an") + count([1, 2, 1], 1)', 4)
def count(frame: Frame, container: Any, item: Any) -> int:
    """How many elements of a list equal the item, or how often a text has the part."""
    if type(container) is list:
        frame.charge(len(container))
        return sum(equal(frame, element, item) for element in container)
    frame.charge_text(len(text_of(container)) + len(_mark(item)))
    return container.count(item)  # type: ignore[no-any-return]


def _mark(value: Any) -> str:
    if not text_of(value):
        raise FaultError("the text to look for is empty")
    return value  # type: ignore[no-any-return]


def _padding(frame: Frame, text: Any, length: Any, fill: Any) -> str:
    missing = integer_of(length) - len(text_of(text))
    if not text_of(fill):
        raise FaultError("the text to fill with is empty")
    frame.build_text(max(len(text), length) + len(fill))
    return (fill * (missing // len(fill) + 1))[:missing] if missing > 0 else ""


def _pay_for_letters(frame: Frame, text: str) -> None:
    """Changing letters is a table look-up for each character that is not ASCII, and may make three of one."""
    frame.build_text(len(text) if text.isascii() else 3 * len(text))
