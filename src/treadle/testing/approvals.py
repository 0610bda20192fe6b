"""Who decides approvals in a test."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from treadle.domain.durations import parse_duration
from treadle.domain.records import Approval
from treadle.domain.values import decode
from treadle.testing.errors import SetUpError
from treadle.testing.naming import name_in

SOMEBODY = "test"


@dataclass(frozen=True, slots=True)
class Decision:
    """`decision` is such as `approved`; `by` None is the first who is asked; `after` is how long the person takes."""

    decision: str
    by: str | None = None
    comment: str = ""
    data: Any = None
    after: str | float = 0

    @property
    def seconds(self) -> float:
        return parse_duration(self.after, path="after")

    def person(self, asked: Approval) -> str:
        assignees = decode(asked.assignees_json)
        return self.by if self.by is not None else assignees[0] if assignees else SOMEBODY


One = str | Decision | Mapping[str, Any] | None
Answer = One | Sequence[Decision]
"""`approved`, a `Decision`, or its fields; several where several people decide; None: nobody decides."""

Answers = Mapping[str, Answer | Callable[[Approval], Answer]]


def decisions_of(asked: Approval, answers: Answers) -> Sequence[Decision]:
    """What the test answers to this approval, by its node's id. A function gets the approval."""
    answer = answers.get(name_in(asked.scope, asked.node_id))
    if callable(answer):
        answer = answer(asked)
    if answer is None:
        return ()
    if isinstance(answer, str | Decision | Mapping):
        return (_decision(asked, answer),)
    return tuple(_decision(asked, each) for each in answer)


def _decision(asked: Approval, answer: str | Decision | Mapping[str, Any]) -> Decision:
    if isinstance(answer, Decision):
        return answer
    if isinstance(answer, str):
        return Decision(answer)
    try:
        return Decision(**answer)
    except TypeError as error:
        fields = "decision, by, comment, data, after"
        raise SetUpError(f"approvals[{asked.node_id!r}] is {dict(answer)!r}; its fields are {fields}") from error
