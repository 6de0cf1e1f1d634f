"""A document changes, and its passages follow: what moved, what was reworded, what is gone, what is new."""

from __future__ import annotations

import shutil
from collections.abc import Collection
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from spinegraph.api.cli.app import main
from spinegraph.engine import load_knowledge
from spinegraph.engine.errors import ProvenanceError
from spinegraph.engine.knowledge.build.assembly import assemble
from spinegraph.engine.knowledge.files import in_unix_form, knowledge_paths, named_paths
from spinegraph.engine.knowledge.sources import read_documents, text_changed, verify
from spinegraph.engine.knowledge.statements import read_statements
from spinegraph.engine.knowledge.turtle.graph import read_graph
from spinegraph.engine.validation.content import read_content
from spinegraph.engine.validation.init.guideline import NewGuideline, plan_guideline, write_scaffold
from spinegraph.engine.validation.init.revision import Revision, plan_revision, write_revision
from spinegraph.engine.validation.validate import validate

pytestmark = pytest.mark.slow

TEXT = "# Knee\n\nFor adults. Rest it.\n\n- Cool it.\n- Lift it.\n\nThen walk.\n"


def begin(folder: Path, text: str = TEXT) -> Path:
    """A guideline of a text, in folder/g, with the text beside it; the text's path."""
    document = folder / "knee.md"
    document.write_bytes(text.encode())
    write_scaffold(plan_guideline(NewGuideline(slug="knee", number="7", publisher="P"), document, folder / "g"))
    return document


def follow(folder: Path, accepted: Collection[str] = ()) -> Revision:
    """What follows, written."""
    graph = read_graph(knowledge_paths(folder / "g"))
    knowledge = assemble(graph)
    revision = plan_revision(graph, knowledge, read_documents(folder, knowledge), accepted)
    write_revision(revision)
    return revision


def agrees(folder: Path) -> bool:
    """Whether every passage stands where and as it was read, and nothing is unread."""
    knowledge = load_knowledge(knowledge_paths(folder / "g"))
    ((iri, text),) = read_documents(folder, knowledge).items()
    places = {(passage.start, passage.end) for passage in knowledge.passages.values()}
    return (
        not verify(knowledge, {iri: text}).drifted
        and not text_changed(knowledge.sources[iri], text)
        and {(one.start, one.end) for one in read_statements(text)} == places
    )


def passages(folder: Path) -> dict[str, str]:
    """Passage id → the characters where it stands."""
    knowledge = load_knowledge(knowledge_paths(folder / "g"))
    text = in_unix_form((folder / "knee.md").read_bytes()).decode()
    return {passage.id: text[passage.start : passage.end] for passage in knowledge.passages.values()}


def test_nothing_follows_a_document_that_has_not_changed(tmp_path: Path) -> None:
    begin(tmp_path)
    assert follow(tmp_path) == Revision()
    assert agrees(tmp_path)


def test_what_stands_elsewhere_moves_and_what_is_new_becomes_a_passage(tmp_path: Path) -> None:
    document = begin(tmp_path)
    before = passages(tmp_path)
    document.write_text(f"Read this first.\n\n{TEXT.replace('Lift it.', 'Lift it. Bind it.')}")
    revision = follow(tmp_path)
    assert revision.moved == tuple(before)
    assert revision.new == ("7-L001b", "7-L008b")
    assert (revision.reworded, revision.gone) == ((), ())
    assert agrees(tmp_path)
    now = passages(tmp_path)
    assert {name: now[name] for name in before if name != "7-L001a"} == {n: t for n, t in before.items() if n != "7-L001a"}
    report = validate(read_content(knowledge=[tmp_path / "g"], sources=tmp_path), without=("ontology",))
    assert {found.id for found in report.diagnostics} == {"SG308"}  # what its author has still to write
    assert (now["7-L001b"], now["7-L008b"]) == ("Read this first.", "Bind it.")


def test_what_is_reworded_waits_until_somebody_accepts_it(tmp_path: Path) -> None:
    document = begin(tmp_path)
    files = {path: path.read_text() for path in (tmp_path / "g").rglob("*.ttl")}
    document.write_text(TEXT.replace("Rest it.", "Rest it for two days.").replace("Then walk", "Walk\nagain"))
    revision = follow(tmp_path)
    assert [(one.passage, one.printed) for one in revision.reworded] == [
        ("7-L003b", "Rest it for two days."),
        ("7-L008a", "Walk again."),
    ]
    assert revision.moved == ("7-L005a", "7-L006a")
    assert not revision.files
    assert not follow(tmp_path, ["7-L008a"]).files
    assert {path: path.read_text() for path in files} == files
    assert follow(tmp_path, ["7-L003b", "7-L008a"]).accepted == ("7-L003b", "7-L008a")
    assert agrees(tmp_path)


