"""`spinegraph new-guideline`: sound from the start, nothing overwritten, and refusals that say how to go on.

`SPINEGRAPH_GOLDEN=write pytest tests/validation/test_scaffold.py` writes the golden texts anew, to be reviewed as a diff.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from spinegraph.api.cli.app import main
from spinegraph.engine import Engine, load_knowledge
from spinegraph.engine.errors import GuidelineError
from spinegraph.engine.knowledge.files import in_unix_form, knowledge_paths, own_paths
from spinegraph.engine.knowledge.sources import coverage, read_documents, text_changed, verify
from spinegraph.engine.knowledge.turtle.formatting import badly_formatted
from spinegraph.engine.validation.cases.files import read_cases
from spinegraph.engine.validation.cases.runs import run_cases
from spinegraph.engine.validation.content import read_content
from spinegraph.engine.validation.init.guideline import NewGuideline, plan_guideline, write_scaffold
from spinegraph.engine.validation.validate import validate

pytestmark = pytest.mark.slow

GOLDEN = Path(__file__).parent / "golden"
TEXT = "# Sore knee\n\nThis is about sore knees of adults. Rest a warm knee.\n\n- Cool it.\n"
CALL = ("new-guideline", "sore-knee", "--text", "knee.md", "--number", "100", "--publisher", "Village Practice")


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with a text in it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SPINEGRAPH_SOURCES", raising=False)
    (tmp_path / "knee.md").write_text(TEXT, encoding="utf-8")
    return tmp_path


def begin(**said: Any) -> Path:
    """A guideline in the folder g; the folder."""
    new = NewGuideline(**{"slug": "sore-knee", "number": "100", "publisher": "Village Practice", **said})
    write_scaffold(plan_guideline(new, Path("knee.md"), Path("g")))
    return Path("g")


def is_sound(folder: Path, cases: int) -> bool:
    """Whether a folder validates with its documents, passes its cases and is in normal form."""
    report = validate(read_content(knowledge=[folder], sources=Path()), without=("ontology",))
    assert {found.id for found in report.diagnostics} == {"SG308"}  # what its author has still to write
    assert report.not_run == ()
    engine = Engine(load_knowledge(knowledge_paths(folder)))
    run = run_cases(read_cases([folder / "cases"], engine.knowledge), engine)
    assert [result.failures for result in run.results] == [()] * cases
    return not badly_formatted(own_paths(folder))


# Sound ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("slug", ["sore-knee", "knee", "covid-19", "no", "null", "a-b-c-d", "true-north"])
def test_a_new_guideline_is_sound_at_once(slug: str) -> None:
    assert is_sound(begin(slug=slug), 4)


@pytest.mark.parametrize(
    "text",
    [
        "One statement without a heading",
        "# Only a heading",
        "\ufeffA mark at the beginning.\r\nAnd \u2028 odd ends of lines.\r\rDone.",
        'A “quote”, a "quote", a back\\slash, {braces}, 😀, and a tab\t.\n\n| a | b |\n|---|---|\n| c \\| d | e |\n',
        "# A heading that is a sentence of many more than seven words\n\n## And another one that is as long as this\n\nText.\n",
        " ".join(f"Sentence number {number} of one line." for number in range(60)),
    ],
)
def test_whatever_the_text_it_is_sound_and_stands_where_it_was_read(text: str, place: Path) -> None:
    (place / "knee.md").write_bytes(text.encode())
    folder = begin()
    assert is_sound(folder, 4)
    knowledge = load_knowledge(knowledge_paths(folder))
    documents = read_documents(place, knowledge)
    outcome = verify(knowledge, documents)
    assert outcome.checked == outcome.total > 0
    assert outcome.drifted == ()
    (source,) = knowledge.sources.values()
    assert not text_changed(source, documents[source.iri])
    assert source.text_digest == hashlib.sha256(in_unix_form(text.encode())).hexdigest()


def test_nothing_is_claimed_that_nobody_has_said() -> None:
    knowledge = load_knowledge(knowledge_paths(begin()))
    (source,) = knowledge.sources.values()
    assert source.review_status == "pending"
    assert "Nobody has said" in source.review_note
    assert {passage.modality for passage in knowledge.passages.values()} == {""}
    assert {passage.kind for passage in knowledge.passages.values()} == {"metadata", ""}
    told = " ".join(passage.paraphrase for passage in knowledge.passages.values())
    assert not [word for word in ("knee", "warm", "Cool") if word in told]
    unused = {use.passage: use.not_modelled for use in coverage(knowledge) if not use.used_by}
    assert unused == {
        "100-L001a": "structure of the document; no clinical content",
        "100-L003b": "not yet modelled",
        "100-L005a": "not yet modelled",
    }


@pytest.mark.parametrize(
    ("text", "given", "title"),
    [
        (TEXT, "", "Sore knee"),
        (TEXT, 'Knees that "hurt"\n', 'Knees that "hurt"'),
        ("No heading.", "", "Sore knee"),
        ("# Eight words in a row are a quotation", "", "Sore knee"),
        ("# What to do", "", "What to do"),
    ],
)
def test_the_title_is_given_or_a_short_heading_or_the_slug(text: str, given: str, title: str, place: Path) -> None:
    (place / "knee.md").write_text(text)
    (source,) = load_knowledge(knowledge_paths(begin(title=given))).sources.values()
    assert source.title == title


def test_what_is_said_of_the_document_is_kept() -> None:
    folder = begin(publisher='The "Practice"', modified="2026-01-31", audience="patient")
    (source,) = load_knowledge(knowledge_paths(folder)).sources.values()
    assert (source.publisher, source.modified, source.audience) == ('The "Practice"', "2026-01-31", "patient")
    assert (source.number, source.file_name) == ("100", "knee.md")


def test_a_second_guideline_joins_the_first(place: Path) -> None:
    begin()
    (place / "hip.txt").write_text("About sore hips. Rest a warm hip.")
    before = {path: path.read_text() for path in Path("g").rglob("*") if path.is_file()}
    scaffold = plan_guideline(NewGuideline(slug="sore-hip", number="101", publisher="P"), Path("hip.txt"), Path("g"))
    assert {path.as_posix() for path in scaffold.added_to} == {"g/ontology/findings.ttl", "g/ontology/interventions.ttl"}
    write_scaffold(scaffold)
    assert {path for path, text in before.items() if path.read_text() != text} == set(scaffold.added_to)
    assert is_sound(Path("g"), 8)
    assert len(load_knowledge(knowledge_paths(Path("g"))).sources) == 2


# Refused -------------------------------------------------------------------------------------

Arrange = Callable[[Path], None]


def _write(name: str, content: bytes) -> Arrange:
    def arrange(place: Path) -> None:
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_bytes(content)

    return arrange


def _again(*arguments: str) -> Arrange:
    def arrange(_: Path) -> None:
        assert main([*CALL, *arguments]) == 0

    return arrange


def _nothing(_: Path) -> None:
    """As it is."""


def changed(old: str, new: str) -> tuple[str, ...]:
    """The call with one word changed."""
    return tuple(new if word == old else word for word in CALL)


TAKEN = b"<https://w3id.org/spinegraph/finding/SoreKnee> a <http://www.w3.org/2002/07/owl#Class> ."
REFUSALS: dict[str, tuple[Arrange, tuple[str, ...]]] = {
    "no-text": (_nothing, changed("knee.md", "elbow.md")),
    "text-is-a-folder": (_nothing, changed("knee.md", ".")),
    "text-empty": (_write("knee.md", b""), CALL),
    "text-without-words": (_write("knee.md", b"---\n\n- \n"), CALL),
    "text-not-utf-8": (_write("knee.md", b"Sore kn\xe9e."), CALL),
    "slug-with-capitals": (_nothing, changed("sore-knee", "SoreKnee")),
    "slug-with-space": (_nothing, changed("sore-knee", "sore knee")),
    "slug-leads-elsewhere": (_nothing, changed("sore-knee", "../knee")),
    "slug-of-shipped-content": (_nothing, changed("sore-knee", "back-pain")),
    "slug-of-the-schema": (_nothing, changed("sore-knee", "case")),
    "slug-taken": (_again(), CALL),
    "number-with-hyphen": (_nothing, changed("100", "1-0")),
    "number-of-shipped-content": (_nothing, changed("100", "000")),
    "number-taken": (_again("--to", "g"), (*changed("sore-knee", "sore-hip"), "--to", "g")),
    "concept-taken": (_write("sore-knee/ontology/findings.ttl", TAKEN), CALL),
    "publisher-blank": (_nothing, changed("Village Practice", " ")),
    "no-date": (_nothing, (*CALL, "--modified", "2026-02-30")),
    "folder-is-a-file": (_write("g", b""), (*CALL, "--to", "g")),
    "file-exists": (_write("sore-knee/cases/sore-knee.yaml", b"[]"), CALL),
    "folder-with-broken-turtle": (_write("g/ontology/findings.ttl", b"finding:A a"), (*CALL, "--to", "g")),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSALS)
def test_what_is_refused_says_why_and_leaves_everything_as_it_is(
    name: str, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arrange, call = REFUSALS[name]
    arrange(place)
    before = {path: path.read_bytes() for path in place.rglob("*") if path.is_file()}
    capsys.readouterr()
    assert main(call) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert {path: path.read_bytes() for path in place.rglob("*") if path.is_file()} == before
    golden = GOLDEN / f"{name}.txt"
    if os.environ.get("SPINEGRAPH_GOLDEN") == "write":
        golden.write_text(told.err, encoding="utf-8")
    assert told.err == golden.read_text(encoding="utf-8")


def test_every_golden_text_is_of_a_refusal() -> None:
    assert {path.stem for path in GOLDEN.iterdir()} == set(REFUSALS)


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sentencex", None)
    with pytest.raises(GuidelineError, match=r"sentencex is not installed\.\n  Install the extra"):
        begin()
