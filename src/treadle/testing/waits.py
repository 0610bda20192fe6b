"""What an execution waits for, as a test should hear it: the engine's sentences, with what the test can give."""

from __future__ import annotations

from collections.abc import Iterator

from treadle.engine.engine import WorkflowEngine
from treadle.engine.views import ExecutionView, Reason

_OF_THE_COMMAND_LINE = "treadle "


def sentences(engine: WorkflowEngine, execution_id: str) -> list[str]:
    """One for each thing; those of a child that is waited for stand for the wait."""
    view = engine.show(execution_id)
    return list(dict.fromkeys(_sentences(engine, view, engine.why(execution_id))))


def _sentences(engine: WorkflowEngine, view: ExecutionView, reasons: tuple[Reason, ...]) -> Iterator[str]:
    children = iter([item["execution_id"] for item in view.waiting_on if item["kind"] == "child"])
    signals = iter([item["signal"] for item in view.waiting_on if item["kind"] == "signal"])
    for reason in reasons:
        if reason.kind == "child":
            child = engine.show(next(children))
            yield from (f"{child.record.workflow}: {words}" for words in sentences(engine, child.record.id))
        else:
            mend = _mend(reason, next(signals) if reason.kind == "signal" else "")
            yield f"{reason.sentence} → {mend}" if mend else reason.sentence


def _mend(reason: Reason, signal: str) -> str:
    match reason.kind:
        case "signal":
            return f"signals=[signal({signal!r}, …)]"
        case "approval":
            return f"approvals={{{reason.node_id!r}: 'approved'}}"
        case "paused":
            return "acts=[resume(at=…)]"
        case _:
            return "" if reason.mend.startswith(_OF_THE_COMMAND_LINE) else reason.mend
