"""What follows from another diagnostic is left out, and nothing else is."""

from __future__ import annotations

from pathlib import Path

import pytest
from spinegraph.engine.validation.catalogue import BY_NAME
from spinegraph.engine.validation.consequences import without_consequences
from spinegraph.engine.validation.content import Content, read_content
from spinegraph.engine.validation.diagnostics import Diagnostic, Place, Related


@pytest.fixture(scope="module")
def nothing() -> Content:
    return Content(())


def one(name: str, subject: str, what: str, line: int = 1, *related: str, mend: str = "") -> Diagnostic:
    others = tuple(Related(subject=other, place=Place(file="a.ttl", line=9), message="it") for other in related)
    place = Place(file="a.ttl", line=line)
    id_ = BY_NAME[name].id
    return Diagnostic(id=id_, severity="error", place=place, subject=subject, what=what, mend=mend, related=others)


MISSPELT = one("unknown-term", "finding:A", "There is no term rdfs:lable; did you mean rdfs:label?")
PAIRS = {
    "a misspelt label is missing": (
        MISSPELT,
        one("no-label", "finding:A", "finding:A has no label.", 2, mend='Add rdfs:label "…"@en.'),
        one("no-label", "finding:B", "finding:B has no label.", 2, mend='Add rdfs:label "…"@en.'),
    ),
    "words in another language are missing": (
        one("unknown-language", "finding:A", "The language tag @de is neither @en nor @en-x-patient."),
        one("no-definition", "finding:A", "finding:A has no definition."),
        one("no-definition", "finding:B", "finding:B has no definition."),
    ),
    "what a misspelt name means is unused": (
        one("dangling-iri", "rule:a", "There is no shape shape:Abc; did you mean shape:Abd?"),
        one("unused-shape", "shape:Abd", "No rule and no shape uses shape:Abd."),
        one("unused-shape", "shape:Abe", "No rule and no shape uses shape:Abe."),
    ),
    "a copy has two values": (
        one("declared-twice", "rule:a", "rule:a is described twice: rdfs:label, core:text, sh:object have two values."),
        one("incomplete-rule", "rule:a", "rule:a has 2 scopes."),
        one("incomplete-rule", "rule:b", "rule:b has 2 scopes."),
    ),
    "a rule of two kinds lacks what one of them needs": (
        one("authoring-shape", "rule:a", "A rule is one. Here rdf:type is core:Assessment, core:Recommendation."),
        one("incomplete-rule", "rule:a", "rule:a is not a whole Assessment: core:assesses is missing."),
        one("incomplete-rule", "rule:b", "rule:b is not a whole Assessment: core:assesses is missing."),
    ),
    "two concepts of one code are called the same": (
        one("duplicate-code", "finding:B", "The code 'a' is used by finding:A and finding:B."),
        one("ambiguous-label", "finding:B", "The findings finding:A and finding:B are both called 'a'.", 3, "finding:A"),
        one("ambiguous-label", "finding:B", "The findings finding:C and finding:B are both called 'a'.", 3, "finding:C"),
    ),
    "what is no number has no range": (
        one("wrong-kind", "shape:A", "sh:maxExclusive needs one number, not '0' and '5'.", 4),
        one("threshold-outside-range", "shape:A", "sh:maxExclusive 0 on core:ageYears, which can be at least 0.", 4),
        one("threshold-outside-range", "shape:A", "sh:minExclusive 900 on core:ageYears, which can be at most 130.", 5),
    ),
    "an order that is too early is not that of its shape": (
        one("wrong-order", "rule:a", "rule:a (sh:order 20) depends on rule:b (sh:order 20)."),
        one("unattached-rule", "shape:Thirty", "rule:a has sh:order 20 and is attached to shape:Thirty, whose sh:order is 30."),
        one("unattached-rule", "shape:Thirty", "rule:aa has sh:order 20 and is attached to shape:Thirty, whose sh:order is 30."),
    ),
    "while two findings are one, rules cannot be judged": (
        one("circular", "finding:A", "finding:A is a kind of finding:B is a kind of finding:A: each is the same."),
        one("shadowed", "rule:a", "rule:a is overridden for every patient."),
        one("unused-shape", "shape:Abe", "No rule and no shape uses shape:Abe."),
    ),
    "an override of what holds for nobody is idle": (
        one("never-holds", "rule:a", "No patient can meet rule:a."),
        one("idle-override", "rule:b", "rule:b overrides rule:a.", 3, "rule:a"),
        one("idle-override", "rule:b", "rule:b overrides rule:c.", 3, "rule:c"),
    ),
}


@pytest.mark.parametrize("name", PAIRS)
def test_only_what_follows_is_left_out(name: str, nothing: Content) -> None:
    cause, consequence, other = PAIRS[name]
    assert without_consequences(nothing, [cause, consequence, other]) == (cause, other)
    assert without_consequences(nothing, [consequence, other]) == (consequence, other)


def test_an_exclusion_of_many_is_told_once(nothing: Content) -> None:
    what = "holds only for patients who are excluded, so nobody is ever told it."
    rules = [one("shadowed", f"rule:{name}", f"rule:{name} {what}", 2, "rule:x") for name in "abc"]
    (told,) = without_consequences(nothing, rules)
    assert (told.subject, told.place) == ("rule:x", Place(file="a.ttl", line=9))
    assert told.what == "rule:x (“it”) excludes everybody for whom 3 rules hold: rule:a, rule:b, rule:c."
    assert [related.subject for related in told.related] == ["rule:a", "rule:b", "rule:c"]
    assert without_consequences(nothing, rules[:2]) == tuple(rules[:2])


def test_a_bound_that_two_opposed_rules_take_is_told_once(nothing: Content) -> None:
    conflict = one("opposite-directions", "rule:a", "rule:a is for X, rule:b is against X.", 1, "rule:b", mend="Override.")
    overlap = one("threshold-overlap", "rule:b", "They divide age, but both hold at age 2 years.", 2, "rule:a", mend="Exclude.")
    (told,) = without_consequences(nothing, [conflict, overlap])
    assert told.mend == "Both ranges take the same bound (at age 2 years). Exclude."
    assert without_consequences(nothing, [overlap]) == (overlap,)


def test_the_shipped_content_is_not_needed_to_tell_consequences(tmp_path: Path) -> None:
    broken = tmp_path / "ontology" / "broken.ttl"
    broken.parent.mkdir()
    broken.write_text("finding:A", encoding="utf-8")
    impossible = one("impossible-range", "core:ageYears", "core:ageYears can be from 9 to 1.")
    dead = one("never-holds", "rule:a", "No patient can meet rule:a.")
    assert without_consequences(read_content([broken]), [impossible, dead]) == (impossible, dead)
