"""Approvals: found, decided by people under the lock of their execution, handed on, told of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson

from treadle.domain.approvals import (
    ApprovalEvent,
    ApprovalRules,
    EventKind,
    Vote,
    is_among,
    is_enough,
    latest_votes,
    may_not_delegate,
    may_not_vote,
    person,
    was_delegated,
)
from treadle.domain.errors import ConflictError, DefinitionError, NotFoundError
from treadle.domain.records import Approval, Message, MessageKind, MessageOutcome, MessageReply, NewExecution, Page
from treadle.domain.states import TERMINAL, ExecutionStatus
from treadle.domain.values import INPUT_LIMIT, encode
from treadle.store import rows
from treadle.store.database import Database, Session
from treadle.store.inbox import Inbox
from treadle.store.pages import page, place
from treadle.store.starts import Starts

STATUSES = ("open", "decided", "expired")
COMMENT_TOLD = 500
"""Characters of each person's comment that the execution is told; with at most a hundred people it stays small."""


class _TakenBackError(Exception):
    """Somebody else has dealt with this notice."""


class Approvals:
    def __init__(self, database: Database, inbox: Inbox, starts: Starts) -> None:
        self._database = database
        self._inbox = inbox
        self._starts = starts

    # Finding

    def get(self, approval_id: str) -> Approval:
        with self._database.reading() as session:
            return self._found(session, "get_approval", approval_id)

    def find(
        self, *, status: str | None, execution_id: str | None, workflow: str | None, assignee: str | None, group: str | None,
        overdue: bool, limit: int, cursor: str | None,
    ) -> Page[Approval]:  # fmt: skip
        at = place(cursor)
        asked: dict[str, Any] = {
            "execution_id": execution_id, "workflow": workflow, "assignee": assignee, "member_of": group, "overdue": overdue,
        }  # fmt: skip
        asked |= {"before": at.before, "before_id": at.before_id, "limit": limit + 1}
        query = "list_approvals" if execution_id is None else "list_approvals_of"
        statuses = STATUSES if status is None else (status,)
        # Only an open one is late.
        chosen = [each for each in statuses if each == "open" or not overdue]
        with self._database.snapshot() as session:
            streams = [
                [rows.approval(row, self._database.time) for row in session.rows(query, status=each, **asked)] for each in chosen
            ]
        return page(streams, limit=limit)

    def events(self, approval_id: str) -> Sequence[ApprovalEvent]:
        with self._database.reading() as session:
            return self._events(session, approval_id)

    def facets(self) -> Mapping[str, Mapping[str, int]]:
        found: dict[str, dict[str, int]] = {"state": {}, "workflow": {}, "assignee": {}, "group": {}}
        with self._database.reading() as session:
            for facet, value, count in session.rows("approval_facets"):
                found[facet][value] = count
        return found

    # What people do

    def decide(self, approval_id: str, vote: Vote) -> MessageReply:
        with self._database.writing() as session:
            approval, status = self._locked(session, approval_id)
            events = self._events(session, approval_id)
            votes = latest_votes(events)
            said = rows.json_object(
                {"decision": vote.decision, "comment": vote.comment, "data": orjson.Fragment(vote.data_json)}
            )
            before = votes.get(person(vote.by))
            if before is not None and before.detail_json == said:
                return MessageReply(MessageOutcome.DUPLICATE, status)
            _check_open(approval, events)
            if status in TERMINAL:
                return MessageReply(MessageOutcome.REFUSED, status)
            rules = ApprovalRules.from_json(orjson.loads(approval.rules_json))
            refused = may_not_vote(rules, orjson.loads(approval.assignees_json), orjson.loads(approval.groups_json), vote)
            if refused is not None:
                raise DefinitionError([refused])
            self._record(session, approval, events, EventKind.DECIDED, by=vote.by, via=vote.via, detail_json=said)
            now = latest_votes(self._events(session, approval_id))
            decisions = {name: orjson.loads(event.detail_json) for name, event in now.items()}
            if not is_enough(rules, vote.decision, (each["decision"] for each in decisions.values())):
                return MessageReply(MessageOutcome.ACCEPTED, status)
            return self._close(session, approval, vote, _outcome(approval, rules, vote, now.values()))

    def delegate(self, approval_id: str, *, by: str, to: str, comment: str = "", via: str = "api") -> bool:
        with self._database.writing() as session:
            approval, _ = self._locked(session, approval_id)
            events = self._events(session, approval_id)
            assignees = orjson.loads(approval.assignees_json)
            if was_delegated(assignees, events, by=by, to=to):
                return False
            _check_open(approval, events)
            rules = ApprovalRules.from_json(orjson.loads(approval.rules_json))
            refused = may_not_delegate(rules, assignees, orjson.loads(approval.groups_json), events, by=by, to=to)
            if refused is not None:
                raise DefinitionError([refused])
            names = [to if person(name) == person(by) else name for name in assignees]
            names = names if is_among(by, assignees) else [*assignees, to]
            session.run("reassign_approval", id=approval_id, assignees_json=_text(names))
            said = rows.json_object({"to": to, "comment": comment})
            self._record(session, approval, events, EventKind.DELEGATED, by=by, via=via, detail_json=said)
        return True

    # Telling people

    def notices_due(self, *, limit: int = 100) -> Sequence[ApprovalEvent]:
        with self._database.reading() as session:
            return [rows.approval_event(row, self._database.time) for row in session.rows("notices_due", limit=limit)]

    def follow_notice(self, notice: ApprovalEvent, execution: NewExecution | None) -> bool:
        try:
            with self._database.writing() as session:
                # A key comes before all else in the order of locks, so the notice is locked last.
                started = self._starts.start(session, execution).id if execution is not None else None
                if session.row("lock_notice", approval_id=notice.approval_id, key=notice.key) is None:
                    raise _TakenBackError
                session.run("notice_followed", approval_id=notice.approval_id, key=notice.key, notified_id=started)
        except _TakenBackError:
            return False
        return True

    def secret(self, name: str, *, otherwise: str) -> str:
        with self._database.writing() as session:
            session.run("add_secret", name=name, value=otherwise)
            [(value,)] = session.rows("get_secret", name=name)
        return str(value)

    # Under the lock

    def _locked(self, session: Session, approval_id: str) -> tuple[Approval, ExecutionStatus]:
        """The approval and its execution's status, both locked, in the order that commits lock them."""
        found = self._found(session, "get_approval", approval_id)
        locked = session.row("lock_execution", id=found.execution_id)
        if locked is None:
            raise NotFoundError("approval", approval_id)
        return self._found(session, "lock_approval", approval_id), ExecutionStatus(locked[0])

    def _found(self, session: Session, query: str, approval_id: str) -> Approval:
        row = session.row(query, id=approval_id)
        if row is None:
            raise NotFoundError("approval", approval_id)
        return rows.approval(row, self._database.time)

    def _events(self, session: Session, approval_id: str) -> list[ApprovalEvent]:
        return [rows.approval_event(row, self._database.time) for row in session.rows("approval_events", approval_id=approval_id)]

    def _record(
        self, session: Session, approval: Approval, events: Sequence[ApprovalEvent], kind: EventKind, *,
        by: str, via: str, detail_json: str,
    ) -> None:  # fmt: skip
        """People's events are counted, so that they keep their order whatever the clock does."""
        number = 1 + sum(each.kind in (EventKind.DECIDED, EventKind.DELEGATED) for each in events)
        session.run(
            "add_approval_event", approval_id=approval.id, key=f"{number:06}:{kind}", execution_id=approval.execution_id,
            kind=kind.value, by=by, via=via, detail_json=detail_json,
        )  # fmt: skip

    def _close(self, session: Session, approval: Approval, vote: Vote, outcome: dict[str, Any]) -> MessageReply:
        text = encode(outcome, limit=2 * INPUT_LIMIT, name="decision")
        session.run("decide_approval", id=approval.id, decision_json=text)
        message_id = f"decision:{approval.id}"
        return self._inbox.receive(
            session, Message(approval.execution_id, MessageKind.DECISION, message_id, approval.id, text)
        )


