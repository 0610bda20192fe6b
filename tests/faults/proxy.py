"""A TCP proxy that cuts connections, also in the instant when a result's commit is on its way."""

from __future__ import annotations

import enum
import socket
import struct
import threading
from collections import deque
from contextlib import suppress
from types import TracebackType

from ledger import TOKEN_PREFIX

MARK = TOKEN_PREFIX.encode()
"""Only a commit carries results towards the database."""

LATE = 0.3
RESET_AT_CLOSE = struct.pack("ii", 1, 0)


class Cut(enum.Enum):
    """What becomes of a commit that is cut."""

    UNSENT = "it never arrives"
    UNANSWERED = "it is applied, the reply is dropped"
    RACING = "it arrives, and the connection ends at the same time"
    LATE = "the client has been cut off for a while when it arrives"


class Proxy:
    """Forwards to `target`; `cut_commits` says what happens to the next ones that carry results."""

    def __init__(self, target: tuple[str, int]) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._lock = threading.Lock()
        self._pairs: set[_Pair] = set()
        self._asked: deque[Cut] = deque()
        self.cuts: list[Cut] = []
        """The commits that were cut."""
        self._thread = threading.Thread(target=self._accept, name="proxy", daemon=True)

    def __enter__(self) -> Proxy:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.cut_all()
        self._thread.join()

    def cut_all(self) -> None:
        """End all connections."""
        with self._lock:
            pairs = list(self._pairs)
        for pair in pairs:
            pair.close()

    def lead_to(self, target: tuple[str, int]) -> None:
        """Lead all new connections elsewhere, and end those there are, as an address that a failover has moved."""
        self._target = target
        self.cut_all()

    def cut_commits(self, *cuts: Cut) -> None:
        """One for each of the next commits that carry results."""
        with self._lock:
            self._asked.extend(cuts)

    def has_cut(self) -> bool:
        """Whether all that was asked for has been done."""
        with self._lock:
            return not self._asked

    def next_cut(self) -> Cut | None:
        with self._lock:
            if not self._asked:
                return None
            cut = self._asked.popleft()
            self.cuts.append(cut)
            return cut

    def forget(self, pair: _Pair) -> None:
        with self._lock:
            self._pairs.discard(pair)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(self._target, timeout=5)
            except OSError:
                client.close()
                continue
            server.settimeout(None)
            pair = _Pair(self, client, server)
            with self._lock:
                self._pairs.add(pair)
            pair.start()


class _Pair:
    """One connection of a client and ours to the server for it."""

    def __init__(self, proxy: Proxy, client: socket.socket, server: socket.socket) -> None:
        self._proxy = proxy
        self._client = client
        self._server = server
        self._muted = False
        self._replied = threading.Event()

    def start(self) -> None:
        for pump in (self._upwards, self._downwards):
            threading.Thread(target=pump, daemon=True).start()

    def close(self) -> None:
        for end in (self._client, self._server):
            _reset(end)
        self._proxy.forget(self)

    def _upwards(self) -> None:
        with suppress(OSError):
            while data := self._client.recv(1 << 20):
                cut = self._proxy.next_cut() if MARK in data else None
                if cut is not None:
                    self._cut(cut, data)
                    break
                self._server.sendall(data)
        self.close()

    def _downwards(self) -> None:
        with suppress(OSError):
            while data := self._server.recv(1 << 20):
                self._replied.set()
                if not self._muted:
                    self._client.sendall(data)
        if not self._muted:
            self.close()

    def _cut(self, cut: Cut, data: bytes) -> None:
        self._muted = True
        self._replied.clear()
        match cut:
            case Cut.UNSENT:
                return
            case Cut.UNANSWERED:
                self._server.sendall(data)
                self._replied.wait(5)
            case Cut.RACING:
                self._server.sendall(data)
            case Cut.LATE:
                _reset(self._client)
                threading.Event().wait(LATE)
                self._server.sendall(data)
                self._replied.wait(5)


def _reset(end: socket.socket) -> None:
    with suppress(OSError):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_AT_CLOSE)
        end.shutdown(socket.SHUT_RDWR)
    end.close()
