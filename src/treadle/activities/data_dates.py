"""Dates and times: read, written, moved and compared, in any time zone."""

# The parameters are the Handler protocol's; not every handler needs each of them.

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from treadle.activities.handler import Immediate, refuse_config, rfc3339
from treadle.activities.item_expressions import asked
from treadle.activities.waits import DURATION
from treadle.domain.activity import Context, Done
from treadle.domain.expression_calendar import shift_time, start_of, time_parts
from treadle.domain.expression_times import add_duration, format_time, parse_time, seconds_between
from treadle.domain.node_types import NodeType

UTC_NAME = "UTC"
ISO_PATTERN = "%Y-%m-%dT%H:%M:%S%z"
_UNITS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400, "weeks": 604800}


class Date(Immediate):
    node_type = NodeType(
        type="data.date",
        summary="Reads, writes, moves and compares times, in any time zone.",
        category="data",
        example={"do": "shift", "time": "{{ nodes.fetch.output.at }}", "days": 7, "zone": "Europe/Berlin"},
        pure=True,
        config_schema={
            "type": "object",
            "properties": {
                "do": {
                    "title": "Do",
                    "description": "`parse` gives the time in UTC, `format` a text for people, `shift` a later or earlier time, "
                    "`start` when its day began (or what `of` says), `parts` an object with its year, month, day, hour, minute, "
                    "second, weekday and week, `difference` how much later `to` is.",
                    "enum": ["parse", "format", "shift", "start", "parts", "difference"],
                },
                "time": {
                    "title": "Time",
                    "description": "Such as 2026-03-29T01:00:00Z, or seconds since 1970; the present if not given.",
                    "type": ["string", "number"],
                },
                "zone": {
                    "title": "Time zone",
                    "description": "An IANA name such as Europe/Berlin: whose calendar and clock are meant.",
                    "type": "string",
                    "default": UTC_NAME,
                },
                "pattern": {
                    "title": "Pattern",
                    "description": "How the time is written, such as `%d.%m.%Y %H:%M`: to read it with `parse`, to write it "
                    "with `format`.",
                    "type": "string",
                },
                "by": {
                    "title": "By",
                    "description": 'Shift: exactly so long, such as "90m"; with a minus, earlier.',
                    "type": DURATION["type"],
                },
                "days": {"title": "Days", "description": "Shift: so many days later, at the same time of day.", "type": "integer"},
                "months": {
                    "title": "Months",
                    "description": "Shift: so many months later, on the same day or the last of a shorter month.",
                    "type": "integer",
                },
                "of": {
                    "title": "Of",
                    "description": "Start: which unit's beginning.",
                    "enum": ["minute", "hour", "day", "week", "month", "quarter", "year"],
                    "default": "day",
                },
                "to": {"title": "To", "description": "Difference: the other time.", "type": ["string", "number"]},
                "unit": {"title": "Unit", "description": "Difference: what to count.", "enum": list(_UNITS), "default": "seconds"},
            },
            "required": ["do"],
            "additionalProperties": False,
        },
        icon="calendar",
        output="the time as RFC 3339 in UTC, the text, the parts, or a number",
    )

    def run(self, ctx: Context, config: Mapping[str, Any]) -> Done:
        time = config.get("time")
        return Done(_OPERATIONS[config["do"]](rfc3339(ctx.now) if time is None else time, config))


def _parse(time: Any, config: Mapping[str, Any]) -> str:
    pattern = config.get("pattern")
    return _utc(time) if pattern is None else str(asked("config.time", parse_time, time, pattern, _zone(config)))


def _format(time: Any, config: Mapping[str, Any]) -> str:
    moment, zone = _utc(time), _zone(config)
    return str(asked("config.pattern", format_time, moment, config.get("pattern", ISO_PATTERN), zone))


def _shift(time: Any, config: Mapping[str, Any]) -> str:
    """First the calendar, then the exact duration."""
    calendar = {field: config[field] for field in ("months", "days") if config.get(field) is not None}
    by = config.get("by")
    if not calendar and by is None:
        refuse_config("by", "is missing: give `by`, `days` or `months`")
    moved, zone = _utc(time), _zone(config)
    if calendar:
        moved = str(asked(f"config.{' and '.join(calendar)}", shift_time, moved, calendar, zone))
    return moved if by is None else str(asked("config.by", add_duration, moved, by))


def _start(time: Any, config: Mapping[str, Any]) -> str:
    return str(asked("config.of", start_of, _utc(time), config.get("of", "day"), _zone(config)))


def _parts(time: Any, config: Mapping[str, Any]) -> dict[str, Any]:
    return dict(asked("config.time", time_parts, _utc(time), _zone(config)))


def _difference(time: Any, config: Mapping[str, Any]) -> float:
    if config.get("to") is None:
        refuse_config("to", "is missing: difference needs the other time")
    seconds = asked("config.to", seconds_between, _utc(time), config["to"])
    return float(seconds) / _UNITS[config.get("unit", "seconds")]


def _zone(config: Mapping[str, Any]) -> str:
    name = config.get("zone", UTC_NAME)
    asked("config.zone", format_time, 0, "", name)
    return str(name)


def _utc(time: Any) -> str:
    return str(asked("config.time", parse_time, time))


_OPERATIONS: Mapping[str, Callable[[Any, Mapping[str, Any]], Any]] = {
    "parse": _parse, "format": _format, "shift": _shift, "start": _start, "parts": _parts, "difference": _difference,
}  # fmt: skip

HANDLERS = (Date(),)
