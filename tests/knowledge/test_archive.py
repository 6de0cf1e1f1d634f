"""The archive of a package: the same bytes for the same content, and refused where it is not what was built."""

from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from spinegraph.engine import KnowledgeError, load_knowledge
from spinegraph.engine.knowledge import archive
from spinegraph.engine.knowledge.archive import DIGESTS, build, package_digest, unpacked
from spinegraph.engine.knowledge.files import content_digest, named_paths
from spinegraph.engine.knowledge.installed import folders_named
from spinegraph.engine.knowledge.manifest import MANIFEST

from tests.knowledge.test_packages import write

Files = dict[str, bytes]


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_the_same_content_has_the_same_bytes_wherever_it_stands(tmp_path: Path) -> None:
    first, second = write(tmp_path / "a", "one"), write(tmp_path / "b", "one")
    (first / ".git").mkdir()
    (first / ".git" / "config").write_text("x")
    (first / "documents").mkdir()
    (first / "documents" / "text.txt").write_text("the publisher's words")
    text = (second / MANIFEST).read_bytes()
    (second / MANIFEST).write_bytes(text.replace(b"\n", b"\r\n"))
    assert build(first)[1] == build(second)[1]
    assert package_digest(first) == package_digest(second)
    with zipfile.ZipFile(io.BytesIO(build(first)[1])) as built:
        assert built.namelist() == ["one/digests.txt", "one/guideline.toml", "one/shapes/all.ttl"]


def test_an_archive_loads_as_the_folder_does(tmp_path: Path) -> None:
    folder = write(tmp_path, "one")
    path = tmp_path / "one.zip"
    path.write_bytes(build(folder)[1])
    (found,) = folders_named([path])
    assert load_knowledge(named_paths(found)) == load_knowledge(named_paths(folder))
    assert content_digest(named_paths(found)) == content_digest(named_paths(folder))
    assert package_digest(found) == package_digest(folder)
    assert unpacked(path) == found


def test_many_may_unpack_one_archive_at_once(tmp_path: Path) -> None:
    folder, path = write(tmp_path, "one"), tmp_path / "one.zip"
    path.write_bytes(build(folder)[1])
    with ThreadPoolExecutor(max_workers=8) as pool:
        digests = set(pool.map(lambda _: package_digest(unpacked(path)), range(64)))
    assert digests == {package_digest(folder)}


def test_what_was_taken_out_of_the_cache_is_unpacked_anew(tmp_path: Path) -> None:
    path = tmp_path / "one.zip"
    path.write_bytes(build(write(tmp_path, "one"))[1])
    (unpacked(path) / MANIFEST).unlink()
    assert (unpacked(path) / MANIFEST).is_file()


def test_what_was_changed_in_the_cache_is_unpacked_anew(tmp_path: Path) -> None:
    path = tmp_path / "one.zip"
    path.write_bytes(build(write(tmp_path, "one"))[1])
    spoilt = unpacked(path) / "shapes" / "all.ttl"
    before = spoilt.read_bytes()
    spoilt.write_bytes(before + b"# more\n")
    assert (unpacked(path) / "shapes" / "all.ttl").read_bytes() == before


def changed(files: Files) -> None:
    files["one/shapes/all.ttl"] += b"# more\n"


def further(files: Files) -> None:
    files["one/shapes/more.ttl"] = b""


def missing(files: Files) -> None:
    del files["one/shapes/all.ttl"]


def without_digests(files: Files) -> None:
    del files[f"one/{DIGESTS}"]


def outside(files: Files) -> None:
    files["one/../../evil.ttl"] = b""


def two_folders(files: Files) -> None:
    files["two/a.ttl"] = b""


BROKEN: dict[Callable[[Files], None], str] = {
    changed: "is not what was built: shapes/all.ttl",
    further: "is not what was built: shapes/more.ttl",
    missing: "is not what was built: shapes/all.ttl",
    without_digests: f"has no {DIGESTS}",
    outside: "is no plain file",
    two_folders: "holds 2 folders",
}


@pytest.mark.parametrize(("change", "told"), BROKEN.items(), ids=lambda item: getattr(item, "__name__", ""))
def test_what_is_not_as_it_was_built_is_refused(change: Callable[[Files], None], told: str, tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(build(write(tmp_path, "one"))[1])) as built:
        files = {name: built.read(name) for name in built.namelist()}
    change(files)
    path = tmp_path / "one.zip"
    with zipfile.ZipFile(path, "w") as spoilt:
        for name, text in files.items():
            spoilt.writestr(name, text)
    with pytest.raises(KnowledgeError) as raised:
        unpacked(path)
    assert told in raised.value.what
    assert (raised.value.where, raised.value.mend) == ("one.zip", archive.MEND)
    assert not list(tmp_path.rglob("evil.ttl"))


def test_links_large_archives_and_no_archives_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "one.zip"
    path.write_bytes(b"PK nothing")
    with pytest.raises(KnowledgeError, match="no archive that can be read"):
        unpacked(path)
    with zipfile.ZipFile(path, "w") as linked:
        info = zipfile.ZipInfo("one/shapes")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        linked.writestr(info, "/etc")
    with pytest.raises(KnowledgeError, match="no plain file"):
        unpacked(path)
    path.write_bytes(build(write(tmp_path, "one"))[1])
    monkeypatch.setattr(archive, "MOST_BYTES", 100)
    with pytest.raises(KnowledgeError, match="more than 5,000 files or 100 bytes"):
        unpacked(path)


def test_a_folder_without_a_manifest_makes_no_archive(tmp_path: Path) -> None:
    folder = write(tmp_path, "one")
    (folder / MANIFEST).unlink()
    with pytest.raises(KnowledgeError, match="There is no manifest"):
        build(folder)
