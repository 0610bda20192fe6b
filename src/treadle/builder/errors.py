"""What the builder refuses, as soon as it is written."""

from __future__ import annotations

from treadle.domain.errors import TreadleError


class BuilderError(TreadleError):
    """Something that cannot be said in a workflow; the message has the mend."""


class UndecidedError(BuilderError, TypeError):
    """A value that exists only while a workflow runs was used to decide something while it is written."""

    def __init__(self, source: str) -> None:
        self.source = source
        super().__init__(
            f"`{source}` has no value until the workflow runs, so Python cannot decide with it; "
            "write `a & b`, `a | b`, `~a` for and, or, not; `choose(condition, a, b)` for `a if condition else b`; "
            "`is_in(x, xs)` for `x in xs`; `(a < x) & (x < b)` for `a < x < b`; "
            "and flow.if_(…) where the workflow goes one way or the other"
        )


class NotWritableError(BuilderError, TypeError):
    """A value that has no form in an expression or a config."""


class DuplicateNodeError(BuilderError, ValueError):
    """Two nodes of one workflow with the same id, its inner graphs included."""

    def __init__(self, node_id: str) -> None:
        self.node_id = node_id
        super().__init__(f"there is a node {node_id!r} already; ids are unique in a workflow, inner graphs included")
