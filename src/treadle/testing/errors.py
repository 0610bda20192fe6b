"""What is wrong with a test, as the testing tools say it: each message names the place and the mend.

TreadleError
└── TestingError          something the test must change
    ├── SetUpError        a name or value the test gives that cannot be meant
    ├── UnfakedError      a node would have reached the network
    ├── StuckError        the execution waits for something that nobody gives
    ├── BudgetError       too much virtual time, or too many steps
    └── NoCrashError      an injected crash never happened
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

from treadle.domain.errors import TreadleError


class TestingError(TreadleError):
    """Something that the test must change."""

    __test__ = False


class SetUpError(TestingError):
    """A name or a value that the test gives cannot be meant."""


class UnfakedError(TestingError):
    """A node would have reached the network."""

    def __init__(self, node_id: str, node_type: str) -> None:
        self.node_id = node_id
        self.node_type = node_type
        super().__init__(
            f"node {node_id!r} ({node_type}) would reach the network; say what it answers with "
            f"fakes={{{node_id!r}: …}} or fakes={{{node_type!r}: …}}, or let it with allow_network=True"
        )


class StuckError(TestingError):
    """The execution waits for something that nobody gives; `waits` has a sentence for each thing."""

    def __init__(self, what: str, waits: Sequence[str]) -> None:
        self.waits = tuple(waits)
        super().__init__("\n  - ".join((what, *waits)))


class BudgetError(TestingError):
    """Too much virtual time passed, or too many steps ran."""


class NoCrashError(TestingError):
    """A crash that the test asked for never happened, so the test shows nothing about it."""

    def __init__(self, places: Sequence[str]) -> None:
        self.places = tuple(places)
        named = ", ".join(map(repr, places))
        super().__init__(f"the worker never crashed at {named}: no result of it was committed; take the crash out of the test")


def check_names(what: str, given: Sequence[str], known: Sequence[str]) -> None:
    """SetUpError, with the nearest names, if one of the names given is not known."""
    for name in given:
        if name not in known:
            near = get_close_matches(name, known, n=3)
            mend = f"did you mean {' or '.join(map(repr, near))}?" if near else f"there are {', '.join(sorted(known)[:20])}"
            raise SetUpError(f"{what} names {name!r}, which is not there; {mend}")
