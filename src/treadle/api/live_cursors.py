"""Where a reader of the live stream is, as a text it gives back when it comes again: the last row of each execution."""

from __future__ import annotations

import hashlib
import re
from base64 import urlsafe_b64encode
from collections.abc import Mapping

LARGEST_SEQ = 2**62
_PART = re.compile(r"([A-Za-z0-9_-]{8})(0|[1-9][0-9]{0,18})")
"""Eight characters that stand for an execution, and a seq."""


def mark_of(execution_id: str) -> str:
    """48 bits of a hash: enough to tell a stream's executions apart."""
    return urlsafe_b64encode(hashlib.blake2b(execution_id.encode(), digest_size=6).digest()).decode()


def cursor_of(seqs: Mapping[str, int]) -> str:
    """`seqs` by mark."""
    return ".".join(f"{mark}{seq}" for mark, seq in seqs.items())


def parse_cursor(text: str) -> dict[str, int]:
    """The seqs by mark. ValueError for what `cursor_of` cannot have made."""
    found = {}
    for part in filter(None, text.split(".")):
        match = _PART.fullmatch(part)
        if match is None or int(match[2]) > LARGEST_SEQ:
            raise ValueError("not a place in a live stream: an id of one of its events")
        found[match[1]] = int(match[2])
    return found
