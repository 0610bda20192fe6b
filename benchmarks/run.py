"""Runs the benchmarks one after another: throughput, latency, idle cost, and task graphs if a folder of them is named.

make bench                      or    python benchmarks/run.py [FOLDER]
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    runs = [["throughput.py"], ["throughput.py", "--concurrency", "10"], ["latency.py"], ["idle.py"], ["commits.py"]]
    if folder is not None:
        runs.append(["graphs.py", *map(str, sorted(folder.glob("*.json")))])
    for script, *arguments in runs:
        print(f"\n{script} {' '.join(Path(a).name for a in arguments)}", flush=True)
        subprocess.run([sys.executable, str(HERE / script), *arguments], check=True)


if __name__ == "__main__":
    main()
