"""What follows from another diagnostic is left out, and nothing else is; it is decided by data, not by sentences."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from msgspec import structs
from spinegraph.engine.validation import validate as validation
from spinegraph.engine.validation.catalogue import BY_NAME, CATALOGUE, Entry, Message, worded
from spinegraph.engine.validation.content import Content, read_content
from spinegraph.engine.validation.diagnostics import Diagnostic, Place, Related
from spinegraph.engine.validation.suppression import without_consequences
from spinegraph.engine.validation.validate import CHECKS, validate

from tests.authoring.guideline import BAD, read_defects, seed, write_good

SLOW = frozenset(check.name for check in CHECKS if check.apart)


@pytest.fixture(scope="module")
def nothing() -> Content:
    return Content(())


def one(
    name: str, message: str, subject: str, line: int = 1, *related: str, column: int = 0, about: str = "", **terms: object
) -> Diagnostic:
    others = tuple(Related(subject=other, place=Place(file="a.ttl", line=9), message="it") for other in related)
    place = Place(file="a.ttl", line=line, column=column)
    return Diagnostic(
        id=BY_NAME[name].id,
        severity="error",
        place=place,
        subject=subject,
        property=about,
        message=message,
        terms=terms,
        related=others,
    )


PAIRS = {
    "a misspelt label is missing": (
        one("unknown-term", "property", "finding:A", about="rdfs:lable", term="rdfs:lable", meant="rdfs:label"),
        one("no-label", "none", "finding:A", 2, about="rdfs:label"),
        one("no-label", "none", "finding:B", 2, about="rdfs:label"),
    ),
    "words in another language are missing": (
        one("unknown-language", "tag", "finding:A"),
        one("no-definition", "none", "finding:A", lacks=("skos:definition",)),
        one("no-definition", "none", "finding:B", lacks=("skos:definition",)),
    ),
    "what a misspelt name means is unused": (
        one("dangling-iri", "nothing-there", "rule:a", value="shape:Abc", meant="shape:Abd"),
        one("unused-shape", "no-use", "shape:Abd"),
        one("unused-shape", "no-use", "shape:Abe"),
    ),
    "a copy has two values": (
        one("declared-twice", "copied", "rule:a"),
        one("incomplete-rule", "", "rule:a"),
        one("incomplete-rule", "", "rule:b"),
    ),
    "a rule of two kinds lacks what one of them needs": (
        one("authoring-shape", "otherwise", "rule:a", about="rdf:type", values=("core:Assessment", "core:Recommendation")),
        one("incomplete-rule", "", "rule:a", 2, about="core:assesses"),
        one("incomplete-rule", "", "rule:b", 2, about="core:assesses"),
    ),
    "two concepts of one code are called the same": (
        one("duplicate-code", "", "finding:B", counterpart="finding:A"),
        one("ambiguous-label", "same-name", "finding:B", 3, "finding:A"),
        one("ambiguous-label", "same-name", "finding:B", 3, "finding:C"),
    ),
    "what is no number has no range": (
        one("wrong-kind", "", "shape:A", 4, about="sh:maxExclusive"),
        one("threshold-outside-range", "below", "shape:A", 4),
        one("threshold-outside-range", "above", "shape:A", 5),
    ),
    "an order that is too early is not that of its shape": (
        one("wrong-order", "", "rule:a"),
        one("unattached-rule", "other-order", "shape:Thirty", rule="rule:a"),
        one("unattached-rule", "other-order", "shape:Thirty", rule="rule:aa"),
    ),
    "while two findings are one, rules cannot be judged": (
        one("circular", "kinds", "finding:A"),
        one("shadowed", "overridden", "rule:a"),
        one("unused-shape", "no-use", "shape:Abe"),
    ),
    "an override of what holds for nobody is idle": (
        one("never-holds", "never-true", "rule:a"),
        one("idle-override", "always", "rule:b", 3, "rule:a"),
        one("idle-override", "always", "rule:b", 3, "rule:c"),
    ),
}


@pytest.mark.parametrize("name", PAIRS)
def test_only_what_follows_is_left_out(name: str, nothing: Content) -> None:
    cause, consequence, other = PAIRS[name]
    assert without_consequences(nothing, [cause, consequence, other]) == (cause, other)
    assert without_consequences(nothing, [consequence, other]) == (consequence, other)


def shape(column: int = 5, *, missing: bool = False) -> Diagnostic:
    terms = {"lacks": ("sh:order",)} if missing else {"values": ("1", "2")}
    message = "lacking" if missing else "one-too-many"
    return one("authoring-shape", message, "rule:a", 3, column=column, about="sh:order", **terms)


@pytest.mark.parametrize(
    ("missing", "other", "kept"),
    [
        (False, one("declared-twice", "second-value", "rule:a", 3, column=9, about="sh:order"), False),
        (False, one("bad-literal", "form", "rule:a", 3, column=5), False),  # at the same place
        (False, one("bad-literal", "form", "rule:a", 3, column=9), True),  # another statement of the line
        (False, one("declared-twice", "second-value", "rule:a", 4, column=5, about="sh:order"), True),
        (False, one("declared-twice", "second-value", "rule:b", 3, column=5, about="sh:order"), True),
        (True, one("incomplete-rule", "no-order", "rule:a", 3, column=5, lacks=("sh:order",)), False),
        (True, one("no-label", "none", "rule:a", 3, column=5, about="rdfs:label"), True),  # also missing, something else
        (True, one("never-holds", "never-true", "rule:a", 3, column=5, about="sh:order"), True),  # says nothing of the form
    ],
)
def test_a_shape_gives_way_to_another_check_about_the_same_statement(
    nothing: Content, missing: bool, other: Diagnostic, kept: bool
) -> None:
    found = without_consequences(nothing, [shape(missing=missing), other])
    assert (shape(missing=missing) in found) is kept
    assert other in found


def test_an_exclusion_of_many_is_reported_once(nothing: Content) -> None:
    rules = [one("shadowed", "excluded", f"rule:{name}", 2, "rule:x", rule=f"rule:{name}") for name in "abc"]
    (found,) = map(worded, without_consequences(nothing, rules))
    assert (found.subject, found.place) == ("rule:x", Place(file="a.ttl", line=9))
    assert found.what == "rule:x (“it”) excludes everybody for whom 3 rules hold: rule:a, rule:b, rule:c."
    assert [related.subject for related in found.related] == ["rule:a", "rule:b", "rule:c"]
    assert without_consequences(nothing, rules[:2]) == tuple(rules[:2])


def test_a_bound_that_two_opposed_rules_take_is_reported_once(nothing: Content) -> None:
    conflict = one("opposite-directions", "one-patient", "rule:a", 1, "rule:b", order="a", bar="b", wanted="X", barred="X")
    overlap = one("threshold-overlap", "at-a-bound", "rule:b", 2, "rule:a", where="age 2 years")
    (found,) = map(worded, without_consequences(nothing, [conflict, overlap]))
    assert found.mend.startswith("Both ranges take the same bound (at age 2 years). Let one of the two ranges exclude its bound")
    assert without_consequences(nothing, [overlap]) == (overlap,)


def test_the_content_need_not_load(tmp_path: Path) -> None:
    broken = tmp_path / "ontology" / "broken.ttl"
    broken.parent.mkdir()
    broken.write_text("finding:A", encoding="utf-8")
    impossible = one("impossible-range", "empty", "core:ageYears")
    dead = one("never-holds", "never-true", "rule:a")
    assert without_consequences(read_content([broken]), [impossible, dead]) == (impossible, dead)


# Sentences decide nothing -------------------------------------------------------------------------


def reworded(entries: dict[str, Entry]) -> dict[str, Entry]:
    """The catalogue with every sentence replaced by one that says nothing."""
    other = Message(what="Nonsense; did you mean core:text? There is no term x.", mend="Do rdfs:label.")
    return {
        id_: structs.replace(
            entry, title="Other", why="Why.", mend="Mend.", messages=dict.fromkeys(entry.messages, other)
        )
        for id_, entry in entries.items()
    }  # fmt: skip


def heads(text: str) -> list[str]:
    """The first line of each diagnostic of a golden text: place, severity, id, name."""
    return sorted(line for line in text.splitlines() if re.match(r"\S.* (error|warning|note) SG\d{3} ", line))


@pytest.mark.slow
def test_no_diagnostic_comes_or_goes_with_the_words_of_the_catalogue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Suppression once matched sentences: who copy-edited one got a second, misleading diagnostic of the same mistake."""
    others = reworded(dict(CATALOGUE))
    monkeypatch.setattr(validation, "worded", lambda diagnostic: worded(diagnostic, others))
    for name, defect in read_defects().items():
        if not defect.checks:
            folder = tmp_path / name
            seed(folder, defect)
            report = validate(read_content([folder], sources=folder / "documents", root=folder), without=SLOW)
            shown = (f"{found.place}: {found.severity} {found.id} {CATALOGUE[found.id].name}" for found in report.diagnostics)
            assert sorted(shown) == heads((BAD / f"{name}.txt").read_text(encoding="utf-8")), name


def test_a_misspelt_modality_is_one_diagnostic(tmp_path: Path) -> None:
    write_good(tmp_path)
    path = tmp_path / "shapes/rules/sore-throat.ttl"
    text = path.read_text(encoding="utf-8")
    path.write_text(re.sub("core:modality", "core:modallity", text, count=1), encoding="utf-8")
    report = validate(read_content([tmp_path], root=tmp_path), without={"ontology", "documents"})
    assert [(found.id, found.what) for found in report.diagnostics] == [
        ("SG201", "There is no term core:modallity; did you mean core:modality?")
    ]
