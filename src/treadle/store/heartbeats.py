"""What handlers under way last said. Hints: a lost one is said again, and nothing is decided by them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from treadle.domain.heartbeats import Heartbeat
from treadle.store.database import Database


class Heartbeats:
    def __init__(self, database: Database) -> None:
        self._database = database

    def write(self, owner: str, said: Sequence[Heartbeat], done: Sequence[Heartbeat]) -> bool:
        with self._database.writing() as session:
            if session.row("fence", owner=owner) is None:
                return False
            # In one order for all workers: two of them may meet at an execution that has changed hands.
            session.run_many("write_heartbeat", [{"owner": owner, **_parameters(each)} for each in sorted(said, key=_key)])
            session.run_many("forget_heartbeat", [_parameters(each) for each in sorted(done, key=_key)])
        return True

    def of(self, execution_id: str) -> Sequence[Heartbeat]:
        with self._database.reading() as session:
            found = session.rows("heartbeats_of", execution_id=execution_id)
        return [
            Heartbeat(id, place, attempt, details_json=details, progress_json=progress, beat_at=self._database.time(beat_at))
            for id, place, attempt, details, progress, beat_at in found
        ]


def _key(beat: Heartbeat) -> tuple[str, str]:
    return beat.execution_id, beat.place


def _parameters(beat: Heartbeat) -> Mapping[str, Any]:
    return {
        "execution_id": beat.execution_id,
        "place": beat.place,
        "attempt": beat.attempt,
        "claim_no": beat.claim_no,
        "details_json": beat.details_json,
        "progress_json": beat.progress_json,
    }
