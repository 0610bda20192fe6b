"""Times read, written, moved and compared; clocks that change are the point."""

from __future__ import annotations

from typing import Any

import pytest

from unit.node_trials import failure_of, output_of


@pytest.mark.parametrize(("config", "output"), [
    ({"do": "parse", "time": "2026-03-29T03:00:00+02:00"}, "2026-03-29T01:00:00Z"),
    ({"do": "parse", "time": 0}, "1970-01-01T00:00:00Z"),
    ({"do": "parse"}, "2026-03-29T01:00:00Z"),
    ({"do": "parse", "time": "29.03.2026 03:30", "pattern": "%d.%m.%Y %H:%M", "zone": "Europe/Berlin"}, "2026-03-29T01:30:00Z"),
    ({"do": "parse", "time": "Mar 5, 2026 01:05 PM", "pattern": "%b %d, %Y %I:%M %p"}, "2026-03-05T13:05:00Z"),
    ({"do": "parse", "time": "5 % 2026 +0130", "pattern": "%d %% %Y %z", "zone": "Europe/Berlin"}, "2026-01-04T22:30:00Z"),
    ({"do": "format", "pattern": "%A %d.%m.%Y %H:%M", "zone": "Europe/Berlin"}, "Sunday 29.03.2026 03:00"),
    ({"do": "format", "time": "2026-07-01T00:00:00Z", "zone": "America/New_York"}, "2026-06-30T20:00:00-0400"),
    ({"do": "shift", "time": "2026-03-28T11:00:00Z", "days": 1, "zone": "Europe/Berlin"}, "2026-03-29T10:00:00Z"),
    ({"do": "shift", "time": "2026-03-28T11:00:00Z", "days": 1}, "2026-03-29T11:00:00Z"),
    ({"do": "shift", "time": "2026-03-28T01:30:00Z", "days": 1, "zone": "Europe/Berlin"}, "2026-03-29T01:30:00Z"),
    ({"do": "shift", "time": "2026-01-31T12:00:00Z", "months": 1}, "2026-02-28T12:00:00Z"),
    ({"do": "shift", "time": "2026-01-31T12:00:00Z", "months": -2, "days": 1, "by": "-30m"}, "2025-12-01T11:30:00Z"),
    ({"do": "shift", "time": "2026-12-15T12:00:00Z", "months": 25}, "2029-01-15T12:00:00Z"),
    ({"do": "shift", "by": 90}, "2026-03-29T01:01:30Z"),
    ({"do": "start", "zone": "Europe/Berlin"}, "2026-03-28T23:00:00Z"),
    ({"do": "start", "time": "2026-08-14T10:00:00Z", "of": "month", "zone": "Europe/Berlin"}, "2026-07-31T22:00:00Z"),
    ({"do": "difference", "time": "2026-03-01T00:00:00Z", "to": "2026-03-02T12:00:00Z", "unit": "days"}, 1.5),
    ({"do": "difference", "time": "2026-03-01T00:01:00Z", "to": "2026-03-01T00:00:00Z"}, -60.0),
])  # fmt: skip
def test_what_is_done_with_a_time(config: dict[str, Any], output: Any) -> None:
    assert output_of("data.date", config) == output


def test_a_time_is_taken_apart_in_its_zone() -> None:
    parts = output_of("data.date", {"do": "parts", "zone": "Europe/Berlin"})

    assert (parts["hour"], parts["weekday"], parts["offset"]) == (3, 7, 7200)


@pytest.mark.parametrize(("config", "said"), [
    ({"do": "parse", "time": "2026-03-29T03:00:00"}, "config.time: \"2026-03-29T03:00:00\" has no time zone"),
    ({"do": "parse", "time": "29.3.", "pattern": "%d.%m.%Y"}, 'config.time: "29.3." is not written as "%d.%m.%Y"'),
    ({"do": "parse", "time": "2026 x", "pattern": "%Y %c"}, 'config.time: no field "%c"'),
    ({"do": "parse", "time": 5, "pattern": "%Y"}, "config.time: needs a text, not a number"),
    ({"do": "parse", "time": "2026", "pattern": "%Y", "zone": "Mars/Base"}, 'config.zone: no time zone "Mars/Base"'),
    ({"do": "format", "zone": "Mars/Base"}, 'config.zone: no time zone "Mars/Base"'),
    ({"do": "shift"}, "config.by: is missing: give `by`, `days` or `months`"),
    ({"do": "shift", "months": 99_999_999}, "config.months: the time is outside of the years 1 to 9999"),
    ({"do": "shift", "months": 100_000}, "config.months: the time is outside of the years 1 to 9999"),
    ({"do": "shift", "days": "{{ 1.5 }}"}, "config.days: needs a whole number, not a number"),
    ({"do": "shift", "by": "soon"}, "config.by: 'soon' is not a duration"),
    ({"do": "shift", "by": "9000d", "time": "9990-01-01T00:00:00Z"}, "config.by: the time is outside of the years 1 to 9999"),
    ({"do": "format", "pattern": "%Q"}, 'config.pattern: no field "%Q"; there are %Y'),
    ({"do": "difference", "time": "noon", "to": 0}, 'config.time: "noon" is not a time'),
    ({"do": "difference"}, "config.to: is missing: difference needs the other time"),
    ({"do": "difference", "to": "noon"}, 'config.to: "noon" is not a time such as 2026-03-29T01:00:00Z'),
])  # fmt: skip
def test_what_cannot_be_done_is_said(config: dict[str, Any], said: str) -> None:
    kind, message = failure_of("data.date", config)

    assert kind == ("config" if "is missing" in said else "data")
    assert message.startswith(said)
