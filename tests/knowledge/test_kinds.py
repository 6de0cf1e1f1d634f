"""Kinds of passages, sections of articles and screening are content: another guideline declares its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from spinegraph.engine import Engine, Knowledge, KnowledgeError, load_knowledge, make_case, make_codebook
from spinegraph.engine.errors import CriterionError
from spinegraph.engine.exchange.article.article import make_article
from spinegraph.engine.knowledge.files import named_paths
from spinegraph.engine.validation.content import read_content
from spinegraph.engine.validation.validate import CHECKS, validate

from tests.authoring.guideline import write_good

OWN = """
core:section-prevention a core:ArticleSection ; rdfs:label "Prevention"@en ; skos:notation "prevention" ; sh:order 3.5 ;
    core:patientSection core:section-return .
core:kind-prevention a core:PassageKind ; rdfs:label "what prevents it"@en ; skos:notation "prevention" ;
    core:articleSection core:section-prevention ; core:direction core:for .
"""
"""A section and a kind that no shipped file has."""
Load = Callable[..., Knowledge]


@pytest.fixture
def guideline(tmp_path: Path) -> Path:
    write_good(tmp_path)
    return tmp_path


def edit(folder: Path, name: str, old: str, new: str) -> None:
    text = (folder / name).read_text()
    assert old in text
    (folder / name).write_text(text.replace(old, new))


def load(folder: Path) -> Knowledge:
    return load_knowledge(named_paths(folder))


SOURCES = "ontology/sources/sore-throat.ttl"


def test_a_guideline_declares_kinds_and_sections_of_its_own(guideline: Path) -> None:
    with (guideline / "ontology" / "kinds.ttl").open("w") as file:
        file.write("".join(f"PREFIX {name}: <{iri}>\n" for name, iri in PREFIXES.items()) + OWN)
    edit(guideline, SOURCES, 'core:kind "treatment-for"', 'core:kind "prevention"')
    knowledge = load(guideline)
    kind = knowledge.passage_kinds["prevention"]
    assert (kind.label, kind.sections, kind.direction) == ("what prevents it", ("prevention",), "for")
    content = read_content([guideline], root=guideline)
    slow = {check.name for check in CHECKS if check.apart}
    assert [found.what for found in validate(content, without=slow).diagnostics if "kinds.ttl" in str(found.place)] == []
    engine = Engine(knowledge)
    decision = engine.decide(make_case({"present": ["sore_throat"]}, make_codebook(knowledge)))
    titles = [part.title for section in make_article(knowledge, decision).sections for part in section.sections]
    assert "Prevention" in titles
    for_patient = engine.decide(make_case({"present": ["sore_throat"], "audience": "patient"}, make_codebook(knowledge)))
    keys = [part.key for section in make_article(knowledge, for_patient).sections for part in section.sections]
    assert any(key.endswith("-return") for key in keys)


PREFIXES = {
    "core": "https://w3id.org/spinegraph/core/",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "sh": "http://www.w3.org/ns/shacl#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
}


def test_a_kind_that_nobody_declares_is_refused(guideline: Path) -> None:
    edit(guideline, SOURCES, 'core:kind "pitfall"', 'core:kind "pit-fall"')
    with pytest.raises(KnowledgeError, match=r"is of the kind 'pit-fall', which does not exist; did you mean pitfall\?"):
        load(guideline)


def test_a_section_that_nobody_declares_is_refused(guideline: Path) -> None:
    with (guideline / "ontology" / "kinds.ttl").open("w") as file:
        text = OWN.replace("core:articleSection core:section-prevention", "core:articleSection core:section-preventoin")
        file.write("".join(f"PREFIX {name}: <{iri}>\n" for name, iri in PREFIXES.items()) + text)
    with pytest.raises(KnowledgeError, match="did you mean core:section-prevention"):
        load(guideline)


def test_screening_is_inherited_by_what_is_narrower(guideline: Path) -> None:
    concepts = {concept.code: concept for concept in load(guideline).interventions.values()}
    assert concepts["clinical_assessment"].screening
    assert concepts["throat_examination"].screening
    assert not concepts["antibiotic"].screening


def test_a_name_does_not_make_a_screen(guideline: Path) -> None:
    """Without core:screening a rule that asks for what is not assessed is refused, whatever its intervention is called."""
    edit(guideline, "ontology/interventions.ttl", "    core:screening true ;\n", "")
    with pytest.raises(CriterionError, match="core:screening intervention"):
        load(guideline)
