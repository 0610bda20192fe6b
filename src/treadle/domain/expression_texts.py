"""Functions on texts."""

from __future__ import annotations

from typing import Any

from treadle.domain.expression_frame import MAX_ITEMS, FaultError, Frame, kind_of
from treadle.domain.expression_registry import function, list_of, text_of

_WORST_ENCODING = 12
"""A character of four bytes, each written `%XX`."""


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


@function('url_encode("a b/ü")', "a%20b%2F%C3%BC")
def url_encode(frame: Frame, text: Any) -> str:
    """The text as one part of a URL: every character that means something there is written `%XX`."""
    # Imported here because it costs more than the rest of the language together and few expressions need it.
    from urllib.parse import quote

    frame.build_text(_WORST_ENCODING * len(text_of(text)))
    return quote(text, safe="")


def _pay_for_letters(frame: Frame, text: str) -> None:
    """Changing letters is a table look-up for each character that is not ASCII, and may make three of one."""
    frame.build_text(len(text) if text.isascii() else 3 * len(text))
