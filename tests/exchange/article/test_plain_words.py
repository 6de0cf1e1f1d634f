"""What patients read: their words only, short, and readable at the age of about 12."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest
import textstat
from spinegraph.engine import Engine
from spinegraph.engine.exchange.article.article import render_article
from spinegraph.engine.model import Audience, Case, Concept, Knowledge, Measurement
from spinegraph.engine.validation.cases.files import read_cases

from tests.exchange.article.patients import CASES, for_audience

pytestmark = pytest.mark.slow

TESTS = Path(__file__).parents[2]
WORDS: dict[Audience, int] = {"clinician": 350, "patient": 250}
"""On the first page of an ordinary visit, without ids."""
MOST_WORDS = 330
"""On a patient's first page of any case."""
GRADE, EASE = 7.0, 65.0
"""Flesch-Kincaid grade at most (age 12 to 13) and Flesch reading ease at least ("plain") of a patient's first page."""


def ordinary(engine: Engine, *present: str, **measurements: float) -> Case:
    """A visit with every other item of every screen denied."""
    knowledge = engine.knowledge
    iris = {finding.code: iri for iri, finding in knowledge.findings.items()}
    wider = {other for code in present for other in knowledge.hierarchy.broader.get(iris[code], ())} | {
        iris[code] for code in present
    }
    asked = {item.asks for screen in knowledge.screens.values() for item in screen.items} & set(knowledge.findings)
    absent = tuple(sorted(knowledge.findings[iri].code for iri in asked - wider))
    return Case(present=tuple(sorted(present)), absent=absent, measurements=measurements)


def visits(engine: Engine) -> dict[str, Case]:
    return {
        "ordinary": ordinary(engine, "back_pain", "low_back_pain", age_years=35.0, duration_weeks=0.7),
        "cauda equina": ordinary(engine, "low_back_pain", "urinary_retention", "saddle_anesthesia", age_years=48.0),
        "knots": ordinary(engine, "palpable_knots", age_years=35.0, duration_weeks=2.0),
        "sciatica": ordinary(engine, "low_back_pain", "leg_pain_below_knee_dermatomal", age_years=44.0, duration_weeks=2.0),
    }


def first_page(engine: Engine, case: Case) -> str:
    text = render_article(engine.knowledge, engine.decide(case), "text/markdown").decode()
    return re.sub(r"\[[^\]]*\]", "", text.split("\n## ")[0])


def words(text: str) -> int:
    return len(re.findall(r"[^\s*#]*\w[^\s*#]*", text))


@pytest.mark.parametrize("audience", WORDS)
def test_an_ordinary_visit_fits_on_a_page(engine: Engine, audience: Audience) -> None:
    for name, case in visits(engine).items():
        page = first_page(engine, msgspec.structs.replace(case, audience=audience))
        assert words(page) <= WORDS[audience], (name, words(page))


def prose(page: str) -> str:
    """Sentences as they are read: headings, numbers of lists and marks left out."""
    lines = [re.sub(r"^(?:\d+\.|-) |\*\*[^*]*:\*\*|[*#]", "", line).strip() for line in page.splitlines()]
    return " ".join(line if line.endswith((".", "?", "!")) else f"{line}." for line in lines if line and " " in line)


def test_a_child_of_twelve_can_read_it(engine: Engine) -> None:
    pages = {name: first_page(engine, msgspec.structs.replace(case, audience="patient")) for name, case in visits(engine).items()}
    pages |= {name: first_page(engine, for_audience(name, "patient")) for name in CASES}
    grades = {
        name: (textstat.flesch_kincaid_grade(prose(page)), textstat.flesch_reading_ease(prose(page)))
        for name, page in pages.items()
    }
    assert {name: found for name, found in grades.items() if found[0] > GRADE or found[1] < EASE} == {}


def clinical_labels(knowledge: Knowledge) -> list[str]:
    """Labels of clinicians that no text for patients has as a word of its own."""
    concepts = (*knowledge.findings.values(), *knowledge.conditions.values(), *knowledge.interventions.values())
    things: list[Concept | Measurement] = [*concepts, *knowledge.measurements.values()]
    own = [thing.patient_label for thing in things]
    own += [getattr(rule, "patient_text", "") for rule in knowledge.rules.values()]
    own += [topic.patient_label for topic in knowledge.uncovered.values()]
    own += [line.patient_text for line in knowledge.lines.values()]
    own += [screen.patient_question for screen in knowledge.screens.values()]
    plain = " ".join(own).lower()
    labels = {thing.label.lower() for thing in things if thing.label.lower() != thing.patient_label.lower()}
    return sorted(label for label in labels if not re.search(rf"(?<!\w){re.escape(label)}(?!\w)", plain))


def test_no_patient_reads_a_clinicians_word(engine: Engine) -> None:
    """Over a quarter of the clinical cases: `test_patient_words` reads the answers to all of them."""
    labels = clinical_labels(engine.knowledge)
    assert len(labels) > 200
    clinical = re.compile("|".join(rf"(?<!\w){re.escape(label)}(?!\w)" for label in labels))
    cases = {repr(one.case): one for one in read_cases([TESTS / "cases"], engine.knowledge)}
    assert len(cases) > 400
    for one in list(cases.values())[::4]:
        decision = engine.decide(msgspec.structs.replace(one.case, audience="patient"))
        text = render_article(engine.knowledge, decision, "text/markdown").decode()
        told = re.sub(r"^\[\d+\]:.*$|\[[^\]]*\]", "", text, flags=re.MULTILINE)
        assert not clinical.findall(told.lower()), one.name
        assert not re.findall(r"\bC\d\d\b|conflict|red flag", told), one.name
        assert words(told.split("\n## ")[0]) <= MOST_WORDS, one.name
