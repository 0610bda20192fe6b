"""A worker counts and says each change of the database's history, and nothing else."""

from __future__ import annotations

import logging

import pytest

from treadle.engine.meters import Meters
from treadle.engine.past import Past


def test_only_a_changed_history_is_a_failover(caplog: pytest.LogCaptureFixture) -> None:
    past, meters = Past(), Meters()

    with caplog.at_level(logging.ERROR, logger="treadle.worker"):
        for history in ("7/1", "7/1", "7/2", "7/2", ""):
            past.registered_on(history, meters)

    assert meters.failovers == 2
    assert [record.event for record in caplog.records] == ["database_failed_over"] * 2  # type: ignore[attr-defined]
