"""Screens as Questionnaires: what is asked, how it is answered, when it is shown."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from spinegraph.engine import Codebook, Engine, load_knowledge, make_case
from spinegraph.engine.errors import VocabularyError
from spinegraph.engine.exchange.fhir.form.link_ids import OTHER, RECORDED
from spinegraph.engine.exchange.fhir.questionnaire.items import ASKED_OF, HL7
from spinegraph.engine.exchange.fhir.questionnaire.questionnaire import FormName, Questionnaires
from spinegraph.engine.exchange.fhir.writing.codings import Json
from spinegraph.engine.knowledge.files import knowledge_paths
from spinegraph.engine.knowledge.installed import folders_named
from spinegraph.engine.knowledge.showing import show_screens


def of_packages(*names: str) -> Questionnaires:
    return Questionnaires(load_knowledge(knowledge_paths(*folders_named([Path(name) for name in names]))))


@pytest.fixture(scope="module")
def forms(engine: Engine) -> Questionnaires:
    return Questionnaires(engine.knowledge)


@pytest.fixture(scope="module")
def pressure() -> Questionnaires:
    """A package with dates, acts and coded values."""
    return of_packages("blood-pressure")


def items(form: Json) -> Iterator[Json]:
    waiting = [*form.get("item", ())]
    while waiting:
        one = waiting.pop(0)
        yield one
        waiting += one.get("item", ())


def by_link(form: Json) -> dict[str, Json]:
    return {one["linkId"]: one for one in items(form)}


def test_every_form_keeps_the_rules_of_the_specification(forms: Questionnaires, pressure: Questionnaires) -> None:
    names = [*((forms, one) for one in forms.names()), *((pressure, one) for one in pressure.names())]
    assert len(names) > 40
    for written, name in names:
        form = written.write(name)
        links = [one["linkId"] for one in items(form)]
        assert len(set(links)) == len(links), "que-2"
        for one in items(form):
            assert one["text"].strip(), one
            assert ("item" in one) == (one["type"] == "group"), "que-1"
            assert "answerOption" not in one or one["type"] == "choice", "que-5"
            assert "enableBehavior" in one or len(one.get("enableWhen", ())) < 2, "que-12"
            for when in one.get("enableWhen", ()):
                assert when["question"] in links, "what a condition asks for is in the form"
                assert len([name for name in when if name.startswith("answer")]) == 1, "one answer, which may be false"
                assert when["operator"] != "exists" or "answerBoolean" in when, "que-7"
        assert "enableWhenExpression" not in json.dumps(form)
        assert form["url"].endswith(f"/Questionnaire/{form['id']}")


def test_names_are_distinct(forms: Questionnaires) -> None:
    ids = [one.id for one in forms.names()]
    assert len(set(ids)) == len(ids)
    assert {"all", "all.patient", "screen-cancer", "screen-cancer.patient"} <= set(ids)


def test_a_screen_is_a_group_in_the_words_of_an_audience(forms: Questionnaires, engine: Engine) -> None:
    for audience in ("clinician", "patient"):
        shown = next(one for one in show_screens(engine.knowledge, audience) if one.id == "cancer")
        (group,) = forms.write(FormName(screen="cancer", audience=audience))["item"]
        assert (group["linkId"], group["text"]) == ("screen:cancer", shown.question)
        *asked, none = group["item"]
        assert [(one["linkId"], one["text"]) for one in asked] == [(one.code, one.label) for one in shown.items]
        assert (none["linkId"], none["type"], none["text"]) == ("none:cancer", "boolean", shown.none_of_these)
        assert {one["valueUri"].rpartition("/")[2] for one in group["extension"] if one["url"].endswith("supportLink")} == {
            *shown.passages
        }


def test_each_kind_is_asked_in_its_way(pressure: Questionnaires) -> None:
    asked = by_link(pressure.write(FormName()))
    yes_no = [one["valueCoding"]["code"] for one in asked["gout"]["answerOption"]]
    assert (asked["gout"]["type"], yes_no) == ("choice", ["Y", "N", "not-asked"])
    assert [one["valueCoding"]["code"] for one in asked["smoking_status"]["answerOption"]] == ["never", "former", "current"]
    assert asked["at:systolic_mmhg"]["type"] == "date"
    assert asked["taking:ace_inhibitor"]["type"] == "choice"
    number = asked["systolic_mmhg"]
    extensions = {one["url"]: next(value for name, value in one.items() if name != "url") for one in number["extension"]}
    assert number["type"] == "decimal"
    assert extensions[f"{HL7}questionnaire-unit"]["code"] == "mm[Hg]"
    assert extensions[f"{HL7}minValue"] < extensions[f"{HL7}maxValue"]
    assert extensions[ASKED_OF] == "patient"
    assert any(one["system"] == "http://loinc.org" for one in number["code"]), "mapped codes come along"


def test_gates_are_conditions(forms: Questionnaires) -> None:
    group = by_link(forms.write(FormName()))["screen:results"]
    assert group["enableBehavior"] == "any"
    assert [(one["question"], one["operator"]) for one in group["enableWhen"]] == [
        ("results_so_far", "exists"), ("results_so_far", "="), ("results_so_far", "="),
    ]  # fmt: skip
    alone = forms.write(FormName(screen="results"))
    assert not any("enableWhen" in one for one in items(alone)), "a condition on what is not asked would hide it for ever"


def test_the_whole_form_ends_with_what_no_screen_asks(forms: Questionnaires, engine: Engine) -> None:
    last = forms.write(FormName())["item"][-1]
    entry = by_link(last)[RECORDED]
    assert (last["linkId"], entry["repeats"]) == (OTHER, True)
    named = {one["valueCoding"]["code"] for one in entry["item"][0]["answerOption"]}
    assert {one.code for one in engine.knowledge.interventions.values()} <= named
    assert not {one.code for one in engine.knowledge.findings.values() if one.derived_only} & named
    assert forms.write(FormName(audience="patient"))["item"][-1]["linkId"] != OTHER


def test_what_two_packages_ask_is_asked_once() -> None:
    both = of_packages("sore-throat", "blood-pressure")
    whole = [one["linkId"] for one in items(both.write(FormName()))]
    assert whole.count("age_years") == 1
    for package in ("sore-throat", "blood-pressure"):
        assert "age_years" in by_link(both.write(FormName((package,))))
    assert "sore_throat" not in by_link(both.write(FormName(("blood-pressure",))))


def test_what_is_asked_next(forms: Questionnaires, engine: Engine, codebook: Codebook) -> None:
    case = make_case({"present": ["low_back_pain", "fever"], "measurements": {"age_years": 40}}, codebook)
    screens = engine.open_screens(case)
    form = forms.write_next(screens, FormName())
    assert [one["linkId"] for one in form["item"]] == [f"screen:{one.id}" for one in screens], "the most pressing first"
    asked = by_link(form)
    assert not {"fever", "age_years", "low_back_pain"} & asked.keys(), "what is known is not asked again"
    assert next(link for link in asked if link.startswith("none:infection")).startswith("none:infection/")
    assert "item" not in forms.write_next((), FormName())


def test_german_words() -> None:
    form = of_packages("ankle-and-foot").write(FormName(language="de"))
    assert form["language"] == "de"
    assert by_link(form)["pregnancy"]["answerOption"][0]["valueCoding"]["display"] == "Ja"


@pytest.mark.parametrize("name", [FormName(("measles",)), FormName(screen="measles")])
def test_names_of_nothing(forms: Questionnaires, name: FormName) -> None:
    with pytest.raises(VocabularyError, match="measles"):
        forms.write(name)
