"""The archive of a package: a zip with the same bytes for the same content, and the digest of every file in it."""

from __future__ import annotations

import hashlib
import io
import os
import stat
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from spinegraph.engine.errors import KnowledgeError, shortened
from spinegraph.engine.knowledge.files import in_unix_form, own_paths, read_file
from spinegraph.engine.knowledge.manifest import MANIFEST, Manifest, manifest_path, read_manifest
from spinegraph.engine.knowledge.turtle.reader import parse
from spinegraph.engine.knowledge.turtle.short_rules import left_out
from spinegraph.engine.knowledge.turtle.terms import shorten

ARCHIVE = ".zip"
DIGESTS = "digests.txt"
"""The file of an archive that names the SHA-256 of every other, as sha256sum writes it; its own is that of the package."""
LEFT_OUT = ("documents", "__pycache__")
"""Folders that no archive has: documents are their publishers' own."""
MOST_FILES, MOST_BYTES = 5_000, 64_000_000
"""So much is unpacked of one archive."""
EPOCH = (1980, 1, 1, 0, 0, 0)
MEND = "Get it anew from whoever published it, or build it with `spinegraph package build`."


def build(folder: Path) -> tuple[Manifest, bytes]:
    """The manifest and the archive of the package in a folder. Raises KnowledgeError where it has no manifest or no knowledge.

    Files stand in the order of their names, uncompressed, with one date and lines that end in \\n: who builds the same content
    gets the same bytes, with whatever version of whatever library.
    """
    manifest = _manifest(folder)
    if not own_paths(folder):
        raise KnowledgeError("There are no knowledge files.", where=str(folder), mend="Give a folder that holds .ttl files.")
    texts = {path.relative_to(folder).as_posix(): in_unix_form(read_file(path)) for path in _files(folder)}
    _check_full(texts)
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_STORED) as archive:
        for name, text in sorted({**texts, DIGESTS: _digests(texts)}.items()):
            info = zipfile.ZipInfo(f"{manifest.name}/{name}", EPOCH)
            info.create_system, info.external_attr = 3, (stat.S_IFREG | 0o644) << 16
            archive.writestr(info, text)
    return manifest, written.getvalue()


def _check_full(texts: Mapping[str, bytes]) -> None:
    """That other SHACL engines can run what is given away. What is no Turtle is told when it is read as knowledge."""
    for name, text in texts.items():
        try:
            triples = [quad.triple for quad in parse(text)] if name.endswith(".ttl") else []
        except SyntaxError:
            continue
        if left := left_out(triples):
            raise KnowledgeError(
                f"{shorten(str(left[0].subject).strip('<>'))} is in short form, which no other SHACL engine runs.",
                where=name,
                mend="Write it in full: spinegraph format --full.",
            )


def package_digest(folder: Path) -> str:
    """`sha256:…` of the package in a folder: the one that its archive has. Raises KnowledgeError as `build` does."""
    _manifest(folder)
    texts = {path.relative_to(folder).as_posix(): in_unix_form(read_file(path)) for path in _files(folder)}
    return f"sha256:{hashlib.sha256(_digests(texts)).hexdigest()}"


def unpacked(path: Path) -> Path:
    """The folder of the package in an archive, unpacked in the user's cache.

    Raises KnowledgeError where it is not what was built.
    """
    texts = _read(path)
    name, members = _checked(path, texts)
    digest = hashlib.sha256(members[DIGESTS]).hexdigest()
    cache = Path(os.environ.get("XDG_CACHE_HOME", "") or "~/.cache").expanduser() / "spinegraph" / "packages" / digest
    folder = cache / name
    if not _is_whole(folder, digest):
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as fresh:
            for member, text in members.items():
                target = Path(fresh) / name / member
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(text)
            _put(Path(fresh) / name, folder, digest)
    return folder


def _is_whole(folder: Path, digest: str) -> bool:
    """Whether a folder of the cache is as it was unpacked; one that somebody has emptied in part is not."""
    return manifest_path(folder).is_file() and package_digest(folder) == f"sha256:{digest}"


