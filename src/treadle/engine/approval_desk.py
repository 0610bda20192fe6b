"""What people do with approvals: decide, hand over, get a link; and which workflows must know who starts them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from treadle.domain.approvals import EXPIRED, REJECTED, ApprovalEvent, ApprovalRules, Vote, latest_votes, may_not_vote
from treadle.domain.durations import MAX_DURATION, parse_duration
from treadle.domain.errors import ConflictError, DefinitionError, Finding
from treadle.domain.records import Approval, MessageOutcome, MessageReply
from treadle.domain.schema import check_value
from treadle.domain.states import TERMINAL
from treadle.domain.values import SIGNAL_LIMIT, decode, encode
from treadle.engine.approval_links import ApprovalLink, LinkSigner
from treadle.engine.names import check_name
from treadle.engine.program import Program
from treadle.ports import Store, Wakeup

LINK_LIFE = 7 * 86400.0
"""Seconds a link is good for, if nobody says otherwise."""


@dataclass(frozen=True, slots=True)
class ApprovalRecord:
    """An approval with all that has happened to it. `votes` is what each person says now.

    `closed` says why nobody can decide any more, if neither people nor the deadline ended it.
    """

    approval: Approval
    rules: ApprovalRules
    events: tuple[ApprovalEvent, ...]
    votes: tuple[ApprovalEvent, ...]
    closed: str | None = None

    @property
    def decisions(self) -> tuple[str, ...]:
        """What each person chooses now."""
        return tuple(str(decode(vote.detail_json)["decision"]) for vote in self.votes)


class ApprovalDesk:
    """`link_key` signs links; None: a key that the database keeps."""

    def __init__(self, store: Store, wakeup: Wakeup, *, link_key: str | None) -> None:
        self._store = store
        self._wakeup = wakeup
        self._signer = LinkSigner(link_key or (lambda otherwise: store.approvals.secret("approval_link", otherwise=otherwise)))

    def show(self, approval_id: str) -> ApprovalRecord:
        """NotFoundError."""
        approval = self._store.executions.approval(approval_id)
        events = tuple(self._store.approvals.events(approval_id))
        return ApprovalRecord(approval, rules_of(approval), events, tuple(latest_votes(events).values()), self._closed(approval))

    def decide(
        self, approval_id: str, decision: str, *, by: str = "", comment: str = "", data: object = None, via: str = "api"
    ) -> MessageReply:
        """Say what one person decides. The reply's `seq` is None while others must decide too.

        ConflictError with what it became when someone or the deadline was first; DefinitionError when the decision, its data
        or this person does not count.
        """
        by = _without_ends(by)
        _check_text(by, "by")
        approval = self._store.executions.approval(approval_id)
        self._check_data(approval, decision, data)
        vote = Vote(decision, by, comment, encode(data, limit=SIGNAL_LIMIT, name="data"), via)
        encode(comment, limit=SIGNAL_LIMIT, name="comment")
        reply = self._store.approvals.decide(approval_id, vote)
        if reply.outcome is MessageOutcome.REFUSED:
            state = str(reply.status)
            raise ConflictError(f"execution {approval.execution_id} is {state}: too late to decide", state=state)
        self._wakeup.notify()
        return reply

    def delegate(self, approval_id: str, *, by: str, to: str, comment: str = "", via: str = "api") -> bool:
        """`by`, who is asked, hands over to `to`. False: did so before. ConflictError, DefinitionError, NotFoundError."""
        by, to = _without_ends(by), _without_ends(to)
        check_name(by, "by")
        check_name(to, "to")
        encode(comment, limit=SIGNAL_LIMIT, name="comment")
        return self._store.approvals.delegate(approval_id, by=by, to=to, comment=comment, via=via)

    def link(self, approval_id: str, *, person: str | None = None, expires: object = None) -> tuple[str, datetime]:
        """A token with which whoever has it decides this one approval, as `person` if given; and until when.

        NotFoundError; ConflictError when it is not open; DefinitionError for the duration, the name, or somebody who may not
        decide.
        """
        if person is not None:
            person = _without_ends(person)
            check_name(person, "for")
        seconds = LINK_LIFE if expires is None else parse_duration(expires, path="expires")
        approval = self._store.executions.approval(approval_id)
        if approval.status != "open":
            raise ConflictError(f"approval {approval_id} is already {approval.status}", state=approval.status)
        if person is not None:
            _check_may_decide(approval, person)
        until = self._store.now() + timedelta(seconds=min(seconds, MAX_DURATION))
        return self._signer.token(ApprovalLink(approval_id, int(until.timestamp()), person)), until

    def open_link(self, token: str) -> ApprovalLink:
        """What a token allows. NotFoundError for one that this system never gave out, ConflictError (`expired`) after its time."""
        link = self._signer.read(token)
        if link.expires <= self._store.now().timestamp():
            raise ConflictError("this link has expired; ask for a new one", state="link_expired")
        return link

    def _closed(self, approval: Approval) -> str | None:
        """Not an event of its own: the commit that ends an execution closes its approvals with one statement."""
        at = approval.decided_at
        if approval.status != EXPIRED or at is None or (approval.due_at is not None and approval.due_at <= at):
            return None
        execution = self._store.executions.get(approval.execution_id)
        if execution.status in TERMINAL and execution.finished_at is not None and execution.finished_at <= at:
            return f"the execution has ended: {execution.status}"
        return "the execution went on without it"

    def _check_data(self, approval: Approval, decision: str, data: object) -> None:
        """The form is for every outcome but `rejected`; what is not given is taken from the payload, as it is."""
        form = decode(approval.form_json)
        if not form or decision not in rules_of(approval).ports or decision == REJECTED:
            return
        given = decode(approval.payload_json) if data is None else data
        findings = check_value(form, {} if given is None else given, path="data")
        if findings:
            raise DefinitionError(findings)


def rules_of(approval: Approval) -> ApprovalRules:
    return ApprovalRules.from_json(decode(approval.rules_json))


def _check_may_decide(approval: Approval, person: str) -> None:
    """DefinitionError for somebody whose decision would be refused, whatever it is."""
    rules = rules_of(approval)
    vote = Vote(rules.ports[0], by=person)
    refused = may_not_vote(rules, decode(approval.assignees_json), decode(approval.groups_json), vote)
    if refused is not None:
        raise DefinitionError([replace(refused, path="for")])


def check_starter(program: Program, by: str | None) -> None:
    """DefinitionError when an approval of the workflow may not be decided by its starter and nobody says who that is."""
    if by is not None:
        check_name(by, "by")
        return
    node = _asks_for_starter(program)
    if node is not None:
        message = f"the approval {node!r} may not be decided by who starts the execution, so somebody must"
        raise DefinitionError([Finding("who_starts", message, "by", hint="say who starts it: `by`, or --by on the command line")])


def _asks_for_starter(program: Program) -> str | None:
    cache = program.graph.cache
    if "asks_for_starter" not in cache:
        here = (step.node.id for step in program.steps if _is_not_by_starter(step.node.type, step.node.config))
        inner = (_asks_for_starter(each) for each in (*program.inner.values(), *program.parts.values()))
        cache["asks_for_starter"] = next(here, None) or next((found for found in inner if found), None)
    found: str | None = cache["asks_for_starter"]
    return found


def _is_not_by_starter(node_type: str, config: Mapping[str, Any]) -> bool:
    if node_type == "approval":
        return bool(config.get("not_by_starter"))
    entries = config.get("any", ()) if node_type == "wait_any" else ()
    asked = (entry.get("approval") for entry in entries if isinstance(entry, Mapping))
    return any(isinstance(each, Mapping) and each.get("not_by_starter") for each in asked)


def _check_text(name: str, path: str) -> None:
    if name:
        check_name(name, path)


def _without_ends(name: str) -> str:
    """Without spaces at the ends; a name of nothing else stays as it is, and is refused."""
    return name.strip() or name
