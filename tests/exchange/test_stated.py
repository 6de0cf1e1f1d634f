"""Grade, dose, recurrence and preference wherever a recommendation is shown: article, Linked Data, terminal, its own page."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.console import Console
from spinegraph.api.cli.terminal import render_decision
from spinegraph.engine import Engine, make_case, make_codebook
from spinegraph.engine.exchange.article.article import render_article
from spinegraph.engine.exchange.description.resource import make_describer
from spinegraph.engine.exchange.provenance.rendering import render_provenance
from spinegraph.engine.model import Case

from tests.stated import stating, write_stated


@pytest.fixture
def stated(tmp_path: Path) -> Engine:
    return stating(tmp_path)


def case_of(engine: Engine, **more: object) -> Case:
    data = {
        "present": ["sore_throat", "tonsillar_exudate", "tender_nodes"],
        "absent": ["drooling", "penicillin_allergy"],
        "measurements": {"temperature_c": 37.2, "weight_kg": 31},
        "performed": [{"code": "gargling", "at": "2026-01-31"}],
        "as_of": "2026-08-02",
        **more,
    }
    return make_case(data, make_codebook(engine.knowledge))


def article(engine: Engine, case: Case) -> str:
    return render_article(engine.knowledge, engine.decide(case, include_all=True), "text/markdown").decode()


def test_the_article_has_them(stated: Engine) -> None:
    text = article(stated, case_of(stated))
    assert "Dose: 50 mg/kg by mouth twice a day for 10 days, at most 500 mg each. Here: 50 mg/kg × 31 kg = 1550 mg" in text
    assert "strong recommendation, certainty very low" in text
    assert "The choice depends on what the patient prefers. Talk about benefit and harm." in text
    assert "Again every 3 months to 6 months, last done 2026-01-31, overdue since 2026-07-31." in text


def test_the_article_says_what_the_dose_waits_for(stated: Engine) -> None:
    text = article(stated, case_of(stated, measurements={"temperature_c": 37.2}))
    assert "It cannot be worked out here: body weight is not known." in text


def test_a_patient_reads_what_there_is_to_choose_and_when_it_is_due(stated: Engine) -> None:
    text = article(stated, case_of(stated, audience="patient"))
    assert "This is for you to choose. What matters to you?" in text
    assert "overdue since 2026-07-31" in text
    assert "mg" not in text
    assert "certainty" not in text


def test_linked_data_has_them_and_where_the_dose_comes_from(stated: Engine) -> None:
    graph = render_provenance(stated.knowledge, stated.decide(case_of(stated), include_all=True), "text/turtle").decode()
    assert "core:strength core:strong" in graph
    assert "core:certainty core:veryLow" in graph
    assert 'core:dueFrom "2026-04-30"^^xsd:date' in graph
    (dose,) = (part for part in graph.split(" .\n") if " a prov:Entity , core:Dose" in part)
    assert "core:amount 500" in dose or 'core:amount "500"^^xsd:decimal' in dose
    assert "prov:wasDerivedFrom run:measurement:weight_kg" in dose
    assert "core:lasting" in dose


def test_a_dose_without_the_weight_has_no_amount(stated: Engine) -> None:
    case = case_of(stated, measurements={"temperature_c": 37.2})
    graph = render_provenance(stated.knowledge, stated.decide(case, include_all=True), "text/turtle").decode()
    (dose,) = (part for part in graph.split(" .\n") if " a prov:Entity , core:Dose" in part)
    assert "core:amount" not in dose
    assert "core:missing core:weightKg" in dose


def test_the_terminal_has_them(stated: Engine) -> None:
    console = Console(width=200, record=True, file=None, color_system=None)
    with console.capture() as shown:
        console.print(render_decision(stated.decide(case_of(stated)), stated.knowledge))
    text = shown.get()
    assert "strength strong, certainty very-low" in text
    assert "50 mg/kg × 31 kg = 1550 mg, at most 500 mg" in text
    assert "to choose" in text
    assert "overdue since 2026-07-31" in text


def test_the_page_of_a_rule_says_its_dose_in_words(tmp_path: Path) -> None:
    describer = make_describer(write_stated(tmp_path))
    page = describer.render("https://w3id.org/spinegraph/rule/give-penicillin", "text/html").decode()
    assert "50 mg/kg by mouth twice a day for 10 days, at most 500 mg each" in page
    assert "very low" in page
