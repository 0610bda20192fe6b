"""Tests of workflows: run them in memory, with the real engine, on a clock that skips whatever nobody needs to wait for."""

from __future__ import annotations

from treadle.domain.activity import Done
from treadle.testing.acts import Act, cancel, crash, pause, resume, retry, signal
from treadle.testing.approvals import Decision
from treadle.testing.coverage import Coverage, coverage
from treadle.testing.errors import BudgetError, NoCrashError, SetUpError, StuckError, TestingError, UnfakedError
from treadle.testing.fakes import Call, attempts
from treadle.testing.house import House, run_workflow
from treadle.testing.results import NodeResult, Result

__all__ = [
    "Act", "BudgetError", "Call", "Coverage", "Decision", "Done", "House", "NoCrashError", "NodeResult", "Result", "SetUpError",
    "StuckError", "TestingError", "UnfakedError", "attempts", "cancel", "coverage", "crash", "pause", "resume", "retry",
    "run_workflow", "signal",
]  # fmt: skip
