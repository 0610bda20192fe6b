"""What an approval asks of people, and when enough of them have spoken: pure rules, applied under the lock of its row.

A person counts once, by name, whatever its case and spaces. Somebody who decides again before the end takes back what they
said before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from treadle.domain.errors import Finding
from treadle.domain.values import decode

APPROVED, REJECTED, EXPIRED = "approved", "rejected", "expired"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One answer a person can choose; `style` is `primary`, `danger` or `plain`, for who shows it."""

    port: str
    label: str
    style: str = "plain"


YES_OR_NO = (Outcome(APPROVED, "Approve", "primary"), Outcome(REJECTED, "Reject", "danger"))


@dataclass(frozen=True, slots=True)
class ApprovalRules:
    """`required` people must choose the same outcome, but `reject_after` of them are enough for `rejected`.

    `starter` is who started the execution, None when nobody said so.
    """

    outcomes: tuple[Outcome, ...] = YES_OR_NO
    required: int = 1
    reject_after: int = 1
    not_by_starter: bool = False
    starter: str | None = None

    @property
    def ports(self) -> tuple[str, ...]:
        return tuple(outcome.port for outcome in self.outcomes)

    @property
    def counts_people(self) -> bool:
        """Whether it matters who decides, so that nobody may leave out their name."""
        return self.required > 1 or self.reject_after > 1 or self.not_by_starter

    def needed(self, decision: str) -> int:
        """How many people must choose this outcome."""
        return self.reject_after if decision == REJECTED else self.required

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> ApprovalRules:
        outcomes = tuple(Outcome(**each) for each in fields["outcomes"]) if "outcomes" in fields else YES_OR_NO
        return cls(**{**fields, "outcomes": outcomes})


@dataclass(frozen=True, slots=True)
class Vote:
    """What one person says. `data_json` is JSON text; `via` is how it reached us: `api`, `cli` or `link`."""

    decision: str
    by: str = ""
    comment: str = ""
    data_json: str = "null"
    via: str = "api"


class EventKind(StrEnum):
    OPENED = "opened"          # told to the workflow of `notify`; without one no event says it
    DECIDED = "decided"        # detail = {"decision", "comment", "data"}
    DELEGATED = "delegated"    # detail = {"to", "comment"}
    REMINDED = "reminded"      # detail = {"at": when it was due}
    ESCALATED = "escalated"    # detail = {"at", "to"}


@dataclass(frozen=True, slots=True)
class ApprovalEvent:
    """One line of an approval's record. `key` is unique in it; `notified_id` is the execution that tells people of it."""

    approval_id: str
    key: str
    kind: str
    by: str
    via: str
    detail_json: str
    at: datetime
    notify: str | None = None
    notified_id: str | None = None


def person(name: str) -> str:
    """The one spelling of a name that is compared."""
    return " ".join(name.split()).casefold()


def is_among(name: str, names: Iterable[str]) -> bool:
    return person(name) in {person(each) for each in names}


def latest_votes(events: Iterable[ApprovalEvent]) -> dict[str, ApprovalEvent]:
    """What each person says now, by the compared spelling of the name. Keys keep their order whatever the clock does."""
    votes = sorted((event for event in events if event.kind == EventKind.DECIDED), key=lambda event: event.key)
    return {person(event.by): event for event in votes}


def may_not_vote(rules: ApprovalRules, assignees: Sequence[str], groups: Sequence[str], vote: Vote) -> Finding | None:
    """Why this decision is not accepted, if it is not."""
    if vote.decision not in rules.ports:
        hint = f"one of {', '.join(rules.ports)}"
        return Finding("unknown_decision", f"{vote.decision!r} is not a decision", "decision", hint=hint)
    if rules.counts_people and not person(vote.by):
        return Finding("who_decides", "it matters here who decides", "by", hint="say who you are")
    if rules.not_by_starter and rules.starter is not None and person(vote.by) == person(rules.starter):
        message = f"{vote.by} started the execution and may not decide on it"
        return Finding("by_starter", message, "by", hint="ask somebody else to decide")
    # Nobody here knows who is in a group, so a name can only be refused where none is asked.
    if rules.counts_people and assignees and not groups and not is_among(vote.by, assignees):
        hint = f"one of {', '.join(assignees)} decides, or hands it over to {vote.by}"
        return Finding("not_asked", f"{vote.by} is not asked", "by", hint=hint)
    return None


def may_not_delegate(
    rules: ApprovalRules, assignees: Sequence[str], groups: Sequence[str], events: Sequence[ApprovalEvent], *, by: str, to: str
) -> Finding | None:
    """Why `by` cannot hand over to `to`, if so."""
    votes = latest_votes(events)
    if not is_among(by, assignees) and not groups:
        mend = f"one of {', '.join(assignees)} can" if assignees else "nobody in particular is asked: anybody may decide"
        return Finding("not_asked", f"{by} is not asked, and so has nothing to hand over", "by", hint=mend)
    if person(by) in votes:
        return Finding("has_decided", f"{by} has decided already", "by", hint="only who has not decided can hand it over")
    if is_among(to, assignees) or person(to) in votes:
        done = "has decided" if person(to) in votes else "is asked"
        return Finding("asked_already", f"{to} {done} already", "to", hint="hand it over to somebody else")
    if rules.not_by_starter and rules.starter is not None and person(to) == person(rules.starter):
        return Finding("by_starter", f"{to} started the execution and may not decide on it", "to", hint="choose somebody else")
    return None


def was_delegated(assignees: Sequence[str], events: Iterable[ApprovalEvent], *, by: str, to: str) -> bool:
    """Whether the same was handed over before, and still is."""
    if is_among(by, assignees) or not is_among(to, assignees):
        return False
    handed = [event for event in events if event.kind == EventKind.DELEGATED and person(event.by) == person(by)]
    return any(person(decode(event.detail_json)["to"]) == person(to) for event in handed)


def is_enough(rules: ApprovalRules, decision: str, decisions: Iterable[str]) -> bool:
    """Whether the outcome chosen last has its number; `decisions` are what all people say now."""
    return sum(each == decision for each in decisions) >= rules.needed(decision)
