"""Waiting for time, and for a signal."""

# The parameters are the Handler protocol's; not every handler needs each of them.

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from treadle.activities.handler import Immediate, is_literal, parse_rfc3339, refusals, refuse_config, rfc3339
from treadle.domain.activity import Context, Done, Event, Park, Wait
from treadle.domain.durations import parse_duration
from treadle.domain.errors import DefinitionError
from treadle.domain.graph import OUT
from treadle.domain.node_types import NodeType

TIMEOUT = "timeout"

DURATION = {"type": ["string", "number"], "format": "duration"}


def after(ctx: Context, duration: object, *, path: str) -> datetime:
    """The instant that long after the attempt began."""
    try:
        return ctx.after(parse_duration(duration))
    except DefinitionError as error:
        refuse_config(path, str(error))
    except OverflowError:
        refuse_config(path, "ends after the year 9999")


def wrong_time(config: Mapping[str, Any], path: str = "until") -> Iterator[tuple[str, str]]:
    """Why no attempt can wait until the time that is written in `until`."""
    until = config.get("until")
    if isinstance(until, str) and is_literal(until):
        yield from refusals(lambda: parse_rfc3339(until, path=path))


class WaitNode(Immediate):
    """Parks until a time; a time that has passed is no wait at all."""

    node_type = NodeType(
        type="wait",
        summary="Waits for a while, or until a time; costs nothing meanwhile.",
        category="wait",
        example={"duration": "30m"},
        config_schema={
            "type": "object",
            "properties": {
                "duration": {
                    "title": "Duration",
                    "description": 'How long: seconds, or such as "30m" or "2h". Give this or a time.',
                    **DURATION,
                },
                "until": {
                    "title": "Until",
                    "description": "A time with its zone, such as 2026-03-29T01:00:00Z.",
                    "type": "string",
                },
            },
            "minProperties": 1,
            "maxProperties": 1,
            "additionalProperties": False,
        },
        parks=True,
        check=wrong_time,
        icon="hourglass",
        output="the time that was waited for, as RFC 3339",
    )

    def run(self, ctx: Context, config: Mapping[str, Any]) -> Done | Park:
        duration, until = config.get("duration"), config.get("until")
        if (duration is None) == (until is None):
            refuse_config("duration", "give exactly one of `duration` and `until`")
        at = after(ctx, duration, path="duration") if until is None else parse_rfc3339(until, path="until")
        return Done(rfc3339(at)) if at <= ctx.now else Park((Wait(name=OUT, until=at),))

    def resume(self, ctx: Context, config: Mapping[str, Any], event: Event) -> Done:
        return Done(rfc3339(event.at))


class SignalWait(Immediate):
    """Parks until a signal of that name, or its timeout."""

    node_type = NodeType(
        type="signal.wait",
        summary="Waits for a signal from outside.",
        category="wait",
        example={"signal": "payment", "timeout": "7d"},
        config_schema={
            "type": "object",
            "properties": {
                "signal": {"title": "Signal", "description": "The signal's name.", "type": "string", "minLength": 1},
                "timeout": {
                    "title": "Timeout",
                    "description": "Leave through `timeout` after that long; without one it waits for ever.",
                    **DURATION,
                },
                "keep": {
                    "title": "Count earlier signals",
                    "description": "Take a signal that came before the wait began; otherwise only later ones count.",
                    "type": "boolean",
                    "default": True,
                },
                "when": {
                    "title": "When",
                    "description": "Only signals for which this expression over `payload` holds, such as `payload.id == 7`.",
                    "type": "string",
                    "format": "expression",
                },
            },
            "required": ["signal"],
            "additionalProperties": False,
        },
        ports=(OUT, TIMEOUT),
        closed_ports=lambda config: () if config.get("timeout") is not None else (TIMEOUT,),
        deferred=("when",),
        extra_names=("payload",),
        parks=True,
        icon="radio",
        output="the signal's payload, or null after a timeout",
    )

    def run(self, ctx: Context, config: Mapping[str, Any]) -> Park:
        waits = [Wait(name=OUT, signal=str(config["signal"]), when=config.get("when"), keep=config.get("keep", True))]
        timeout = config.get("timeout")
        if timeout is not None:
            waits.append(Wait(name=TIMEOUT, until=after(ctx, timeout, path="timeout")))
        return Park(tuple(waits))

    def resume(self, ctx: Context, config: Mapping[str, Any], event: Event) -> Done:
        return Done(None, TIMEOUT) if event.kind == "time" else Done(event.payload)


HANDLERS = (WaitNode(), SignalWait())
