"""Lines by patient, on disk: split by a hash of the patient into files of which each fits into memory (ADR 45).

A partition that turns out to be too large is split again. What lies there are data of patients: the folder is for its owner
alone, and goes at the end.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from struct import Struct
from typing import NamedTuple

from spinegraph.engine.errors import PopulationError
from spinegraph.engine.exchange.fhir.bulk.folder import Line
from spinegraph.engine.exchange.fhir.reading.bundle import MAX_BYTES

WAYS, BITS = 64, 6
"""So many partitions are written at a time; two to the power of BITS are WAYS."""
LEVELS = 64 // BITS
"""So often the bits of a hash can be used."""
IN_MEMORY = 32 << 20
"""A partition of so many bytes is held in memory."""
BUFFERED = 1 << 16
"""So many bytes of a partition are gathered before they are written."""
_FRAME = Struct("<QHIHI")
"""Before each line: the hash of its patient, the numbers of its file and in it, and the lengths of the patient's id and of it."""


class Group(NamedTuple):
    """The lines of one patient, in the order in which they came; where they are more than a record may have, only how many they
    are, and their bytes."""

    patient: str
    lines: Sequence[Line]
    resources: int
    size: int

    @property
    def is_too_large(self) -> bool:
        return self.size > MAX_BYTES


class Spill:
    """Lines by patient: everything is added, and then the groups are read, once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._writer = _Writer(folder, 0)

    def add(self, patient: str, line: Line) -> None:
        """Put a line to those of a patient. Raises PopulationError where there is no room."""
        key = patient.encode()
        self._writer.write(int.from_bytes(blake2b(key, digest_size=8).digest(), "little"), key, line)

    def groups(self) -> Iterator[Group]:
        """The lines of every patient, in an order that only the ids decide. Takes away what it has read."""
        for path in self._writer.finish():
            yield from _groups(path, 1)

    def close(self) -> None:
        """Let go of what is open."""
        self._writer.close()


@contextmanager
def spilling() -> Iterator[Spill]:
    """A spill in a folder of its own below that for temporary files (`TMPDIR`), which is gone at the end."""
    try:
        folder = Path(tempfile.mkdtemp(prefix="spinegraph-bulk-"))
    except OSError as error:
        raise _no_room(error, Path(tempfile.gettempdir())) from error
    spill = Spill(folder)
    try:
        yield spill
    finally:
        spill.close()
        shutil.rmtree(folder)


class _Writer:
    """Partitions by some bits of the hash, made as they are needed."""

    def __init__(self, folder: Path, level: int) -> None:
        self._folder, self._level = folder, level
        self._open: dict[int, tuple[int, Path, bytearray]] = {}

    def write(self, digest: int, key: bytes, line: Line) -> None:
        way = digest >> BITS * self._level & WAYS - 1
        if way not in self._open:
            path = self._folder / f"{self._level}-{way}"
            try:
                self._open[way] = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), path, bytearray()
            except OSError as error:
                raise _no_room(error, self._folder) from error
        handle, path, held = self._open[way]
        held += _FRAME.pack(digest, line.file, line.number, len(key), len(line.raw))
        held += key
        held += line.raw
        if len(held) > BUFFERED:
            self._flush(handle, held)

    def _flush(self, handle: int, held: bytearray) -> None:
        done = 0
        try:
            while done < len(held):
                done += os.write(handle, memoryview(held)[done:])
        except OSError as error:
            raise _no_room(error, self._folder) from error
        held.clear()

    def finish(self) -> list[Path]:
        """Write what is held; the partitions, in the order of the bits."""
        for handle, _, held in self._open.values():
            self._flush(handle, held)
        found = [self._open[way][1] for way in sorted(self._open)]
        self.close()
        return found

    def close(self) -> None:
        while self._open:
            os.close(self._open.popitem()[1][0])


class _Framed(NamedTuple):
    """What a partition holds of one line."""

    digest: int
    key: bytes
    line: Line


def _groups(path: Path, level: int) -> Iterator[Group]:
    """The groups of a partition, which is taken away; split again by the next bits where it does not fit into memory."""
    sizes, counts = _sizes(path)
    large = {key: size for key, size in sizes.items() if size > MAX_BYTES}
    yield from (Group(key.decode(), (), counts[key], size) for key, size in large.items())
    small = len(sizes) - len(large)
    if small < 2 or sizes.total() - sum(large.values()) <= IN_MEMORY or level == LEVELS:
        found: dict[bytes, list[Line]] = {}
        for one in _framed(path, large):
            found.setdefault(one.key, []).append(one.line)
        path.unlink()
        while found:
            key = next(iter(found))
            yield Group(key.decode(), found.pop(key), counts[key], sizes[key])
        return
    folder = path.with_name(f"{path.name}-split")
    folder.mkdir()
    writer = _Writer(folder, level)
    try:
        for one in _framed(path, large):
            writer.write(*one)
        path.unlink()
        parts = writer.finish()
    finally:
        writer.close()
    for part in parts:
        yield from _groups(part, level + 1)


def _sizes(path: Path) -> tuple[Counter[bytes], Counter[bytes]]:
    """How many bytes each patient has in a partition, and how many lines."""
    sizes: Counter[bytes] = Counter()
    counts: Counter[bytes] = Counter()
    with path.open("rb") as stream:
        while head := stream.read(_FRAME.size):
            _, _, _, width, size = _FRAME.unpack(head)
            key = stream.read(width)
            sizes[key] += size
            counts[key] += 1
            stream.seek(size, os.SEEK_CUR)
    return sizes, counts


def _framed(path: Path, without: Mapping[bytes, int]) -> Iterator[_Framed]:
    """What a partition holds, but for some patients."""
    with path.open("rb") as stream:
        while head := stream.read(_FRAME.size):
            digest, file, number, width, size = _FRAME.unpack(head)
            key = stream.read(width)
            if key in without:
                stream.seek(size, os.SEEK_CUR)
            else:
                yield _Framed(digest, key, Line(file, number, stream.read(size)))


def _no_room(error: OSError, folder: Path) -> PopulationError:
    reason = os.strerror(error.errno) if error.errno else str(error)
    return PopulationError(
        f"The resources cannot be put by patient there: {reason}.",
        where=str(folder),
        mend="It takes as much room as the files unpacked, and nothing is left of it. Name another place in TMPDIR.",
    )
