"""The node types that write the ledger, for workers: `TREADLE_ACTIVITIES=ledger_activities`."""

from __future__ import annotations

from ledger import poison, step, step_async
from treadle import activity

activity("ledger.step")(step)
activity("ledger.step_async")(step_async)
activity("ledger.poison")(poison)
