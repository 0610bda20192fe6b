"""Approvals: people decide, or the time to decide runs out; on the way they are reminded, and others asked instead."""

# The parameters are the Handler protocol's; not every handler needs each of them.

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from treadle.activities.approval_config import APPROVAL_FIELDS, OUTCOMES, request_of, rules_of, wrong_request
from treadle.activities.approval_steps import ESCALATED, REMINDED, STEP_FIELDS, Step, check_steps, steps_of, wrong_steps
from treadle.activities.handler import Immediate, rfc3339
from treadle.domain.activity import ApprovalNotice, Context, Done, Event, Park, Wait
from treadle.domain.approvals import APPROVED, EXPIRED, REJECTED
from treadle.domain.node_types import NodeType

DECISION = "decision"
_PORT_ON_DUE = {"expire": EXPIRED, "approve": APPROVED, "reject": REJECTED, "escalate": EXPIRED}


def approval_ports(config: Mapping[str, Any]) -> tuple[str, ...]:
    """The outcomes of the config, or approved and rejected; and `expired`. Takes any config, valid or not."""
    outcomes = config.get(OUTCOMES)
    named = [each.get("port") for each in outcomes if isinstance(each, Mapping)] if isinstance(outcomes, list | tuple) else []
    ports = [port for port in named if isinstance(port, str) and port] or [APPROVED, REJECTED]
    return tuple(dict.fromkeys((*ports, EXPIRED)))


def _never_works(config: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield from wrong_request(config)
    yield from wrong_steps(config, ports=approval_ports(config))


def never_left_through(config: Mapping[str, Any]) -> tuple[str, ...]:
    """`expired`, where nothing ever expires."""
    expires = config.get("due") is not None and config.get("on_due", "expire") in ("expire", "escalate")
    return () if expires else (EXPIRED,)


def decision_of(event: Event) -> dict[str, Any]:
    """The decision with every field, however short it came; where several people decide, with what each of them said."""
    answer = {key: event.payload.get(key) for key in ("decision", "by", "comment", "data")}
    return answer | ({"decisions": event.payload["decisions"]} if "decisions" in event.payload else {})


class Approval(Immediate):
    """Parks for the decision and for the next steps; after a step that decides nothing it parks again, asking the same."""

    node_type = NodeType(
        type="approval",
        summary="Asks people to decide; costs nothing meanwhile.",
        category="people",
        example={"title": "Refund {{ input.total }}?", "assignees": ["ann"], "due": "2d"},
        config_schema={
            "type": "object",
            "properties": {**APPROVAL_FIELDS, **STEP_FIELDS},
            "required": ["title"],
            "additionalProperties": False,
        },
        ports=(APPROVED, REJECTED, EXPIRED),
        ports_of=approval_ports,
        closed_ports=never_left_through,
        parks=True,
        check=_never_works,
        icon="user-check",
        output="{decision, by, comment, data}, and `decisions` where several people decide",
    )

    def run(self, ctx: Context, config: Mapping[str, Any]) -> Park:
        check_steps(config, ports=rules_of(config, "").ports)
        notices = (ApprovalNotice("opened", ctx.now),) if config.get("notify") else ()
        return _park(config, steps_of(ctx.now, config), escalated=False, notices=notices)

    def resume(self, ctx: Context, config: Mapping[str, Any], event: Event) -> Done | Park:
        if event.kind != "time":
            answer = decision_of(event)
            return Done(answer, str(answer["decision"]))
        now = max(ctx.now, event.at)
        steps = steps_of(event.since or ctx.now, config)
        # What was due before this step was dealt with when it was; what is due by now is dealt with together.
        passed = [step for step in steps if event.at <= step.at <= now]
        if event.name not in (REMINDED, ESCALATED) or any(step.ends for step in passed):
            return _when_due(config, event)
        escalated = any(step.kind == ESCALATED and step.at <= now for step in steps)
        latest = {step.kind: ApprovalNotice(step.kind, step.at) for step in passed}
        return _park(config, [step for step in steps if step.at > now], escalated=escalated, notices=tuple(latest.values()))


def _park(config: Mapping[str, Any], steps: list[Step], *, escalated: bool, notices: tuple[ApprovalNotice, ...]) -> Park:
    people = {"assignees": config["escalate"]["to"], "groups": []} if escalated else {}
    asked = request_of({**config, **people}, "", notices=notices)
    times = (Wait(name=step.kind, until=step.at, passing=step.passing) for step in steps)
    return Park((Wait(name=DECISION, approval=asked), *times))


def _when_due(config: Mapping[str, Any], event: Event) -> Done:
    port = _PORT_ON_DUE[config.get("on_due", "expire")]
    comment = f"nobody decided until {rfc3339(event.at)}"
    return Done({"decision": port, "by": None, "comment": comment, "data": config.get("payload")}, port)


HANDLERS = (Approval(),)
