"""Moves and replays as the API and the command line say them; `api.schemas.versions` documents the same shapes."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from treadle.engine.shapes import Json

if TYPE_CHECKING:
    from treadle.domain.errors import Finding
    from treadle.engine.moving import Move, Moves
    from treadle.engine.replays import Replay, Replays


def move(found: Move) -> Json:
    return {
        "id": found.id,
        "status": found.status,
        "from_version": found.from_version,
        "version": found.version,
        "fits": found.fits,
        "findings": [_finding(each) for each in found.findings],
        "waiting": list(found.waiting),
        "begins": list(found.begins),
        "changed": [asdict(each) for each in found.changed],
    }


def moves(found: Moves) -> Json:
    return {
        "items": [move(each) for each in found.items],
        "conflicts": [{"id": execution_id, "message": message} for execution_id, message in found.conflicts],
        "next_cursor": found.next_cursor,
    }


def replay(found: Replay) -> Json:
    return {
        "id": found.id,
        "version": found.version,
        "result": found.result,
        "first": found.first and asdict(found.first),
        "not_run": list(found.not_run),
        "would_run": list(found.would_run),
        "needs": list(found.needs),
        "end": found.end,
        "would_end": found.would_end,
    }


def replays(found: Replays) -> Json:
    return {
        "counts": found.counts,
        "places": [asdict(each) for each in found.places()],
        "items": [replay(each) for each in found.items],
        "next_cursor": found.next_cursor,
        "timed_out": found.timed_out,
    }


def _finding(found: Finding) -> Json:
    return {"code": found.code, "place": found.path, "message": found.message, "hint": found.hint}
