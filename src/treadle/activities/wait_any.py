"""Waiting for the first of several things: a signal, a time, a decision."""

# The parameters are the Handler protocol's; not every handler needs each of them.

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from treadle.activities.approval import decision_of
from treadle.activities.approval_config import APPROVAL_FIELDS, request_of, wrong_request
from treadle.activities.handler import Immediate, parse_rfc3339, refuse_config, rfc3339
from treadle.activities.waits import DURATION, after, wrong_time
from treadle.domain.activity import Context, Done, Event, Park, Wait
from treadle.domain.node_types import NodeType

KINDS = ("signal", "duration", "until", "approval")
_ENTRY: Mapping[str, Any] = {
    "port": {
        "title": "Port",
        "description": "The exit to take, whatever people decide; several ways may share one. `error` is taken.",
        "type": "string",
        "minLength": 1,
        "pattern": "^(?!error$)",
    },
    "signal": {"title": "Signal", "description": "The name of a signal.", "type": "string", "minLength": 1},
    "when": {
        "title": "When",
        "description": "Only signals for which this expression over `payload` holds.",
        "type": "string",
        "format": "expression",
    },
    "keep": {
        "title": "Count earlier signals",
        "description": "Take a signal that came before the wait began; otherwise only later ones count.",
        "type": "boolean",
        "default": True,
    },
    "duration": {"title": "Duration", "description": 'How long, such as "30m" or "2h".', **DURATION},
    "until": {"title": "Until", "description": "A time with its zone, such as 2026-03-29T01:00:00Z.", "type": "string"},
    "approval": {
        "title": "Approval",
        "description": (
            "A question to people: the fields of an `approval` node, without those about time. Whatever they decide, `rejected` "
            "too, leaves through this entry's port: put an `if` on `nodes.<id>.output.decision` after it."
        ),
        "type": "object",
        "properties": APPROVAL_FIELDS,
        "required": ["title"],
        "additionalProperties": False,
    },
}


def _way(kind: str) -> dict[str, Any]:
    """The rule of an entry of one kind: its own fields, and none of the others'."""
    own = {"port", kind, *(("when", "keep") if kind == "signal" else ())}
    return {
        "title": kind.capitalize(),
        "properties": {name: rule for name, rule in _ENTRY.items() if name in own},
        "required": ["port", kind],
        "additionalProperties": False,
    }


def any_ports(config: Mapping[str, Any]) -> tuple[str, ...]:
    """The ports named, in order, each once. Takes any config, valid or not."""
    entries = config.get("any")
    named = [entry.get("port") for entry in entries if isinstance(entry, Mapping)] if isinstance(entries, list | tuple) else []
    return tuple(dict.fromkeys(port for port in named if isinstance(port, str) and port))


def _never_works(config: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for index, entry in enumerate(config["any"] if isinstance(config["any"], list | tuple) else ()):
        if isinstance(entry, Mapping):
            yield from wrong_time(entry, f"any[{index}].until")
            if isinstance(entry.get("approval"), Mapping):
                yield from wrong_request(entry["approval"], f"any[{index}].approval.")


class WaitAny(Immediate):
    """Parks for all of them at once; what comes first ends the park, and the others count no more."""

    node_type = NodeType(
        type="wait_any",
        summary="Waits for the first of several signals, times and decisions.",
        category="wait",
        example={"any": [{"port": "paid", "signal": "payment"}, {"port": "late", "duration": "3d"}]},
        config_schema={
            "type": "object",
            "properties": {
                "any": {
                    "title": "Any of",
                    "description": "The ways on, each a `signal`, a `duration`, an `until` or an `approval`.",
                    "type": "array",
                    "minItems": 1,
                    "items": {
                        "type": "object",
                        "properties": _ENTRY,
                        "required": ["port"],
                        "additionalProperties": False,
                        "oneOf": [_way(kind) for kind in KINDS],
                    },
                }
            },
            "required": ["any"],
            "additionalProperties": False,
        },
        ports=(),
        ports_of=any_ports,
        deferred=("any[].when",),
        extra_names=("payload",),
        parks=True,
        check=_never_works,
        icon="timer",
        output="what came: the signal's payload, the time, or {decision, by, comment, data}",
    )

    def run(self, ctx: Context, config: Mapping[str, Any]) -> Park:
        if not config["any"]:
            refuse_config("any", "needs at least one way on")
        return Park(tuple(_wait(ctx, entry, f"any[{index}]") for index, entry in enumerate(config["any"])))

    def resume(self, ctx: Context, config: Mapping[str, Any], event: Event) -> Done:
        port = str(config["any"][event.wait]["port"])
        if event.kind == "time":
            return Done(rfc3339(event.at), port)
        return Done(decision_of(event) if event.kind == "approval" else event.payload, port)


def _wait(ctx: Context, entry: Mapping[str, Any], path: str) -> Wait:
    given = [kind for kind in KINDS if entry.get(kind) is not None]
    if len(given) != 1:
        refuse_config(path, f"needs exactly one of {', '.join(KINDS)}, and has {' and '.join(given) or 'none'}")
    name = str(entry["port"])
    match given[0]:
        case "signal":
            return Wait(name=name, signal=str(entry["signal"]), when=entry.get("when"), keep=entry.get("keep", True))
        case "duration":
            return Wait(name=name, until=after(ctx, entry["duration"], path=f"{path}.duration"))
        case "until":
            return Wait(name=name, until=parse_rfc3339(entry["until"], path=f"{path}.until"))
        case _:
            return Wait(name=name, approval=request_of(entry["approval"], f"{path}.approval."))


HANDLERS = (WaitAny(),)
