"""When a schedule fires: reading its timing, and planning what to do with fires that are due or were missed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice, takewhile
from zoneinfo import ZoneInfo, available_timezones

from treadle.domain.durations import parse_duration
from treadle.domain.errors import DefinitionError, Finding
from treadle.domain.schedule_cron import DST_POLICIES, CronTiming
from treadle.domain.schedule_timing import IntervalTiming, Timing

__all__ = ["CATCH_UPS", "DST_RULES", "DuePlan", "DueStep", "Timing", "next_fires_due", "parse_timing"]

CATCH_UPS = ("latest", "skip", "all")
DST_RULES = tuple(DST_POLICIES)

SHORTEST_INTERVAL = 1.0
MOST_STEPS = 100
"""Fires that one plan starts at most, and missed ones that it lists one by one."""

_MOST_COUNTED = 1000


def parse_timing(*, cron: str | None, interval: object | None, timezone: str = "UTC", dst: str = "debian") -> Timing:
    """The timing of a schedule; DefinitionError with a finding for each of `cron`, `interval`, `timezone`, `dst` that is wrong.

    `dst` is for jobs at fixed times. `debian`: times left out by a clock change run right after it, repeated ones once.
    `skip`: times left out are skipped. `twice`: repeated ones run twice. `exact`: both, that is what the wall clock shows.
    """
    findings: list[Finding] = []
    timing: Timing | None = None
    zone = _zone(timezone, findings)
    if dst not in DST_POLICIES:
        hint = f"one of {', '.join(DST_RULES)}"
        findings.append(Finding("invalid_dst", f"{dst!r} is not a rule for clock changes", "dst", hint))
    try:
        if (cron is None) == (interval is None):
            hint = 'such as cron "0 9 * * MON-FRI" or interval "15m"'
            findings.append(Finding("invalid_timing", "give exactly one of `cron` and `interval`", "cron", hint))
        elif cron is None:
            timing = _interval(interval)
        else:
            timing = CronTiming(cron, zone, DST_POLICIES.get(dst, DST_POLICIES["debian"]))
    except DefinitionError as error:
        findings.extend(error.findings)
    if timing is None or findings:
        raise DefinitionError(findings)
    return timing


@dataclass(frozen=True, slots=True)
class DueStep:
    """What becomes of one due instant: `fired` or `missed`, and what the schedule's `next_fire_at` is after it."""

    at: datetime
    outcome: str
    reason: str
    next_fire_at: datetime | None


@dataclass(frozen=True, slots=True)
class DuePlan:
    """What to do with a schedule that is due: the steps in order of time. Each can be stored by itself, and a worker that
    dies between two leaves a schedule that another one plans anew."""

    steps: tuple[DueStep, ...]
    next_fire_at: datetime | None

    @property
    def fire(self) -> tuple[datetime, ...]:
        return tuple(step.at for step in self.steps if step.outcome == "fired")

    @property
    def missed(self) -> tuple[datetime, ...]:
        return tuple(step.at for step in self.steps if step.outcome == "missed")


def next_fires_due(timing: Timing, seen: datetime, now: datetime, catch_up: str, *,
                   on_time: float = 2.0, grace: float = 300.0) -> DuePlan:
    """What to fire and what to record as missed, when `seen` is the schedule's `next_fire_at` and `now` has come.

    `all` fires every due instant, oldest first, `MOST_STEPS` at a time. `latest` fires the newest and records the others as
    missed. `skip` does the same unless the newest is older than `grace` seconds: then that is missed too. Instants less than
    `on_time` seconds old (two poll cycles) were never missed, and all fire. After a long time only the first `MOST_STEPS`
    missed ones are listed, the last of them saying how many follow; the work is bounded, however many there are.
    """
    if catch_up not in CATCH_UPS:
        raise ValueError(f"catch_up {catch_up!r} is not one of {', '.join(CATCH_UPS)}")
    if seen > now:
        return DuePlan((), seen)
    if catch_up == "all":
        head = [seen, *islice(timing.fires_after(seen), MOST_STEPS)]
        fires = [at for at in head[:MOST_STEPS] if at <= now]
        return _plan(missed=[], fires=fires, after=head[len(fires)] if len(head) > len(fires) else None)
    due = [seen, *takewhile(lambda at: at <= now, islice(timing.fires_after(seen), _MOST_COUNTED))]
    counted = len(due) <= _MOST_COUNTED
    newest = due[-1] if counted else timing.newest_until(now, known=due[-1])
    fires = [at for at in due if (now - at).total_seconds() < on_time]
    if not fires and (catch_up == "latest" or (now - newest).total_seconds() <= grace):
        fires = [newest]
    missed = due[:len(due) - len(fires)] if newest == due[-1] else due
    return _plan(missed=missed, fires=fires, after=timing.next_after(newest), counted=counted)


def _plan(*, missed: list[datetime], fires: list[datetime], after: datetime | None, counted: bool = True) -> DuePlan:
    steps = [DueStep(at, "missed", "no worker was there in time", None) for at in missed[:MOST_STEPS]]
    unlisted = len(missed) - len(steps)
    if unlisted:
        count = f"{unlisted:,}" if counted else f"more than {unlisted:,}"
        steps[-1] = replace(steps[-1], reason=f"{steps[-1].reason}; {count} later ones were missed too and are not listed")
    steps += [DueStep(at, "fired", "", None) for at in fires]
    nexts = [*(step.at for step in steps[1:]), after]
    return DuePlan(tuple(replace(step, next_fire_at=at) for step, at in zip(steps, nexts, strict=True)), after)


def _interval(interval: object) -> Timing:
    seconds = parse_duration(interval, path="interval")
    if seconds < SHORTEST_INTERVAL:
        message = f"{interval!r} is shorter than a second"
        raise DefinitionError([Finding("invalid_interval", message, "interval", '"1s" or more')])
    return IntervalTiming(seconds)


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
