"""Figures as the sentences of findings say them."""

from __future__ import annotations


def count(number: int, noun: str) -> str:
    """`1 execution`, `12 executions`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def span(seconds: float) -> str:
    """A time about as exact as people say it: `42 s`, `17 min`, `3.5 h`, `4 days`."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    if seconds < 7200:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h" if seconds < 172_800 else f"{seconds / 86400:.0f} days"


def apart(skew: float) -> str:
    """`3 min ahead of` or `3 min behind`."""
    return f"{span(abs(skew))} {'ahead of' if skew > 0 else 'behind'}"


def some(names: list[str], most: int = 3) -> str:
    """The first of some names, and how many more there are."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")


def is_full(words: str) -> bool:
    """Whether a database's words mean that its disk has no room."""
    return any(phrase in words.lower() for phrase in ("no space left", "disk is full", "disk full"))
