"""What most handlers of built-in node types share: they do no I/O, and they never wait."""

# The parameters are the Handler protocol's; not every handler needs each of them.

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, NoReturn

from treadle.domain.activity import Context, Done, Event, Park
from treadle.domain.errors import Fatal
from treadle.domain.graph_predicate import TEMPLATE


class Immediate:
    """A handler that answers at once, on the worker's loop."""

    mode = "inline"

    def resume(self, ctx: Context, config: Mapping[str, Any], event: Event) -> Done | Park:
        raise Fatal(f"{type(self).__name__} does not wait, so nothing can resume it", type="not_parked")


class ConfigRefusal(Fatal):
    """A config that can never work; `path` is the place in it."""

    def __init__(self, path: str, reason: str) -> None:
        self.path = path
        self.reason = reason
        super().__init__(f"config.{path}: {reason}", type="config")


def refuse_config(path: str, reason: str) -> NoReturn:
    """Fail the activity because of its config, in a way that no retry can mend."""
    raise ConfigRefusal(path, reason)


def refusals(*checks: Callable[[], object]) -> Iterator[tuple[str, str]]:
    """What the checks of a run refuse, for a node type's `check`; each place once."""
    places: set[str] = set()
    for check in checks:
        try:
            check()
        except ConfigRefusal as refusal:
            if refusal.path not in places:
                yield refusal.path, refusal.reason
            places.add(refusal.path)


def is_literal(value: object) -> bool:
    """Whether a value of a config is what the handler gets: there is no template in it."""
    if isinstance(value, str):
        return TEMPLATE not in value
    if isinstance(value, Mapping):
        return all(map(is_literal, value.values()))
    return not isinstance(value, list | tuple) or all(map(is_literal, value))


def rfc3339(moment: datetime) -> str:
    """The instant as JSON carries it: UTC, with a Z."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def parse_rfc3339(text: object, *, path: str) -> datetime:
    """An instant from a config; one without a time zone would mean something else on each worker, and is refused."""
    try:
        moment = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        moment = None
    if moment is None:
        refuse_config(path, f"{str(text)[:100]!r} is not a time such as 2026-03-29T01:00:00Z")
    if moment.tzinfo is None:
        refuse_config(path, f"{text!r} has no time zone; end it with Z for UTC, or with an offset such as +02:00")
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        refuse_config(path, f"{text!r} is outside of the years 1 to 9999 in UTC")
