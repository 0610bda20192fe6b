"""Is this installation whole?"""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterator

from treadle.health.findings import Finding, ok, warning
from treadle.health.surroundings import Surroundings


def python(_: Surroundings) -> Iterator[Finding]:
    yield ok("python", "python", f"{platform.python_version()} at {sys.executable}", version=platform.python_version())


def pages(place: Surroundings) -> Iterator[Finding]:
    """Whether the web interface was built."""
    if (place.pages / "index.html").is_file():
        yield ok("web_interface", "web pages", "the web interface is there")
    else:
        words = "the web interface is not built; the API and the command line do not need it"
        yield warning("web_interface_missing", "web pages", words, "build it with `make ui`, or install a released wheel")
