"""Requests to one server: they are repeated where that is safe, and refusals become exceptions."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from treadle.client.errors import UnreachableError, refusal

TRIES = 4
FIRST_PAUSE = 0.2
LONGEST_PAUSE = 5.0
ANSWER_WITHIN = 30.0
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
SILENCE = 45.0
"""A stream says something every 15 seconds; one that is silent for so long is dead."""


@dataclass(frozen=True, slots=True)
class Event:
    """One server-sent event; `id` is '' where it has none."""

    name: str
    data: Any
    id: str


class Transport:
    """`sleep` is called with the seconds between two tries."""

    def __init__(
        self, url: str, *, token: str | None, timeout: float = ANSWER_WITHIN, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self.url = url.rstrip("/")
        self._sleep = sleep
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        # A proxy of the environment cannot reach this machine.
        outside = httpx.URL(self.url).host not in LOOPBACK
        self._http = httpx.Client(base_url=f"{self.url}/api/v1", headers=headers, timeout=timeout, trust_env=outside)

    def close(self) -> None:
        self._http.close()

    def ask(
        self,
        method: str,
        path: str,
        *,
        body: Mapping[str, Any] | None = None,
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        repeatable: bool = False,
    ) -> Any:
        """The answer's JSON, None if it has none. GET and what is `repeatable` is tried again after 503 and broken connections.

        Other requests are tried again only where none can have arrived.
        """
        given = {name: _text(value) for name, value in (query or {}).items() if value is not None}
        safe = repeatable or method in ("GET", "PUT", "DELETE")
        for pause in (*_pauses(), None):
            try:
                answer = self._http.request(method, path, json=body, params=given, headers=dict(headers or {}))
            except httpx.TransportError as error:
                if pause is None or not (safe or isinstance(error, httpx.ConnectError)):
                    raise self._unreachable(error) from error
            else:
                if answer.is_success:
                    return answer.json() if answer.content else None
                if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE or pause is None or not safe:
                    raise refusal(answer)
            self._sleep(pause)
        raise AssertionError("the last try returns or raises")

    def events(self, path: str, *, after: str = "") -> Iterator[Event]:
        """Server-sent events until the one called `end`; goes on behind the last one after every broken connection."""
        failures = 0
        while True:
            try:
                for event in self._stream(path, after):
                    failures = 0
                    after = event.id or after
                    yield event
                    if event.name == "end":
                        return
            except httpx.TransportError as error:
                failures += 1
                if failures >= TRIES:
                    raise self._unreachable(error) from error
            self._sleep(min(FIRST_PAUSE * 2**failures, LONGEST_PAUSE))

    def _stream(self, path: str, after: str) -> Iterator[Event]:
        headers = {"Accept": "text/event-stream"} | ({"Last-Event-ID": after} if after else {})
        with self._http.stream("GET", path, headers=headers, timeout=httpx.Timeout(ANSWER_WITHIN, read=SILENCE)) as answer:
            if not answer.is_success:
                answer.read()
                raise refusal(answer)
            fields: dict[str, str] = {}
            for line in answer.iter_lines():
                if not line and "data" in fields:
                    yield Event(fields.get("event", "message"), json.loads(fields["data"]), fields.get("id", ""))
                if not line:
                    fields = {}
                elif not line.startswith(":"):
                    name, _, value = line.partition(":")
                    fields[name] = value.removeprefix(" ")

    def _unreachable(self, error: Exception) -> UnreachableError:
        mend = "is `treadle up` or `treadle server` running there?"
        return UnreachableError(0, f"{self.url} does not answer ({error or type(error).__name__}); {mend}")


def _pauses() -> Iterator[float]:
    for number in range(TRIES - 1):
        yield min(FIRST_PAUSE * 2**number, LONGEST_PAUSE)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
