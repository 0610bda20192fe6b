"""Numbers of bytes as people read them."""

from __future__ import annotations


def bytes_in_words(count: int) -> str:
    """`812 B`, `64.0 KiB`, `3.2 GiB`."""
    if count < 1024:
        return f"{count} B"
    size = float(count)
    for unit in ("KiB", "MiB", "GiB"):
        size /= 1024
        if size < 1024:
            return f"{size:.1f} {unit}"
    return f"{size / 1024:.1f} TiB"
