"""What checking one value against a schema may cost: whoever writes the schema must not be able to stop the process.

Patterns have a time limit for each match and one for all together; everything else is counted in steps.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from treadle.domain.errors import TreadleError

if TYPE_CHECKING:
    import regex

MAX_PATTERN = 1_000
"""Characters in a pattern."""

MATCH_SECONDS = 0.1
PATTERN_SECONDS = 1.0
"""Processor time for all matches of one value together."""

MAX_STEPS = 500_000
"""Rules looked at for one value: a few seconds at most. An input of the largest size has some 200,000 numbers."""


class PatternError(TreadleError):
    """A text that is no regular expression, or a longer one than is accepted."""


class EffortError(TreadleError):
    """A value that takes too long to check; `subject` is the text that the pattern was to match, None without one."""

    def __init__(self, message: str, *, subject: str | None = None) -> None:
        self.subject = subject
        super().__init__(message)


class _Effort:
    __slots__ = ("seconds", "steps")

    def __init__(self) -> None:
        self.steps = 0
        self.seconds = 0.0


_EFFORT: ContextVar[_Effort | None] = ContextVar("effort", default=None)


@contextmanager
def limited_effort() -> Iterator[None]:
    """Count all that is spent inside as spent for one value."""
    token = _EFFORT.set(_Effort())
    try:
        yield
    finally:
        _EFFORT.reset(token)


def spend(steps: int) -> None:
    effort = _EFFORT.get()
    if effort is None:
        return
    effort.steps += steps
    if effort.steps > MAX_STEPS:
        raise EffortError("takes too long to check: the schema asks too much of a value as large as this")


@functools.lru_cache(maxsize=1_000)
def compiled(pattern: str) -> regex.Pattern[str]:
    """The pattern, or PatternError."""
    # The standard library's matches cannot be interrupted. Imported late, like the validator: most graphs have no patterns.
    import regex

    if len(pattern) > MAX_PATTERN:
        raise PatternError(f"a pattern of {len(pattern):,} characters; the limit is {MAX_PATTERN:,}")
    try:
        return regex.compile(pattern)
    except (regex.error, OverflowError, RecursionError, ValueError) as error:
        raise PatternError(f"not a regular expression: {error}") from error


def found_in(pattern: str, text: str) -> bool:
    """Whether the pattern matches somewhere in the text; EffortError when that takes too long to tell."""
    effort = _EFFORT.get()
    began = time.thread_time()
    try:
        return compiled(pattern).search(text, timeout=MATCH_SECONDS) is not None
    except (TimeoutError, MemoryError) as error:
        message = f"the pattern {_short(pattern)} takes too long for this value"
        raise EffortError(message, subject=text) from error
    finally:
        if effort is not None:
            effort.seconds += time.thread_time() - began
            if effort.seconds > PATTERN_SECONDS:
                message = f"the pattern {_short(pattern)} and others take too long for this value together"
                raise EffortError(message, subject=text)


def _short(pattern: str) -> str:
    return repr(pattern if len(pattern) <= 80 else f"{pattern[:80]}…")
