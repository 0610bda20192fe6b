"""How a call in a process ended, as it crosses the pipe: an output with its port, or what the handler raised."""

from __future__ import annotations

import traceback
from typing import Any

from treadle.activities.isolated_frames import Frame
from treadle.domain.activity import Done, Terminate
from treadle.domain.errors import ActivityError, ExpressionError, Fatal, LimitExceededError, RetryAfter, UnstorableValueError
from treadle.domain.values import RESULT_LIMIT, decode, encode

TRACEBACK_LIMIT = 8_000
"""Characters; the last ones say most."""
DETAILS_LIMIT = 32 * 1024


class IsolatedError(ActivityError):
    """What a handler raised in its process; `details.traceback` says where."""

    def __init__(self, message: str, *, type: str, retryable: bool, details: dict[str, object]) -> None:
        super().__init__(message, type=type, details=details)
        self.retryable = retryable


def answer_of(result: Any) -> Frame:
    """What a result says. Fatal when it cannot cross, or cannot be stored."""
    if isinstance(result, Done):
        return {"op": "done", "output": _encoded(result.output), "port": result.port}
    if isinstance(result, Terminate):
        return {"op": "done", "output": _encoded(result.output), "status": result.status}
    if type(result).__module__.startswith("treadle."):
        raise Fatal(
            f"a handler with isolation='process' returned a {type(result).__name__}: only a handler without isolation can wait or "
            "start others; let a node before or after it do that",
            type="unsupported_result",
        )
    return {"op": "done", "output": _encoded(result)}


def result_of(frame: Frame) -> Any:
    """The other way round, in the worker: the result, or what is raised for it."""
    if frame["op"] == "failed":
        raise _raised(frame)
    output = decode(frame["output"])
    if "status" in frame:
        return Terminate(frame["status"], output)
    if "port" in frame:
        port = frame["port"]
        return Done(output, port if isinstance(port, str) else tuple(port))
    return output


def failure_of(error: BaseException) -> Frame:
    """What an exception says, whatever it is made of."""
    said: Frame = {"op": "failed", "type": type(error).__name__, "retryable": True, "details": {}}
    match error:
        case ActivityError():
            said.update(type=str(error.type), retryable=bool(error.retryable), details=_details(error))
            if isinstance(error, RetryAfter):
                said["delay"] = error.delay if isinstance(error.delay, int | float) else str(error.delay)
        case ExpressionError():
            said.update(type="expression_error", retryable=False)
        case TimeoutError():
            said["type"] = "timeout"
    said["message"] = _text(error) or said["type"]
    if not isinstance(error, ActivityError):
        said["details"]["traceback"] = "".join(traceback.format_exception(error))[-TRACEBACK_LIMIT:]
    return said


def _raised(frame: Frame) -> ActivityError:
    if "delay" in frame:
        return RetryAfter(frame["delay"], frame["message"], type=frame["type"], details=frame["details"])
    return IsolatedError(frame["message"], type=frame["type"], retryable=frame["retryable"], details=frame["details"])


def _encoded(output: Any) -> str:
    try:
        return encode(output, limit=RESULT_LIMIT, name="result")
    except UnstorableValueError as error:
        raise Fatal(f"the output cannot be stored: {error}", type="unstorable") from error
    except LimitExceededError as error:
        raise Fatal(str(error), type="result_too_large") from error


def _details(error: ActivityError) -> Any:
    try:
        return decode(encode(dict(error.details), limit=DETAILS_LIMIT, name="details"))
    except (UnstorableValueError, LimitExceededError):
        return {}


def _text(error: BaseException) -> str:
    try:
        return str(error).encode("utf-8", "backslashreplace").decode()
    except Exception as worse:  # an exception's own `__str__`
        return f"its message cannot be made: {type(worse).__name__}"
