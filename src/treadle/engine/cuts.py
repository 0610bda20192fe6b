"""Large values on their way to a person: the beginning of their text, and how long they are."""

from __future__ import annotations

from typing import Any

import orjson

from treadle.engine.answers import stored

SHOWN = 64 << 10
"""Bytes of JSON that are shown of one value."""
SHOWN_TOGETHER = 2 << 20
AFTER_THAT = 256


class Cuts:
    """Cuts the values of one answer; when many are large, the later ones are cut short."""

    def __init__(self) -> None:
        self._left = SHOWN_TOGETHER

    def cut(self, value: Any) -> Any:
        """The value itself, or `{truncated, bytes, head}`."""
        return self._cut(orjson.dumps(value), value)

    def cut_text(self, text: str | None) -> Any:
        """The same of stored JSON text, which is not parsed; None stays null."""
        return None if text is None else self._cut(text.encode(), stored(text))

    def _cut(self, text: bytes, whole: Any) -> Any:
        most = SHOWN if self._left > 0 else AFTER_THAT
        self._left -= min(len(text), most)
        if len(text) <= most:
            return whole
        return {"truncated": True, "bytes": len(text), "head": text[:most].decode(errors="ignore")}
