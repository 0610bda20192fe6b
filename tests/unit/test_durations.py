from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treadle.domain.durations import MAX_DURATION, format_duration, parse_duration
from treadle.domain.errors import DefinitionError


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        (0, 0.0),
        (30, 30.0),
        (0.25, 0.25),
        ("0s", 0.0),
        ("500ms", 0.5),
        ("1.5s", 1.5),
        ("30m", 1800.0),
        ("2h", 7200.0),
        ("7d", 604800.0),
        ("2w", 1209600.0),
        ("1h30m", 5400.0),
        ("1d2h3m4s5ms", 93784.005),
        (" 30s ", 30.0),
        ("PT30S", 30.0),
        ("PT0.5S", 0.5),
        ("P7D", 604800.0),
        ("P1W", 604800.0),
        ("P1DT2H", 93600.0),
        ("PT1H30M", 5400.0),
        (MAX_DURATION, MAX_DURATION),
        ("36525d", MAX_DURATION),
    ],
)
def test_a_duration_is_read_as_seconds(written: object, seconds: float) -> None:
    read = parse_duration(written)

    assert read == seconds
    assert isinstance(read, float)


@pytest.mark.parametrize(
    "written",
    [
        "", " ", "s", "5", "5 min", "1h 30m", "30m1h", "1h1h", "-1s", "+1s", "1e3s", ".5s", "5.s", "5S", "٣s", "1s\0",
        "P", "PT", "P1DT", "PT1D", "P1Y", "P1M", "p1d", "P1.D", "1" * 80 + "s",
        True, False, None, [], {}, (1,), -1, -0.5, math.nan, math.inf, -math.inf, "9" * 60 + "s",
        MAX_DURATION + 1, "36526d", "P36526D",
        pytest.param(10**5000, id="more digits than Python prints"),
        pytest.param(-(10**5000), id="as many, below zero"),
    ],
)  # fmt: skip
def test_what_is_no_duration_is_refused_with_its_place_and_the_accepted_forms(written: object) -> None:
    with pytest.raises(DefinitionError) as caught:
        parse_duration(written, path="nodes[2].timeout")

    (finding,) = caught.value.findings
    assert finding.path == "nodes[2].timeout"
    assert finding.severity == "error"
    assert "PT30S" in (finding.hint or "")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0s"),
        (0.5, "500ms"),
        (0.0001, "0.1ms"),
        (1, "1s"),
        (1.5, "1.5s"),
        (60, "1m"),
        (5400, "1h30m"),
        (604800, "7d"),
        (93784.005, "1d2h3m4.005s"),
        (0.9999999, "1s"),
    ],
)
def test_seconds_are_written_in_the_short_form(seconds: float, text: str) -> None:
    assert format_duration(seconds) == text


@given(st.integers(min_value=0, max_value=round(MAX_DURATION * 1000)))
def test_what_is_written_can_be_read_again(millis: int) -> None:
    seconds = millis / 1000

    again = parse_duration(format_duration(seconds))

    assert again == pytest.approx(seconds, abs=1e-6)