def test_what_is_gone_waits_until_somebody_takes_it_out(tmp_path: Path) -> None:
    document = begin(tmp_path)
    document.write_text(TEXT.replace("- Cool it.\n", ""))
    revision = follow(tmp_path)
    assert revision.gone == ("7-L005a",)
    assert not revision.files
    path = tmp_path / "g" / "ontology" / "sources" / "knee.ttl"
    blocks = path.read_text().split("\n\n")
    path.write_text("\n\n".join(block for block in blocks if not block.startswith("passage:7-L005a")))
    assert follow(tmp_path).gone == ()
    assert agrees(tmp_path)


def test_statements_that_say_the_same_keep_their_order(tmp_path: Path) -> None:
    document = begin(tmp_path, "Rest. Walk. Rest. Rest.\n")
    before = passages(tmp_path)
    document.write_text("First. Rest. Walk. Rest. Rest.\n")
    assert follow(tmp_path).new == ("7-L001e",)
    assert agrees(tmp_path)
    assert list(passages(tmp_path).items())[:4] == list(before.items())
    starts = [one.start for one in load_knowledge(knowledge_paths(tmp_path / "g")).passages.values()]
    assert starts[:4] == sorted(starts[:4])


def test_only_what_was_reworded_can_be_accepted(tmp_path: Path) -> None:
    document = begin(tmp_path)
    document.write_text(TEXT.replace("Rest", "Raise"))
    with pytest.raises(ProvenanceError) as caught:
        follow(tmp_path, ["7-L003a"])
    assert str(caught.value) == "'7-L003a' was not reworded.\n  Accept what is told as reworded."


SENTENCES = st.permutations([f"{verb} the knee." for verb in ("Rest", "Cool", "Bind", "Lift", "Bend", "Warm", "Turn", "Move")])


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(old=SENTENCES, new=SENTENCES, taken=st.integers(1, 8), breaks=st.sampled_from([" ", "\n\n", "\n- ", "\r\n> "]))
def test_whatever_is_moved_or_added_is_followed(
    tmp_path_factory: pytest.TempPathFactory, old: list[str], new: list[str], taken: int, breaks: str
) -> None:
    folder = tmp_path_factory.mktemp("g")
    document = begin(folder, " ".join(old[:taken]))
    before = passages(folder)
    document.write_bytes(breaks.join(["Head.", *new]).encode())
    revision = follow(folder)
    assert (revision.gone, revision.reworded) == ((), ())
    assert len(revision.new) == 1 + len(new) - taken
    now = passages(folder)
    assert {name: now[name] for name in before} == before
    assert agrees(folder)


def test_the_command_tells_what_somebody_has_to_decide(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = begin(tmp_path)
    call = ["sources", "follow", "--sources", str(tmp_path), "--knowledge", str(tmp_path / "g")]
    assert main(call) == 0
    assert capsys.readouterr().out == "Every passage stands where it was read.\n"
    document.write_text(TEXT.replace("For adults.", "For all."))
    assert main(call) == 1
    assert capsys.readouterr().out == (
        "7-L003b  stands elsewhere\n7-L005a  stands elsewhere\n7-L006a  stands elsewhere\n7-L008a  stands elsewhere\n"
        "7-L003a  reworded\n"
        "  states   Statement 7-L003a: to be told in our own words.\n"
        "  printed  “For all.”\n"
        "  rules    step-in-knee\n"
        "Nothing is written yet. Mend paraphrases and rules until they agree with what is printed, then --accept.\n"
    )
    assert main([*call, "--accept", "7-L003a"]) == 0
    assert "7-L003a  accepted\n" in capsys.readouterr().out
    assert agrees(tmp_path)


def test_a_package_keeps_its_namespace_and_its_prefixes(tmp_path: Path) -> None:
    folder = tmp_path / "ankle-and-foot"
    shutil.copytree(Path(__file__).parents[3] / "guidelines" / "ankle-and-foot", folder)
    document = folder / "documents" / "ankle-and-foot.md"
    document.write_text(document.read_text(encoding="utf-8") + "\nIt is read again every year.\n", encoding="utf-8")
    graph = read_graph(named_paths(folder))
    known = assemble(graph)
    revision = plan_revision(graph, known, {next(iter(known.sources)): document.read_text(encoding="utf-8")})
    assert len(revision.new) == 1
    (path,) = revision.files
    before = path.read_text(encoding="utf-8")
    write_revision(revision)
    written = path.read_text(encoding="utf-8")
    assert f"ankle:{revision.new[0]}\n" in written
    assert len(written) < len(before) * 1.1
    assert len(load_knowledge(named_paths(folder)).passages) == len(known.passages) + 1
