"""What most handlers of built-in node types share: they do no I/O, and they never wait."""

# The parameters are the Handler protocol's; not every handler needs each of them.

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NoReturn

from treadle.domain.activity import Context, Done, Event, Park
from treadle.domain.errors import Fatal


class Immediate:
    """A handler that answers at once, on the worker's loop."""

    mode = "inline"

    def resume(self, ctx: Context, config: Mapping[str, Any], event: Event) -> Done | Park:
        raise Fatal(f"{type(self).__name__} does not wait, so nothing can resume it", type="not_parked")


def refuse_config(path: str, reason: str) -> NoReturn:
    """Fail the activity because of its config, in a way that no retry can mend."""
    raise Fatal(f"config.{path}: {reason}", type="config")


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
    return moment.astimezone(UTC)
