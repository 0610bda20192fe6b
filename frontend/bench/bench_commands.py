"""What the built pages weigh, and how soon the commands answer."""

from __future__ import annotations

import os
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from bench_numbers import ROOT, Measure, Number, at_most

from browser.samples import SLOW
from browser.served_ui import served_ui

ROUNDS = 7


def sizes(_: Path) -> Iterator[Number]:
    said = subprocess.run(["node", "scripts/size.mjs"], cwd=ROOT / "frontend", capture_output=True, text=True, check=False).stdout
    for what, weight, goal in re.findall(r"^(\S.*?)\s+([\d.]+) KiB\s+goal ≤ (\d+)", said, flags=re.MULTILINE):
        yield at_most(f"{what}, gzipped", float(goal), float(weight), "KiB")


def start(folder: Path) -> Iterator[Number]:
    times = []
    for number in range(ROUNDS):
        place = folder / str(number)
        place.mkdir()
        began = time.perf_counter()
        with served_ui(place, "", "up"):
            times.append(time.perf_counter() - began)
    yield at_most("`treadle up` ready, new database, with examples", 2, statistics.median(times), "s")


def answers(folder: Path) -> Iterator[Number]:
    with served_ui(folder) as site:
        site.save("slow", SLOW)
        for _ in range(60):
            site.run("slow")
    environment = {**os.environ, "TREADLE_DATABASE_URL": site.database}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed package has its bytecode
    for command, limit in (("--help", 150), ("executions list", 300)):
        times = []
        for number in range(ROUNDS + 1):
            began = time.perf_counter()
            subprocess.run([sys.executable, "-m", "treadle", *command.split()], env=environment, capture_output=True, check=True)
            if number:  # the first writes bytecode
                times.append((time.perf_counter() - began) * 1000)
        yield at_most(f"`treadle {command}`", limit, statistics.median(times), "ms")


MEASURES: dict[str, Measure] = {"sizes": sizes, "start": start, "commands": answers}
