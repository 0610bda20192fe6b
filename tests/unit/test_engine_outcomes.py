"""What a handler's return value or exception means."""

from __future__ import annotations

from typing import Any

import pytest

from treadle.domain.activity import Done, Park, Terminate, Wait
from treadle.domain.errors import ActivityError, ExpressionError, Fatal, RetryAfter
from treadle.domain.values import decode
from treadle.engine.outcomes import ERROR_LIMIT, MESSAGE_LIMIT, Failure, Finished, failure_of, outcome_of


@pytest.mark.parametrize(
    ("result", "output_json", "ports", "detail"),
    [
        (None, "null", ("out",), None),
        ({"a": [1, 2.5, "x", True]}, '{"a":[1,2.5,"x",true]}', ("out",), None),
        (Done(5, "yes"), "5", ("yes",), None),
        (Done([1], ("x", "y")), "[1]", ("x", "y"), None),
        (Terminate("failed", 7), "7", (), '{"status":"failed"}'),
    ],
)
def test_what_comes_back_is_an_output_and_a_port(
    result: Any, output_json: str, ports: tuple[str, ...], detail: str | None
) -> None:
    outcome = outcome_of(result)

    assert isinstance(outcome, Finished)
    assert (outcome.output_json, outcome.ports, outcome.detail_json) == (output_json, ports, detail)


def test_a_park_stays_a_park() -> None:
    park = Park((Wait(signal="go"),))

    assert outcome_of(park) is park


@pytest.mark.parametrize(
    ("result", "type", "place"),
    [
        ({"a": [0, float("nan")]}, "unstorable", "a[1]"),
        (Done({"a": float("-inf")}, "yes"), "unstorable", "a"),
        (Terminate("completed", {"x": b"x"}), "unstorable", "x"),
        ({1: 2}, "unstorable", "key"),
        ("x" * 1_100_000, "result_too_large", "1,048,576"),
    ],
)
def test_what_cannot_be_stored_is_a_failure_that_says_where(result: Any, type: str, place: str) -> None:
    outcome = outcome_of(result)

    assert isinstance(outcome, Failure)
    assert (outcome.type, outcome.retryable) == (type, False)
    assert place in outcome.message


@pytest.mark.parametrize(
    ("error", "type", "retryable", "delay"),
    [
        (ActivityError("no", type="odd"), "odd", True, None),
        (Fatal("no"), "fatal", False, None),
        (RetryAfter("2m"), "retry_after", True, 120.0),
        (RetryAfter(1.5, type="busy"), "busy", True, 1.5),
        (ExpressionError("no", source="x"), "expression_error", False, None),
        (TimeoutError(), "timeout", True, None),
        (KeyError("id"), "KeyError", True, None),
    ],
)
def test_an_exception_says_whether_and_when_to_try_again(error: Exception, type: str, retryable: bool, delay: float | None) -> None:
    failure = failure_of(error)

    assert (failure.type, failure.retryable, failure.delay) == (type, retryable, delay)
    assert failure.message


def test_details_of_an_error_are_kept() -> None:
    failure = failure_of(Fatal("no", type="odd", details={"n": 1}))

    assert decode(failure.to_json("a")) == {"type": "odd", "message": "no", "node_id": "a", "details": {"n": 1}}


@pytest.mark.parametrize("details", [{"n": float("nan")}, {"b": b""}, {"big": "x" * ERROR_LIMIT}])
def test_details_that_cannot_be_stored_are_left_out(details: dict[str, Any]) -> None:
    failure = Failure("odd", "no", details=details)

    assert decode(failure.to_json("a")) == {"type": "odd", "message": "no", "node_id": "a"}


def test_a_message_that_cannot_be_stored_is_escaped_and_a_long_one_cut() -> None:
    odd = decode(Failure("odd\ud800", "no \ud800 \x00").to_json("a"))
    long = decode(Failure("odd", "é" * 10_000).to_json("a"))

    assert odd["type"] == "odd\\ud800"
    assert "\\ud800" in odd["message"]
    assert long["message"] == "é" * MESSAGE_LIMIT
