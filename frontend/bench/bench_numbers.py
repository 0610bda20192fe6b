"""Measures the web UI against its goals and writes docs/ui-numbers.md.

python frontend/bench/bench_numbers.py [--only NAME …] [--million] [--dry]
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "benchmarks"), str(Path(__file__).parent)]
REPORT = ROOT / "docs" / "ui-numbers.md"


@dataclass(frozen=True)
class Number:
    """One goal and what was seen. `reached` is None when it could not be measured; `seen` then says why."""

    goal: str
    target: str
    seen: str
    reached: bool | None


def at_most(goal: str, limit: float, seen: float, unit: str, how: str = "") -> Number:
    return Number(goal, f"≤ {limit:g} {unit}", f"{seen:.4g} {unit}{', ' + how if how else ''}", seen <= limit)


def at_least(goal: str, limit: float, seen: float, unit: str, how: str = "") -> Number:
    return Number(goal, f"≥ {limit:g} {unit}", f"{seen:.4g} {unit}{', ' + how if how else ''}", seen >= limit)


Measure = Callable[[Path], Iterator[Number]]


def main() -> None:
    import bench_commands
    import bench_lists
    import bench_pages

    measures: dict[str, Measure] = {**bench_commands.MEASURES, **bench_pages.MEASURES, **bench_lists.MEASURES}
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=measures, nargs="+", default=list(measures))
    parser.add_argument("--dry", action="store_true", help="print, and leave the report as it is")
    said = parser.parse_args()
    numbers: list[Number] = []
    for name in said.only:
        for number in seen_by(name, measures[name]):
            verdict = {True: "reached", False: "NOT reached", None: "not measured"}[number.reached]
            print(f"{name:10} {number.goal:70} {number.target:12} {number.seen:34} {verdict}", flush=True)
            numbers.append(number)
    if not said.dry:
        REPORT.write_text(report(numbers), encoding="utf-8")


def seen_by(name: str, measure: Measure) -> Iterator[Number]:
    """The numbers of one measure; one that fails is a row of the report, not the end of the rest."""
    with tempfile.TemporaryDirectory(prefix="treadle-ui-bench-") as folder:
        try:
            yield from measure(Path(folder))
        except Exception as error:  # each measure stands alone; what went wrong is shown in its row
            traceback.print_exc()
            yield Number(name, "", f"the measurement failed: {str(error).splitlines()[0][:80]}", None)


def report(numbers: list[Number]) -> str:
    verdicts = {True: "reached", False: "**not reached**", None: "not measured"}
    rows = [f"| {number.goal} | {number.target} | {number.seen} | {verdicts[number.reached]} |" for number in numbers]
    return f"""# The web UI in numbers

`make ui-bench` measures these and writes this page; a goal that is missed says so.
Measured on {datetime.now(UTC):%Y-%m-%d}: {machine()}.
The browser, the server, its worker and the database share these processors, and the browser draws without a graphics card.

| goal | target | measured | |
|---|---|---|---|
{chr(10).join(rows)}

Where several times were taken, the median is shown unless a percentile is named.
Accessibility (axe, every page, both themes, desk and phone) and the number of clicks are tests, in `tests/browser/`: they fail when a goal is missed.
Lighthouse is not part of it: it is not among the packages that the build installs.
"""


def machine() -> str:
    from browser.built_ui import chromium

    path = chromium()
    browser = (
        subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout.strip() if path else "no browser"
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    load = os.getloadavg()[0]
    return f"{os.cpu_count()} processors, {memory:.0f} GiB, load {load:.1f} at the end, {platform.system()}, Python {platform.python_version()}, {' '.join(browser.split()[:2])}"


if __name__ == "__main__":
    main()
