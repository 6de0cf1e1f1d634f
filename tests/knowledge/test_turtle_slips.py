"""Usual slips in Turtle, and the advice that each gets where the parser stops."""

from __future__ import annotations

from pathlib import Path

import pytest
from spinegraph.engine.errors import TurtleSyntaxError
from spinegraph.engine.knowledge.turtle.reader import read_triples
from spinegraph.engine.knowledge.turtle.slips import GENERAL, UNREAD

HEAD = """PREFIX core: <https://w3id.org/spinegraph/core/>
PREFIX rule: <https://w3id.org/spinegraph/rule/>
"""
SLIPS = {
    "no dot after a subject": ("rule:a core:text 'x' ;\n\nrule:b\n    a core:Rule .", 6, "before line 5 has not ended"),
    "no comma": ('rule:a core:text "x"@en\n    "y"@en-x-patient .', 4, "a comma between two values, at the end of line 3"),
    "no bracket": ("rule:a core:position [ core:text 'x' ;\n.", 4, "Write the missing ] after line 3"),
    "space in a name": ("rule:a core:position [ core:scope rule:a b ] .", 3, "a name has no space in it"),
    "quotation in a text": ('rule:a core:text "say "ah"."@en .', 3, 'Write \\" for a quotation mark inside a text.'),
    "curly quotation marks": ("rule:a core:text “x”@en .", 3, "straight quotation marks"),
    "text of two lines": ('rule:a core:text "x\ny" .', 3, '""" and """'),
    "dot after PREFIX": ("PREFIX sh: <http://www.w3.org/ns/shacl#> .", 3, "Take the dot out"),
    "no dot after @prefix": ("@prefix sh: <http://www.w3.org/ns/shacl#>\nrule:a a sh:Rule .", 4, "dot at the end of line 3"),
    "underscore in a language tag": ('rule:a core:text "x"@en_GB .', 3, "Write a hyphen in a language tag"),
    "unit behind a number": ("rule:a core:minimum 39 °C .", 3, "core:unit of the measurement"),
    "capital truth": ("rule:a core:derivedOnly True .", 3, "Write true, in small letters."),
    "comment of other languages": ("// a rule\nrule:a a core:Rule .", 3, "Begin a comment with #."),
    "prefix that everybody knows": ("rule:a a owl:Class .", 3, "Add PREFIX owl: <http://www.w3.org/2002/07/owl#> at the top"),
    "misspelt prefix": ("rule:a a rull:b .", 3, "Did you mean rule:?"),
    "unknown prefix": ("rule:a a zzzz:b .", 3, "Add PREFIX zzzz: <…> at the top"),
    "space in an IRI": ("rule:a a <https://example.org/a b> .", 3, "such as a space"),
    "no property": ("rule:a core:Rule ;\n    core:text 'x' .", 3, "in front of a class the property is `a`"),
    "list without brackets": ("rule:a core:of [ core:text 'x' ] [ core:text 'y' ] .", 3, "between ( and )"),
    "comma in a list": ("rule:a core:of ( rule:b , rule:c ) .", 3, "Take the comma out"),
    "no semicolon": ("rule:a core:order 3\n    core:scope rule:b .", 4, "at the end of line 3"),
}


def _refused(folder: Path, text: str) -> TurtleSyntaxError:
    path = folder / "slip.ttl"
    path.write_text(HEAD + text, encoding="utf-8")
    with pytest.raises(TurtleSyntaxError) as caught:
        read_triples(path, 0)
    return caught.value


@pytest.mark.parametrize("slip", SLIPS)
def test_a_usual_slip_is_recognised(slip: str, tmp_path: Path) -> None:
    text, line, said = SLIPS[slip]
    error = _refused(tmp_path, text)
    assert error.line == line
    assert said in error.mend
    assert error.mend.endswith(UNREAD.capitalize())


def test_what_is_no_usual_slip_gets_no_guess(tmp_path: Path) -> None:
    assert _refused(tmp_path, "rule:a core:text 'x' } .").mend == GENERAL


def test_columns_count_from_the_first_character_after_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "mark.ttl"
    path.write_bytes(b"\xef\xbb\xbfPREFIX owl: <http://www.w3.org/2002/07/owl#> .\r\n")
    with pytest.raises(TurtleSyntaxError) as caught:
        read_triples(path, 0)
    assert (caught.value.line, caught.value.mend[:16]) == (1, "Take the dot out")
