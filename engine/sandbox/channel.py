"""Frames over a socket that a process and its worker share."""

from __future__ import annotations

import socket
import struct
import time

_LENGTHS = struct.Struct(">IQ")
LONGEST_HEAD = 1 << 20


class ConnectionEnded(Exception):  # noqa: N818 (nothing is wrong here: what it means is for the receiver to say)
    """The other side has gone, or talks nonsense."""


class Channel:
    """Frames over a stream socket: lengths of head and body, head, body."""

    def __init__(self, stream: socket.socket) -> None:
        self._stream = stream

    def send(self, head: bytes, body: bytes = b"", deadline: float | None = None) -> None:
        """Send a frame. Raises TimeoutError at the deadline (of time.monotonic), ConnectionEnded."""
        self._wait(deadline)
        try:
            self._stream.sendall(_LENGTHS.pack(len(head), len(body)) + head + body)
        except TimeoutError:
            raise
        except OSError as error:
            raise ConnectionEnded from error

    def has_more(self, deadline: float) -> bool:
        """Whether something, or the end of the connection, arrives by a moment; it is left to be received."""
        try:
            self._wait(deadline)
            self._stream.recv(1, socket.MSG_PEEK)
        except TimeoutError:
            return False
        except OSError as error:
            raise ConnectionEnded from error
        return True

    def receive(self, longest_body: int, deadline: float | None = None) -> tuple[bytes, bytes]:
        """The next frame. Raises TimeoutError, ConnectionEnded; a frame that is too long ends the connection."""
        head, body = _LENGTHS.unpack(self._exactly(_LENGTHS.size, deadline))
        if head > LONGEST_HEAD or body > longest_body:
            raise ConnectionEnded
        return self._exactly(head, deadline), self._exactly(body, deadline)

    def close(self) -> None:
        self._stream.close()

    def _exactly(self, size: int, deadline: float | None) -> bytes:
        received = bytearray()
        while len(received) < size:
            self._wait(deadline)
            try:
                chunk = self._stream.recv(min(size - len(received), 1 << 18))
            except TimeoutError:
                raise
            except OSError as error:
                raise ConnectionEnded from error
            if not chunk:
                raise ConnectionEnded
            received += chunk
        return bytes(received)

    def _wait(self, deadline: float | None) -> None:
        if deadline is None:
            self._stream.settimeout(None)
            return
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._stream.settimeout(left)
