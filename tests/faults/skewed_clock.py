"""`python -m skewed_clock worker` is `treadle worker` on a machine whose clock is wrong by TREADLE_TEST_SKEW seconds."""

from __future__ import annotations

import datetime
import os
import runpy
import time
from typing import Any

SKEW = float(os.environ.get("TREADLE_TEST_SKEW", "0"))


class SkewedTime(datetime.datetime):
    @classmethod
    def now(cls, tz: Any = None) -> Any:
        return datetime.datetime.now(tz) + datetime.timedelta(seconds=SKEW)


def main() -> None:
    from treadle.engine import system
    from treadle.store import sqlite

    true_time = time.time
    time.time = lambda: true_time() + SKEW
    system.datetime = sqlite.datetime = SkewedTime  # type: ignore[attr-defined]
    wrong = (system.SystemClock().now() - datetime.datetime.now(datetime.UTC)).total_seconds()
    print(f"this clock is wrong by {wrong:.0f} s", flush=True)  # noqa: T201 - for the test that reads the log
    runpy.run_module("treadle", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
