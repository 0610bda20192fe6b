"""What the worker and the process of an isolated handler say to each other: JSON objects, each after its length.

To the process: `call`, `cancel`, `secret`. From it: `ready`, `beat`, `log`, `secret`, and as the last of a call `done` or `failed`.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from struct import Struct
from typing import Any

import orjson

HEADER = Struct("!I")
LARGEST = 256 << 20
"""Bytes; more than any result may have."""

Frame = dict[str, Any]


def packed(frame: Frame) -> bytes:
    data = orjson.dumps(frame, default=str)
    return HEADER.pack(len(data)) + data


async def read_frame(reader: asyncio.StreamReader) -> Frame:
    """IncompleteReadError or ConnectionError when the process is gone."""
    (size,) = HEADER.unpack(await reader.readexactly(HEADER.size))
    if size > LARGEST:
        raise ConnectionError(f"a frame of {size} bytes")
    frame: Frame = orjson.loads(await reader.readexactly(size))
    return frame


class Channel:
    """The process's end. Any thread may send; one receives."""

    def __init__(self, fd: int) -> None:
        self._socket = socket.socket(fileno=fd)
        self._socket.set_inheritable(False)
        self._lock = threading.Lock()

    def send(self, frame: Frame) -> None:
        with self._lock:
            self._socket.sendall(packed(frame))

    def receive(self) -> Frame | None:
        """None: the worker is gone."""
        header = self._exactly(HEADER.size)
        data = self._exactly(HEADER.unpack(header)[0]) if header is not None else None
        return None if data is None else orjson.loads(data)

    def _exactly(self, size: int) -> bytes | None:
        parts = bytearray()
        while len(parts) < size:
            try:
                part = self._socket.recv(min(size - len(parts), 1 << 20))
            except OSError:
                return None
            if not part:
                return None
            parts += part
        return bytes(parts)
