"""When a schedule fires: reading its timing, and checking it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo, available_timezones

from treadle.domain.durations import parse_duration
from treadle.domain.errors import DefinitionError, Finding
from treadle.domain.records import Schedule
from treadle.domain.schedule_cron import DST_POLICIES, CronTiming
from treadle.domain.schedule_timing import BoundedTiming, IntervalTiming, OneOffTiming, Timing

__all__ = ["CATCH_UPS", "DST_RULES", "OVERLAPS", "Timing", "parse_timing", "timing_of"]

CATCH_UPS = ("latest", "skip", "all")
OVERLAPS = ("allow", "skip", "queue_one", "cancel_previous")
DST_RULES = tuple(DST_POLICIES)

SHORTEST_INTERVAL = 1.0
MOST_TIMES = 1000
"""Single times that one schedule may have."""


def parse_timing(
    *,
    cron: str | None = None,
    interval: object | None = None,
    at: Sequence[datetime] = (),
    timezone: str = "UTC",
    dst: str = "debian",
    start_at: datetime | None = None,
    end_at: datetime | None = None,
    anchor: datetime | None = None,
) -> Timing:
    """The timing of a schedule; DefinitionError with a finding for each field that is wrong.

    Exactly one of `cron`, `interval` and `at` is given. An interval stands on `start_at`, or on `anchor` without one.
    `dst` is for jobs at fixed times. `debian`: times left out by a clock change run right after it, repeated ones once.
    `skip`: times left out are skipped. `twice`: repeated ones run twice. `exact`: both, that is what the wall clock shows.
    """
    findings: list[Finding] = []
    timing: Timing | None = None
    zone = _zone(timezone, findings)
    if dst not in DST_POLICIES:
        hint = f"one of {', '.join(DST_RULES)}"
        findings.append(Finding("invalid_dst", f"{dst!r} is not a rule for clock changes", "dst", hint))
    findings += _bounds_findings(start_at, end_at)
    try:
        if (cron is not None) + (interval is not None) + bool(at) != 1:
            hint = 'such as cron "0 9 * * MON-FRI", interval "15m" or at ["2026-03-29T09:00:00Z"]'
            findings.append(Finding("invalid_timing", "give exactly one of `cron`, `interval` and `at`", "cron", hint))
        elif cron is not None:
            timing = CronTiming(cron, zone, DST_POLICIES.get(dst, DST_POLICIES["debian"]))
        else:
            timing = _single_times(at) if at else _interval(interval, start_at or anchor)
    except DefinitionError as error:
        findings.extend(error.findings)
    if timing is None or findings:
        raise DefinitionError(findings)
    return timing if start_at is None and end_at is None else BoundedTiming(timing, start=start_at, end=end_at)


def timing_of(schedule: Schedule) -> Timing:
    """The timing of a stored schedule, in the phase of its next fire. DefinitionError as `parse_timing`."""
    return parse_timing(
        cron=schedule.cron, interval=schedule.interval, at=schedule.at, timezone=schedule.timezone, dst=schedule.dst,
        start_at=schedule.start_at, end_at=schedule.end_at, anchor=schedule.next_fire_at or schedule.created_at,
    )  # fmt: skip


def _bounds_findings(start_at: datetime | None, end_at: datetime | None) -> list[Finding]:
    hint = "end it with Z for UTC, or with an offset such as +02:00"
    naive = [
        Finding("naive_time", "a time without a time zone", path, hint)
        for path, moment in (("start_at", start_at), ("end_at", end_at))
        if moment is not None and moment.tzinfo is None
    ]
    if not naive and start_at is not None and end_at is not None and end_at < start_at:
        return [Finding("invalid_bounds", "`end_at` is before `start_at`", "end_at", "swap them, or leave one out")]
    return naive


def _single_times(at: Sequence[datetime]) -> Timing:
    if any(moment.tzinfo is None for moment in at):
        hint = "end it with Z for UTC, or with an offset such as +02:00"
        raise DefinitionError([Finding("naive_time", "a time without a time zone", "at", hint)])
    if len(at) > MOST_TIMES:
        hint = "use cron, or several schedules"
        raise DefinitionError([Finding("too_many_times", f"{len(at)} times; the limit is {MOST_TIMES}", "at", hint)])
    return OneOffTiming(at)


def _interval(interval: object, anchor: datetime | None) -> Timing:
    seconds = parse_duration(interval, path="interval")
    if seconds < SHORTEST_INTERVAL:
        message = f"{interval!r} is shorter than a second"
        raise DefinitionError([Finding("invalid_interval", message, "interval", '"1s" or more')])
    return IntervalTiming(seconds, anchor=anchor)


def _zone(name: str, findings: list[Finding]) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    # ValueError: a path outside the zone data; OSError: a folder of it, such as "Europe".
    except (KeyError, ValueError, OSError):
        findings.append(Finding("unknown_timezone", f"{name!r} is not a time zone", "timezone", _nearest_zone(name)))
        return ZoneInfo("UTC")


def _nearest_zone(name: str) -> str:
    wanted = name.strip().casefold().replace(" ", "_")
    near = sorted(zone for zone in available_timezones() if wanted and wanted in zone.casefold())
    return f"did you mean {' or '.join(near[:3])}?" if near else "an IANA name such as Europe/Berlin, America/New_York or UTC"