def _outcome(approval: Approval, rules: ApprovalRules, vote: Vote, votes: Iterable[ApprovalEvent]) -> dict[str, Any]:
    """What the execution is told. Data that the last person left out is that of the one before; else the payload itself."""
    said = [(event, orjson.loads(event.detail_json)) for event in votes]
    agreed = [(event, each) for event, each in said if each["decision"] == vote.decision]
    given = [each["data"] for _, each in agreed if each["data"] is not None]
    own = orjson.loads(vote.data_json)
    data = own if own is not None else given[-1] if given else orjson.loads(approval.payload_json)
    outcome = {"decision": vote.decision, "by": vote.by, "comment": vote.comment, "data": data}
    if rules.required == rules.reject_after == 1:
        return outcome
    decisions = [
        {
            "decision": vote.decision,
            "by": event.by,
            "comment": each["comment"][:COMMENT_TOLD],
            "at": event.at.isoformat().replace("+00:00", "Z"),
        }
        for event, each in agreed
    ]
    return {**outcome, "decisions": decisions}


def _check_open(approval: Approval, events: Sequence[ApprovalEvent]) -> None:
    """ConflictError with what it became."""
    if approval.status == "open":
        return
    became = approval.status
    if approval.decision_json is not None:
        decision = orjson.loads(approval.decision_json)
        became += f": {decision['decision']}" + (f" by {decision['by']}" if decision.get("by") else "")
    elif any(each.kind == EventKind.DECIDED for each in events):
        became += ", too few had decided"
    raise ConflictError(f"approval {approval.id} is already {became}", state=approval.status)


def _text(value: Any) -> str:
    return encode(value, limit=INPUT_LIMIT, name="assignees")