def _put(fresh: Path, folder: Path, digest: str) -> None:
    """Put an unpacked package into its place: what another process has put there meanwhile stays, for it may be reading it."""
    try:
        fresh.replace(folder)
    except OSError:
        if not _is_whole(folder, digest):
            folder.replace(fresh.with_name("spoilt"))
            fresh.replace(folder)


def _manifest(folder: Path) -> Manifest:
    path = manifest_path(folder)
    if not path.is_file():
        mend = f"Write {MANIFEST} with name, version, namespace and title."
        raise KnowledgeError("There is no manifest.", where=str(folder), mend=mend)
    return read_manifest(path)


def _files(folder: Path) -> Iterator[Path]:
    """The files of a package; not what is hidden, nor the documents, nor the digests of an archive that it was unpacked from."""
    for path in sorted(folder.rglob("*")):
        within = path.relative_to(folder)
        apart = any(part.startswith(".") or part in LEFT_OUT for part in within.parts)
        if path.is_file() and not apart and within.as_posix() != DIGESTS:
            yield path


def _digests(texts: Mapping[str, bytes]) -> bytes:
    return "".join(f"{hashlib.sha256(text).hexdigest()}  {name}\n" for name, text in sorted(texts.items())).encode()


def _refused(path: Path, what: str) -> KnowledgeError:
    return KnowledgeError(what, where=path.name, mend=MEND)


def _read(path: Path) -> dict[str, bytes]:
    """The files of an archive by name, as far as they may be taken."""
    try:
        with zipfile.ZipFile(path) as archive:
            infos = [info for info in archive.infolist() if not info.is_dir()]
            if len(infos) > MOST_FILES or sum(info.file_size for info in infos) > MOST_BYTES:
                raise _refused(path, f"The archive has more than {MOST_FILES:,} files or {MOST_BYTES:,} bytes.")
            for info in infos:
                _check_member(path, info)
            texts: dict[str, bytes] = {}
            for info in infos:
                with archive.open(info) as member:
                    texts[info.filename] = member.read(MOST_BYTES + 1)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:  # also of what is encrypted or cut off
        raise _refused(path, f"This is no archive that can be read: {error}.") from error
    if len(texts) < len(infos):
        raise _refused(path, "Two files of the archive have one name.")
    return texts


def _check_member(path: Path, info: zipfile.ZipInfo) -> None:
    parts = info.filename.split("/")
    odd = any(part in ("", ".", "..") or "\\" in part or ":" in part for part in parts)
    if odd or len(parts) < 2 or stat.S_ISLNK(info.external_attr >> 16):
        raise _refused(path, f"{shortened(info.filename)} is no plain file in the folder of a package.")


def _checked(path: Path, texts: Mapping[str, bytes]) -> tuple[str, dict[str, bytes]]:
    """The name of the package and its files, if they are those whose digests it names."""
    folders = {PurePosixPath(name).parts[0] for name in texts}
    if len(folders) != 1:
        raise _refused(path, f"The archive holds {len(folders)} folders, not one package.")
    (name,) = folders
    members = {member.removeprefix(f"{name}/"): text for member, text in texts.items()}
    stated = members.get(DIGESTS)
    if stated is None or MANIFEST not in members:
        raise _refused(path, f"The archive has no {MANIFEST if stated is not None else DIGESTS}.")
    own = {member: text for member, text in members.items() if member != DIGESTS}
    if _digests(own) != stated:
        lines = dict(line.split("  ", 1)[::-1] for line in stated.decode(errors="replace").splitlines() if "  " in line)
        wrong = sorted(one for one in {*own, *lines} if lines.get(one) != hashlib.sha256(own.get(one, b"")).hexdigest())
        raise _refused(path, f"What the archive holds is not what was built: {', '.join(wrong[:3]) or DIGESTS}.")
    return name, members
