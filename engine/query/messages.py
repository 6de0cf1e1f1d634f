"""What passes between the service and a worker: two structs and a frame, over a socket that both inherit."""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Callable

import msgspec

from engine.model import Frozen
from engine.query.results import MediaTypes

_LENGTHS = struct.Struct(">IQ")
LONGEST_HEAD = 1 << 20


class Question(Frozen, frozen=True, kw_only=True):
    """A query and what it is asked of. Graphs given (not None) are the whole dataset, whatever FROM says."""

    query: str
    wanted: MediaTypes
    default_graphs: tuple[str, ...] | None = None
    named_graphs: tuple[str, ...] | None = None


class Reply(Frozen, frozen=True, kw_only=True):
    """A worker's reply; a body follows it. `error` is the class of the error that the other members describe."""

    kind: str = ""
    media_type: str = ""
    error: str = ""
    what: str = ""
    where: str = ""
    mend: str = ""
    details: dict[str, str | int] = msgspec.field(default_factory=dict)
    last: bool = False


class ConnectionEnded(Exception):  # noqa: N818 (nothing is wrong here: what it means is for the receiver to say)
    """The other side has gone."""


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


encode: Callable[[Question | Reply], bytes] = msgspec.msgpack.Encoder().encode
decode_question: Callable[[bytes], Question] = msgspec.msgpack.Decoder(Question).decode
decode_reply: Callable[[bytes], Reply] = msgspec.msgpack.Decoder(Reply).decode
