"""Terms out of use: what replaces them is understood, and everything else that is said of them or by them is refused by name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from spinegraph.api.cli.lookup import all_codes
from spinegraph.api.listings import make_listings
from spinegraph.engine import Engine, KnowledgeError, UnknownCodeError, make_case, make_codebook
from spinegraph.engine.exchange.description.resource import make_describer
from spinegraph.engine.knowledge.build.assembly import load_knowledge
from spinegraph.engine.knowledge.turtle.graph import read_graph
from spinegraph.engine.model import Decision, Knowledge
from spinegraph.engine.search.index import make_index
from spinegraph.engine.validation.diff.statements import State, changed_statements

from tests.knowledge.given import load
from tests.small import Edit, write_small

OLD = 'a owl:Class ; rdfs:subClassOf core:Finding ; rdfs:label "{0}"@en ; skos:notation "{0}" ; owl:deprecated true'
SLOBBER = f"finding:Slobber {OLD.format('slobber')} ; dcterms:isReplacedBy finding:Drooling .\n"
WITHDRAWN = f"finding:Unwell {OLD.format('unwell')} ; rdfs:seeAlso finding:Fever , finding:SoreThroat .\n"
VALUE = 'a owl:DatatypeProperty , core:Measurement ; rdfs:label "heat"@en ; skos:notation "heat" ; core:unit "{0}" ; '
HEAT = (
    "core:heat " + VALUE + "core:minimum 30 ; core:maximum 45 ; owl:deprecated true ; dcterms:isReplacedBy core:temperatureC .\n"
)


@pytest.fixture(scope="module")
def knowledge(tmp_path_factory: pytest.TempPathFactory) -> Knowledge:
    """The small knowledge with three terms out of use, one of which nothing replaces."""
    return load(tmp_path_factory.mktemp("old"), more=SLOBBER + WITHDRAWN + HEAT.format("Cel"))


def decide(knowledge: Knowledge, data: dict[str, Any]) -> Decision:
    return Engine(knowledge).decide(make_case(data, make_codebook(knowledge)))


# In a case ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["slobber", "finding:Slobber", "https://w3id.org/spinegraph/finding/Slobber"])
@pytest.mark.parametrize("side", ["present", "absent"])
def test_a_case_is_decided_by_what_replaces_a_term(name: str, side: str, knowledge: Knowledge) -> None:
    decision, new = (
        decide(knowledge, {"present": ["sore_throat"]} | {side: ["sore_throat", code]}) for code in (name, "drooling")
    )
    assert (decision.case.present, decision.case.absent) == (new.case.present, new.case.absent)
    assert [one.verdict for one in decision.recommendations] == [one.verdict for one in new.recommendations]
    assert decision.case.replaced == {name: "drooling"}
    (notice,) = (notice for notice in decision.notices if notice.code == "deprecated-code")
    assert notice.message == f"Sent by a deprecated code, and decided by what replaces it: '{name}' → drooling."
    assert notice.about == ("drooling",)
    assert {notice for notice in decision.notices if notice.code != "deprecated-code"} == set(new.notices)


def test_a_value_is_that_of_what_replaces_its_name(knowledge: Knowledge) -> None:
    decision = decide(knowledge, {"measurements": {"heat": {"value": 101.3, "unit": "[degF]"}}})
    assert decision.case.measurements == {"temperature_c": pytest.approx(38.5)}
    assert decision.case.replaced == {"heat": "temperature_c"}


def test_patients_read_what_was_understood_in_their_words(knowledge: Knowledge) -> None:
    decision = decide(knowledge, {"measurements": {"heat": 38}, "audience": "patient"})
    assert any("'heat' → your temperature." in notice.message for notice in decision.notices)


def test_what_nothing_replaces_is_refused_by_name(knowledge: Knowledge) -> None:
    with pytest.raises(UnknownCodeError, match="'unwell' is deprecated, and nothing replaces it; consider: fever, sore_throat"):
        decide(knowledge, {"present": ["unwell"]})


def test_or_reported_where_the_caller_asks_for_that(knowledge: Knowledge) -> None:
    decision = decide(knowledge, {"present": ["unwell", "drooling"], "unknown_codes": "report"})
    assert [(one.code, one.reason, one.nearest) for one in decision.case.ignored] == [
        ("unwell", "deprecated-code", ("fever", "sore_throat"))
    ]
    assert "Deprecated, with nothing in its place, and not used: 'unwell' (present; nearest: fever, sore_throat)." in {
        notice.message for notice in decision.notices
    }


# Elsewhere ------------------------------------------------------------------------------------


def test_terms_out_of_use_are_in_nothing_that_is_asked_or_counted(knowledge: Knowledge) -> None:
    assert sorted(term.code for term in knowledge.deprecated.values()) == ["heat", "slobber", "unwell"]
    assert not {*knowledge.deprecated} & {*knowledge.findings, *knowledge.measurements, *knowledge.hierarchy.broader}


def test_the_search_finds_what_replaces_a_term(knowledge: Knowledge) -> None:
    (hit, *_) = make_index(knowledge).find("slobber").hits
    assert (hit.document.code, hit.match) == ("drooling", "exact")


def test_lists_of_codes_name_it_with_what_replaces_it(knowledge: Knowledge) -> None:
    told = {code.code: (code.label, code.kind) for code in all_codes(knowledge)}
    assert told["slobber"] == ("slobber (deprecated; use drooling)", "finding, deprecated")
    assert told["unwell"] == ("unwell (deprecated; use nothing)", "finding, deprecated")
    listings = make_listings(knowledge)
    assert {one.code: one.replaces for name in ("findings", "measurements") for one in listings[name] if one.replaces} == {
        "drooling": ("slobber",),
        "temperature_c": ("heat",),
    }


def test_its_page_says_so(tmp_path: Path) -> None:
    paths = write_small(tmp_path, more={"ontology/old.ttl": SLOBBER + WITHDRAWN})
    describer = make_describer(paths)
    pages = [
        describer.render(f"https://w3id.org/spinegraph/finding/{name}", "text/html").decode() for name in ("Slobber", "Unwell")
    ]
    assert '<strong>Deprecated</strong>: use <a href="../finding/Drooling">drooling</a>.' in pages[0]
    assert (
        '<strong>Deprecated</strong>: consider <a href="../finding/Fever">fever</a>, <a href="../finding/SoreThroat">' in pages[1]
    )
    new = describer.describe("https://w3id.org/spinegraph/finding/Drooling")
    assert [(item.text, item.note) for group in new.groups if group.title == "Findings" for item in group.items] == [
        ("slobber", "replaced by it")
    ]
    assert not new.deprecated


def test_a_difference_names_what_replaces_it(tmp_path: Path) -> None:
    states = []
    for name, text in (("old", SLOBBER.split(" ; owl:deprecated")[0] + " .\n"), ("new", SLOBBER)):
        paths = write_small(tmp_path / name, more={"ontology/old.ttl": text})
        states.append(State(name, read_graph(paths), load_knowledge(paths)))
    found = [(one.kind, one.subject, one.how, one.fields) for one in changed_statements(*states)]
    assert [one[:3] for one in found] == [
        ("finding", "finding:Slobber", "removed"),
        ("deprecated term", "finding:Slobber", "added"),
    ]
    assert found[1][3][0].new == ("finding:Drooling",)


# Refused --------------------------------------------------------------------------------------

REFUSED = {
    "without being deprecated": (
        "finding:Drooling dcterms:isReplacedBy finding:Fever .",
        "finding:Drooling has dcterms:isReplacedBy, but is not deprecated",
    ),
    "deprecated, false": ("finding:Drooling owl:deprecated false .", "finding:Drooling has owl:deprecated false"),
    "two replacements": (SLOBBER.replace(" .\n", " , finding:Fever .\n"), "has 2 values of dcterms:isReplacedBy"),
    "a text": (SLOBBER.replace("finding:Drooling", '"Drooling"'), "isReplacedBy 'Drooling', which is no term"),
    "itself": (SLOBBER.replace("finding:Drooling", "finding:Slobber"), "in a circle: finding:Slobber → finding:Slobber"),
    "one that is deprecated": (
        SLOBBER + SLOBBER.replace("Slobber", "Spit").replace("slobber", "spit").replace("finding:Drooling", "finding:Slobber"),
        "finding:Spit is replaced by finding:Slobber, which is deprecated itself",
    ),
    "nothing": (
        SLOBBER.replace("Drooling", "Droling"),
        r"finding:Slobber is replaced by finding:Droling, which does not exist; did you mean finding:Drooling\?*",
    ),
    "another kind": (SLOBBER.replace("finding:Drooling", "core:ageMonths"), "which is no finding but a measurement"),
    "what only follows": (SLOBBER.replace("Drooling", "Infant"), "finding:Infant, which only follows from other facts"),
    "another unit": (HEAT.format("[degF]"), r"is measured in \[degF\], and core:temperatureC, which replaces it, in Cel"),
    "a group": (SLOBBER.replace("core:Finding", "finding:StrepSign"), "finding:Slobber is deprecated, and stands below"),
    "a code in use": (SLOBBER.replace('"slobber" ; owl', '"fever" ; owl'), "The code 'fever' is used by finding:Slobber"),
    "no code": (SLOBBER.replace('skos:notation "slobber" ; ', ""), "finding:Slobber has no code"),
    "a term below it": (
        SLOBBER + 'finding:Spit a owl:Class ; rdfs:subClassOf finding:Slobber ; rdfs:label "spit"@en ; skos:notation "spit" .',
        "finding:Slobber is deprecated, and is named here by rdfs:subClassOf",
    ),
}


@pytest.mark.parametrize(("text", "what"), REFUSED.values(), ids=REFUSED)
def test_a_replacement_that_cannot_take_the_place_is_refused(text: str, what: str, tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match=what) as refused:
        load(tmp_path, more=text)
    assert "more.ttl" in refused.value.where or "findings.ttl" in refused.value.where


def test_a_rule_that_names_it_is_refused_with_what_to_write(tmp_path: Path) -> None:
    edit = Edit("shapes/rules/sore-throat.ttl", "core:present finding:Drooling", "core:present finding:Slobber")
    with pytest.raises(KnowledgeError, match="finding:Slobber is deprecated, and is named here by core:present") as refused:
        load(tmp_path, edit, more=SLOBBER)
    assert refused.value.mend == "Write finding:Drooling."
    assert refused.value.kind == "deprecated-term"


def test_so_is_a_mapping_of_it(tmp_path: Path) -> None:
    edit = Edit("ontology/mappings.sssom.tsv", "finding:Drooling\tskos:broad", "finding:Slobber\tskos:broad")
    with pytest.raises(KnowledgeError, match="'finding:Slobber' is mapped, but deprecated") as refused:
        load(tmp_path, edit, more=SLOBBER)
    assert refused.value.mend == "Map finding:Drooling, which replaces it."


def test_what_only_says_where_something_comes_from_may_name_it(tmp_path: Path) -> None:
    found = load(tmp_path, more=SLOBBER + "finding:Drooling dcterms:replaces finding:Slobber .")
    assert [*found.deprecated] == ["https://w3id.org/spinegraph/finding/Slobber"]


def test_a_coded_value_is_replaced_only_where_its_values_stay(tmp_path: Path) -> None:
    def coded(name: str, code: str, values: str, more: str = "") -> str:
        listed = " ".join(f'[ skos:notation "{value}" ; rdfs:label "{value}"@en ]' for value in values.split())
        return (
            f'core:{name} a owl:DatatypeProperty , core:CodedProperty ; rdfs:label "{code}"@en ; skos:notation "{code}" ; '
            f"core:valueSet ( {listed} ){more} .\n"
        )

    old = " ; owl:deprecated true ; dcterms:isReplacedBy core:side"
    knowledge = load(tmp_path / "kept", more=coded("side", "side", "left right both") + coded("part", "part", "left right", old))
    assert make_case({"coded": {"part": "left"}}, make_codebook(knowledge)).replaced == {"part": "side"}
    with pytest.raises(KnowledgeError, match="has values that core:side, which replaces it, has not: both"):
        load(tmp_path / "lost", more=coded("side", "side", "left right") + coded("part", "part", "left both", old))
