"""Every error Treadle raises on purpose; the docstring of each is its message.

TreadleError
├── DefinitionError            a workflow definition or input that cannot be accepted (`findings` says where)
│   └── ExpressionError        an expression that cannot be parsed or evaluated
├── UnstorableValueError       a value that JSON or the database cannot hold
├── LimitExceededError         a named limit
├── NotFoundError              no workflow, execution, approval, schedule … of that name
├── RegistrationError          activities that cannot be registered
├── ConflictError              too late: carries the state that won
│   └── ConcurrencyLimitError  every slot of a workflow's concurrency limit is taken
├── IdempotencyError           the key was used before with another request
├── SignatureError             a delivery at a webhook is not signed as it must be
│   └── NoSigningSecretError   nobody can tell: the secret is missing here
├── MarkingError               the journal and the graph contradict each other
│   └── JournalGapError
├── StoreError
│   ├── StoreUnavailableError  the outcome of the call is unknown; send the same again
│   ├── JournalConflictError   rows of that seq exist already
│   ├── DataRejectedError      the database refused the content
│   └── SchemaError            the database's schema is missing, behind or ahead
├── BackupError                a copy of the database could not be made
├── SecretsKeyError            a secret cannot be sealed or opened
├── LeaseLostError             this worker incarnation may write no more
├── StuckHandlersError         too many threads of this worker hang in handlers that were given up
├── AttemptOverError           a handler goes on whose result is no longer wanted
└── ActivityError              raised by handlers: Fatal, RetryAfter
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class TreadleError(Exception):
    """Something Treadle refuses or could not do."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One remark about a definition, an input or a config: where it is, what is wrong, how to mend it.

    `path` is a JSON path from the document's root, such as `nodes[3].config.url`; `severity` is `error`, `warning` or `info`.
    """

    code: str
    message: str
    path: str = ""
    hint: str | None = None
    severity: str = "error"


class DefinitionError(TreadleError):
    """The definition or input is not valid; `findings` names each place."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("; ".join(f"{f.path}: {f.message}" if f.path else f.message for f in self.findings))


class ExpressionError(TreadleError):
    """An expression that cannot be parsed or evaluated; `column` counts from 1, None when unknown."""

    def __init__(self, message: str, *, source: str, column: int | None = None) -> None:
        self.source = source
        self.column = column
        self.reason = message
        super().__init__(message if column is None else f"{message} (column {column})")


class UnstorableValueError(TreadleError):
    """A value that JSON or the database cannot hold; `path` says where in the value."""

    def __init__(self, path: str, reason: str) -> None:
        self.path = path
        self.reason = reason
        super().__init__(f"{path}: {reason}")


class LimitExceededError(TreadleError):
    """A named limit was exceeded."""

    def __init__(self, limit: str, *, allowed: int, actual: int, unit: str = "bytes") -> None:
        self.limit = limit
        self.allowed = allowed
        self.actual = actual
        super().__init__(f"{limit}: {actual:,} {unit}, the limit is {allowed:,}")


class NotFoundError(TreadleError):
    """There is no such thing; `known` may name things that exist."""

    def __init__(self, kind: str, name: str, *, known: Sequence[str] = ()) -> None:
        self.kind = kind
        self.name = name
        self.known = tuple(known)
        super().__init__(f"no {kind} {name!r}")


class RegistrationError(TreadleError):
    """Activities that cannot be registered; the message says which, and how to mend it."""


class ConflictError(TreadleError):
    """It is too late, or the thing is not in a state that allows it; `state` is the state that won."""

    def __init__(self, message: str, *, state: str) -> None:
        self.state = state
        super().__init__(message)


class ConcurrencyLimitError(ConflictError):
    """Every slot of the workflow's concurrency limit is taken, and its `on_limit` is `skip`; `holders` are execution ids."""

    def __init__(self, workflow: str, key: str, *, limit: int, holders: Sequence[str]) -> None:
        self.holders = tuple(holders)
        of_key = f" for key {key!r}" if key else ""
        held = f", held by {', '.join(holders)}" if holders else ""
        super().__init__(
            f"not started: workflow {workflow!r} has {limit} of {limit} executions open{of_key}{held}; start it again when one "
            'has ended, or set "on_limit": "wait" in settings.concurrency',
            state="concurrency",
        )


class IdempotencyError(TreadleError):
    """The idempotency key was used before with a different request."""

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(f"idempotency key {key!r} was used before with a different request")


class SignatureError(TreadleError):
    """A delivery is not signed as its webhook asks; the message is for the webhook's owner, never for the sender."""


class NoSigningSecretError(SignatureError):
    """The secret that a webhook's deliveries are signed with cannot be had here."""


class MarkingError(TreadleError):
    """The journal and the graph contradict each other."""


class JournalGapError(MarkingError):
    """A journal row is missing: the execution cannot be folded."""

    def __init__(self, execution_id: str, expected: int, found: int) -> None:
        super().__init__(f"journal_gap in {execution_id}: expected seq {expected}, found {found}")


class StoreError(TreadleError):
    """The store could not do what was asked."""


class StoreUnavailableError(StoreError):
    """The database could not be reached, or the connection broke: the outcome of the call is unknown."""


class JournalConflictError(StoreError):
    """A journal row of that `(execution_id, seq)` exists already; nothing of the commit was applied."""


class DataRejectedError(StoreError):
    """The database refused the content (a data or constraint error); nothing of the commit was applied."""


class SchemaError(StoreError):
    """The database's schema is missing, behind or ahead of this release."""


class BackupError(TreadleError):
    """A copy of the database could not be made."""


class SecretsKeyError(TreadleError):
    """A secret cannot be sealed or opened: there is no key, or not the right one."""


class LeaseLostError(TreadleError):
    """This worker's lease is lost: it may change nothing any more."""


class StuckHandlersError(TreadleError):
    """Too many threads hang in handlers that were given up; the worker has given its work back and ends."""

    def __init__(self, stuck: int, threads: int) -> None:
        super().__init__(
            f"{stuck} threads hang in handlers that were given up, of {threads} for handlers; the worker has given its work back "
            "and must be started again. Handlers that may hang belong into a process: @activity(…, isolation='process')"
        )


class AttemptOverError(TreadleError):
    """A heartbeat of a handler whose result is no longer wanted: it is to return."""


class ActivityError(TreadleError):
    """A failure a handler raises on purpose; `type` is what `error.type` and `non_retryable` see."""

    retryable = True

    def __init__(self, message: str, *, type: str = "error", details: dict[str, object] | None = None) -> None:
        self.type = type
        self.details = details or {}
        super().__init__(message)


class Fatal(ActivityError):
    """A failure that no retry can mend."""

    retryable = False

    def __init__(self, message: str, *, type: str = "fatal", details: dict[str, object] | None = None) -> None:
        super().__init__(message, type=type, details=details)


class RetryAfter(ActivityError):
    """A failure that asks for the next try after `delay` (a duration, such as `"30s"` or seconds)."""

    def __init__(
        self,
        delay: str | float,
        message: str = "asked to retry later",
        *,
        type: str = "retry_after",
        details: dict[str, object] | None = None,
    ) -> None:
        self.delay = delay
        super().__init__(message, type=type, details=details)
