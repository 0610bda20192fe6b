"""What a check-up finds."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

Severity = Literal["ok", "warning", "error"]

_ORDER: Mapping[Severity, int] = {"ok": 0, "warning": 1, "error": 2}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. `sentence` says what was found and what it means, `mend` what to do (a command where there is one).

    `code` is stable, for programs; `detail` is JSON with the figures behind the sentence.
    """

    code: str
    severity: Severity
    title: str
    sentence: str
    mend: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Report:
    """All findings, in the order of the checks."""

    findings: Sequence[Finding]
    checked_at: datetime

    @property
    def status(self) -> Severity:
        """The worst of them."""
        return max((finding.severity for finding in self.findings), key=_ORDER.__getitem__, default="ok")

    def to_json(self) -> str:
        """As the HTTP API answers it."""
        moment = self.checked_at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return json.dumps({"status": self.status, "findings": [*map(asdict, self.findings)], "checked_at": moment})


def ok(code: str, title: str, sentence: str, **detail: Any) -> Finding:
    return Finding(code, "ok", title, sentence, detail=detail)


def warning(code: str, title: str, sentence: str, mend: str, **detail: Any) -> Finding:
    return Finding(code, "warning", title, sentence, mend, detail)


def error(code: str, title: str, sentence: str, mend: str, **detail: Any) -> Finding:
    return Finding(code, "error", title, sentence, mend, detail)
