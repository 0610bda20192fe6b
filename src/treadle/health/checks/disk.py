"""Room for the database to grow."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

from treadle.domain.sizes import bytes_in_words
from treadle.health.findings import Finding, error, ok, warning
from treadle.health.surroundings import Surroundings

LITTLE, TOO_LITTLE = 1 << 30, 64 << 20
"""Bytes. Under the second a write-ahead log of ordinary size does not fit any more."""
FULL = 0.97
"""Of a disk with more room than that, which still fills up in the end."""


def space(place: Surroundings) -> Iterator[Finding]:
    """Free space beside a SQLite file. That of a PostgreSQL server cannot be seen from here."""
    file = place.file
    if file is None:
        yield ok("disk", "disk", "the database's disk cannot be seen from here")
        return
    if not file.parent.is_dir():
        return
    usage = shutil.disk_usage(file.parent)
    figures = {"free": usage.free, "total": usage.total, "folder": str(file.parent.absolute())}
    words = f"{bytes_in_words(usage.free)} of {bytes_in_words(usage.total)} are free beside {file.name}"
    mend = f"make room in {file.parent.absolute()}; `treadle db prune --older-than 30d` deletes old executions"
    if usage.free < TOO_LITTLE:
        yield error("disk_full", "disk", f"{words}: soon nothing can be recorded, and workers wait", mend, **figures)
    elif usage.free < LITTLE or usage.free < usage.total * (1 - FULL):
        yield warning("disk_low", "disk", words, mend, **figures)
    else:
        yield ok("disk", "disk", words, **figures)
    if file.exists() and not os.access(file, os.W_OK):
        words = f"this user may not write to {file}"
        yield error("file_read_only", "disk", words, f"run as the user who owns it: `ls -l {file}`")
