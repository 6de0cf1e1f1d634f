"""`"\\ud800"` in a title ended the article with a fault, and escape sequences in one could rewrite the screen."""

from __future__ import annotations

from pathlib import Path

import pytest
from spinegraph.engine import Codebook, KnowledgeError, MalformedCaseError, make_case_file, parse_json
from spinegraph.engine.errors import CaseError
from spinegraph.engine.knowledge.words import printable, unshown_character
from spinegraph.engine.model import Knowledge
from spinegraph.engine.validation.cases.files import read_cases

from tests.knowledge.given import load

UNSHOWN = {
    "\ud800": "U+D800",
    "\x00": "U+0000",
    "\x1b": "U+001B",
    "\x07": "U+0007",
    "\x7f": "U+007F",
    "\x9b": "U+009B",
    "\ufffe": "U+FFFE",
}
SHOWN = ("pain\tfor\ntwo weeks\r\n", "Schmerz über 2 Wochen", "😀", "👩‍⚕️", "الم الظهر", "٥٤")


@pytest.mark.parametrize("member", ["title", "narrative"])
@pytest.mark.parametrize(("character", "name"), UNSHOWN.items())
def test_words_with_a_character_that_nobody_can_read_are_refused(
    character: str, name: str, member: str, codebook: Codebook
) -> None:
    with pytest.raises(MalformedCaseError) as refused:
        make_case_file({member: f"ab{character}c"}, codebook)
    assert str(refused.value) == (
        f"/{member}: '{member}' has a character that nobody can read: {name} at character 3.\n  Take it out."
    )


def test_half_an_emoji_in_json_is_refused(codebook: Codebook) -> None:
    with pytest.raises(MalformedCaseError, match=r"U\+D800 at character 1"):
        make_case_file(parse_json(b'{"title": "\\ud800"}'), codebook)


@pytest.mark.parametrize("words", SHOWN)
def test_words_of_every_script_are_taken(words: str, codebook: Codebook) -> None:
    assert unshown_character(words) == ""
    assert make_case_file({"title": words, "narrative": words}, codebook).title == " ".join(words.split())


@pytest.mark.parametrize("member", ["name", "narrative"])
def test_cases_of_authors_too(member: str, tmp_path: Path, small_knowledge: Knowledge) -> None:
    entry = {"name": "a", "narrative": "b", member: '"a\\e[2Jb"'}
    text = "\n".join(
        ["- " + "\n  ".join(f"{key}: {value}" for key, value in entry.items()), "  case: {}", "  expect: {urgency: routine}"]
    )
    path = tmp_path / "throat.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CaseError, match=r"throat\.yaml:[12]: This has a character that nobody can read: U\+001B at character 2"):
        read_cases([path], small_knowledge)


@pytest.mark.parametrize("written", ["\\u001b[2J", "\\u0000", "\x1b[2J", "\\u009b", "\\b", "\x9b"])
def test_labels_of_content_too(written: str, tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match=r"more\.ttl:3: A text has a character that nobody can read") as refused:
        load(tmp_path, more=f'# \\b stands in a comment\nfinding:Fever rdfs:comment "hot{written}"@en .')
    assert refused.value.kind == "bad-literal"


def test_what_is_printed_has_no_control_characters() -> None:
    assert printable("a\x1b]0;x\x07\x1b[2J b\x9b31m\u202ec\r\n\tüß 😀 👩‍⚕️\ufeff") == "a]0;x[2J b31mc\n\tüß 😀 👩‍⚕️"
