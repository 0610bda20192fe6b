"""What happens to an approval by itself as time passes: reminders, an escalation, the end.

The steps are worked out anew each time from the config and the start, so nothing has to be remembered between them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from treadle.activities.handler import is_literal, refusals, refuse_config
from treadle.activities.waits import DURATION
from treadle.domain.approvals import APPROVED, REJECTED
from treadle.domain.durations import parse_duration
from treadle.domain.errors import DefinitionError

REMINDED, ESCALATED, DUE = "reminded", "escalated", "due"
ON_DUE = ("expire", "approve", "reject", "escalate")

STEP_FIELDS: Mapping[str, Any] = {
    "due": {"title": "Due", "description": 'How long there is to decide, such as "2d".', **DURATION},
    "on_due": {
        "title": "When due",
        "description": "What becomes of it if nobody has decided by then; `escalate` asks others, who have as long again.",
        "enum": list(ON_DUE),
        "default": "expire",
    },
    "reminders": {
        "title": "Reminders",
        "description": "When to remind: `after` so long, or so long `before_due`.",
        "type": "array",
        "maxItems": 50,
        "items": {
            "type": "object",
            "properties": {
                "after": {"title": "After", "description": "So long after it was asked.", **DURATION},
                "before_due": {"title": "Before due", "description": "So long before it is due.", **DURATION},
            },
            "minProperties": 1,
            "maxProperties": 1,
            "additionalProperties": False,
        },
    },
    "escalate": {
        "title": "Escalate",
        "description": "Whom to ask instead, and when: `after` so long, or when due with `on_due: escalate`.",
        "type": "object",
        "properties": {
            "after": {"title": "After", "description": "So long after it was asked.", **DURATION},
            "to": {
                "title": "To",
                "description": "Who decides from then on; what others have said by then counts.",
                "type": "array",
                "items": {"type": "string"},
                "minItems": 1,
            },
        },
        "required": ["to"],
        "additionalProperties": False,
    },
    "notify": {
        "title": "Notify",
        "description": "A workflow to start when it is asked, at each reminder and at the escalation; nothing waits for it.",
        "type": "string",
        "minLength": 1,
    },
}


@dataclass(frozen=True, slots=True)
class Step:
    """`kind` is reminded, escalated or due, which is the end. `passing`: not what the approval is due at."""

    at: datetime
    kind: str
    passing: bool = False

    @property
    def ends(self) -> bool:
        return self.kind == DUE


def steps_of(start: datetime, config: Mapping[str, Any]) -> list[Step]:
    """All steps of an approval asked at that time, the earliest first."""
    due = _after(start, config.get("due"), "due")
    steps = [Step(at, REMINDED, passing=True) for at in _reminders(start, due, config.get("reminders") or ())]
    escalate = config.get("escalate") or {}
    if escalate.get("after") is not None:
        steps.append(Step(_later(start, escalate["after"], "escalate.after"), ESCALATED, passing=True))
    if due is not None and config.get("on_due") == "escalate":
        steps += [Step(due, ESCALATED), Step(_later(due, config["due"], "due"), DUE)]
    elif due is not None:
        steps.append(Step(due, DUE))
    return sorted(steps, key=lambda step: (step.at, step.ends))


def check_steps(config: Mapping[str, Any], *, ports: Sequence[str]) -> None:
    """Refuse a config whose fields do not go together."""
    on_due, escalate = config.get("on_due", "expire"), config.get("escalate") or {}
    needed = {"approve": APPROVED, "reject": REJECTED}.get(on_due)
    if needed is not None and needed not in ports:
        refuse_config("on_due", f"there is no outcome {needed!r}; add it to the outcomes, or use `expire`")
    if on_due == "escalate" and (config.get("due") is None or not escalate):
        refuse_config("on_due", "`escalate` needs `due`, and `escalate.to` to say whom to ask then")
    if on_due == "escalate" and escalate.get("after") is not None:
        refuse_config("escalate.after", "with `on_due: escalate` the time is `due`; leave one of them out")
    if on_due != "escalate" and escalate and escalate.get("after") is None:
        refuse_config("escalate", "say when: `after`, or `due` with `on_due: escalate`")


def wrong_steps(config: Mapping[str, Any], *, ports: Sequence[str]) -> Iterator[tuple[str, str]]:
    """What `check_steps` and the reminders refuse of the fields that are written out."""
    written = {key for key in ("due", "on_due", "escalate", "reminders") if is_literal(config.get(key))}
    if {"due", "on_due", "escalate"} <= written:
        yield from refusals(lambda: check_steps(config, ports=ports))
    if "due" in config:
        return
    for index, reminder in enumerate(config.get("reminders") or ()):
        if isinstance(reminder, Mapping) and reminder.get("before_due") is not None:
            yield f"reminders[{index}].before_due", _NO_DUE


_NO_DUE = "there is no `due`; add it, or say `after`"


def _reminders(start: datetime, due: datetime | None, reminders: Sequence[Mapping[str, Any]]) -> list[datetime]:
    """Their times; one that would come before the start is left out."""
    found = []
    for index, reminder in enumerate(reminders):
        path = f"reminders[{index}]"
        if reminder.get("before_due") is None:
            found.append(_later(start, reminder.get("after"), f"{path}.after"))
        elif due is None:
            refuse_config(f"{path}.before_due", _NO_DUE)
        else:
            found.append(due - timedelta(seconds=_seconds(reminder["before_due"], f"{path}.before_due")))
    return [at for at in found if at > start]


def _after(start: datetime, duration: object, path: str) -> datetime | None:
    return None if duration is None else _later(start, duration, path)


def _later(start: datetime, duration: object, path: str) -> datetime:
    try:
        return start + timedelta(seconds=_seconds(duration, path))
    except OverflowError:
        refuse_config(path, "ends after the year 9999")


def _seconds(duration: object, path: str) -> float:
    try:
        return parse_duration(duration)
    except DefinitionError as error:
        refuse_config(path, str(error))
