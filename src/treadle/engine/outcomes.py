"""How one attempt of an activity ended, and the journal row that says so."""

from __future__ import annotations

import signal
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson

from treadle.domain.activity import Done, Park, Terminate
from treadle.domain.composites import LoopPlan, MapPlan, Plan
from treadle.domain.durations import parse_duration
from treadle.domain.errors import (
    ActivityError,
    DefinitionError,
    ExpressionError,
    LimitExceededError,
    RetryAfter,
    UnstorableValueError,
)
from treadle.domain.masking import NOTHING_HIDDEN, Mask
from treadle.domain.records import NewExecution
from treadle.domain.values import MAP_RESULT_LIMIT, RESULT_LIMIT, encode

ERROR_LIMIT = 64 * 1024
MESSAGE_LIMIT = 4_000


@dataclass(frozen=True, slots=True)
class Failure:
    """A failed attempt. `delay` in seconds is when the handler asked to be tried again."""

    type: str
    message: str
    retryable: bool = True
    details: Mapping[str, Any] = field(default_factory=dict)
    delay: float | None = None
    output_json: str | None = None

    def to_json(self, node_id: str) -> str:
        error: dict[str, Any] = {"type": self.type, "message": self.message[:MESSAGE_LIMIT], "node_id": node_id}
        if self.details:
            error["details"] = dict(self.details)
        try:
            return encode(error, limit=ERROR_LIMIT, name="error")
        except (UnstorableValueError, LimitExceededError):
            return encode(
                {"type": _clean(self.type), "message": _clean(self.message), "node_id": node_id}, limit=RESULT_LIMIT, name="error"
            )


@dataclass(frozen=True, slots=True)
class Finished:
    """A successful attempt, its output encoded. `detail` is what a `terminate` node says."""

    output_json: str
    ports: tuple[str, ...]
    output: Any
    detail_json: str | None = None
    status: str = "completed"


@dataclass(frozen=True, slots=True)
class Started:
    """The attempt starts children: it parks until one of them ends, or is finished at once."""

    children: tuple[NewExecution, ...]
    park: Park
    finished: Finished | None = None


@dataclass(frozen=True, slots=True)
class Begun:
    """The activity plays its inner graph by this plan, which is encoded here."""

    plan: Plan
    plan_json: str


Outcome = Finished | Failure | Park | Started | Begun


def outcome_of(result: Any) -> Outcome:
    """What a handler's return value means. A value that cannot be stored is a failure that names the JSON path.

    Children must have been prepared before (`children.prepare_children`).
    """
    match result:
        case Park(waits=()):
            return Failure("empty_park", "the handler waits for nothing: a Park needs at least one Wait", retryable=False)
        case Park() | Started():
            return result
        case MapPlan() | LoopPlan():
            return _begun(result)
        case Done(output=output, port=port):
            return _finished(output, (port,) if isinstance(port, str) else port)
        case Terminate(status=status, output=output):
            return _finished(output, (), detail_json=orjson.dumps({"status": status}).decode())
        case _:
            return _finished(result, ("out",))


def failure_of(error: BaseException, *, mask: Mask = NOTHING_HIDDEN) -> Failure:
    """What an exception from a handler means. Never raises, whatever the exception is made of."""
    try:
        failure: Failure = mask.value(_failure_of(error))
        return failure
    except DefinitionError as wrong:
        return Failure(type(error).__name__, mask.text(str(wrong)), retryable=False)
    except Exception as worse:  # a delay that is none, a message that raises while it is made
        return Failure(type(error).__name__, f"the exception cannot be read: {type(worse).__name__}")


def reraise_interrupt(error: BaseException) -> None:
    """Ctrl-C is no failure of the handler that it happens to hit. Workers stop gracefully on it, so this is for tests."""
    in_main = threading.current_thread() is threading.main_thread()
    if isinstance(error, KeyboardInterrupt) and in_main and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        raise error


def _failure_of(error: BaseException) -> Failure:
    match error:
        case RetryAfter():
            delay = parse_duration(error.delay, path="RetryAfter.delay")
            return Failure(error.type, str(error), details=error.details, delay=delay)
        case ActivityError():
            return Failure(error.type, str(error), retryable=error.retryable, details=error.details)
        case ExpressionError():
            return Failure("expression_error", str(error), retryable=False)
        case TimeoutError():
            return Failure("timeout", str(error) or "the attempt took too long")
        case _:
            return Failure(type(error).__name__, str(error) or type(error).__name__)


def _begun(plan: Plan) -> Outcome:
    try:
        return Begun(plan, encode(plan.to_json(), limit=MAP_RESULT_LIMIT, name="items"))
    except UnstorableValueError as error:
        return Failure("unstorable", f"the items cannot be stored: {error}", retryable=False)
    except LimitExceededError as error:
        return Failure("result_too_large", str(error), retryable=False)


def _finished(output: Any, ports: tuple[str, ...], *, detail_json: str | None = None) -> Outcome:
    try:
        return Finished(encode(output, limit=RESULT_LIMIT, name="result"), ports, output, detail_json)
    except UnstorableValueError as error:
        return Failure("unstorable", f"the output cannot be stored: {error}", retryable=False)
    except LimitExceededError as error:
        return Failure("result_too_large", str(error), retryable=False)


def _clean(text: str) -> str:
    return text[:MESSAGE_LIMIT].encode("ascii", "backslashreplace").decode().replace("\x00", "\\x00")


def iso(moment: datetime) -> str:
    return moment.isoformat()
