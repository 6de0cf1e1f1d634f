"""Answers in another language: the words change and nothing else, and what nobody has translated is English and said to be."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest
from spinegraph.engine import Engine, MalformedCaseError, load_knowledge, make_case, make_codebook
from spinegraph.engine.exchange.article.article import render_article
from spinegraph.engine.knowledge.files import named_paths
from spinegraph.engine.model import Case, Due, Proof
from spinegraph.engine.validation.cases.files import read_cases

from tests.decide.deciding import STREP, decided
from tests.stated import stating

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "guidelines" / "ankle-and-foot"
INJURED: dict[str, Any] = {
    "present": ["ankle_or_foot_injury", "malleolar_pain", "lateral_malleolus_tenderness"],
    "absent": ["midfoot_pain", "pregnancy", "unreliable_examination", "earlier_visit_for_injury", "isolated_skin_wound"],
    "measurements": {"age_years": 34, "days_since_injury": 1},
}
VIEWS = ("brief", "standard", "full")


@cache
def engine_of(*names: str) -> Engine:
    return Engine(load_knowledge(named_paths(*[ROOT / "guidelines" / name for name in names])))


def case_in(language: str, audience: str = "clinician", **more: Any) -> Case:
    return make_case(
        {**INJURED, **more, "language": language, "audience": audience}, make_codebook(engine_of(PACKAGE.name).knowledge)
    )


def test_a_brief_is_german_for_clinicians() -> None:
    brief = engine_of(PACKAGE.name).brief(case_in("de")).brief
    assert brief.headline == "Röntgenaufnahme des Sprunggelenks. Keine Röntgenaufnahme des Fußes."
    assert [action.text for action in brief.do] == ["Anfertigen: Röntgenaufnahme des Sprunggelenks."]
    assert [entry.label for entry in brief.rule_out] == ["Bruch am Sprunggelenk"]
    assert brief.disclaimer.startswith("Entscheidungshilfe, kein Medizinprodukt.")


def test_a_brief_is_german_for_patients() -> None:
    brief = engine_of(PACKAGE.name).brief(case_in("de", "patient")).brief
    assert brief.headline == "Ein Röntgenbild des Sprunggelenks. Sie brauchen kein Röntgenbild."
    assert brief.disclaimer == "Das ersetzt keinen Arzt. Die Texte dahinter sind nicht vollständig geprüft."


@pytest.mark.parametrize("view", VIEWS)
def test_english_says_nothing_of_languages(view: Any) -> None:
    engine = engine_of(PACKAGE.name)
    plain = make_case(INJURED, make_codebook(engine.knowledge))
    answer = engine.decide_json(case_in("en"), view)
    assert answer == engine.decide_json(plain, view)
    assert b'"language"' not in answer


@pytest.mark.parametrize("view", VIEWS)
def test_one_case_in_one_language_is_the_same_bytes(view: Any) -> None:
    fresh = Engine(load_knowledge(named_paths(PACKAGE)))
    assert fresh.decide_json(case_in("de"), view) == engine_of(PACKAGE.name).decide_json(case_in("de"), view)


WORDS = {"headline", "text", "label", "caution", "title", "question", "why", "none_of_these", "message", "disclaimer", "reading"}


def without_words(data: Any) -> Any:
    """An answer without what is said in words, and without what names the language."""
    if isinstance(data, list):
        return [without_words(part) for part in data]
    if isinstance(data, dict):
        left_out = {*WORDS, "language", "id", "timing", "readings", "not_covered", "handling", "unit", "choices"}
        return {
            key: without_words(part)
            for key, part in data.items()
            if key not in left_out or not isinstance(part, str | list | dict)
        }
    return data


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("audience", ["clinician", "patient"])
def test_what_is_decided_does_not_depend_on_the_language(view: Any, audience: str) -> None:
    engine = engine_of(PACKAGE.name)
    for case in [one.case for one in read_cases([PACKAGE / "cases" / "ankle-and-foot.yaml"], engine.knowledge)]:
        answers = [
            json.loads(engine.decide_json(msgspec.structs.replace(case, language=language, audience=audience), view))
            for language in ("", "de")
        ]
        assert without_words(answers[0]) == without_words(answers[1])


def test_what_is_not_translated_is_english_and_counted() -> None:
    engine = engine_of(PACKAGE.name)
    shown = engine.answer(case_in("de"))
    assert isinstance(shown.language, msgspec.Struct)
    assert 0 < shown.language.in_english < engine.knowledge.in_english
    assert next(iter(shown.passages.values())).paraphrase.startswith("Malleolar pain")


def test_content_without_any_german_is_english_in_german_frames() -> None:
    engine = engine_of("sore-throat")
    knowledge = engine.knowledge
    assert knowledge.languages == {}
    case = make_case({"language": "de"}, make_codebook(knowledge))
    answer = engine.brief(case)
    assert isinstance(answer.language, msgspec.Struct)
    assert answer.language.in_english == knowledge.in_english
    assert answer.brief.headline.startswith("Wie dringlich, ist noch offen.")


def test_packages_and_languages_go_together() -> None:
    engine = engine_of(PACKAGE.name, "sore-throat")
    alone = engine_of(PACKAGE.name).brief(case_in("de")).brief
    assert engine.answer(case_in("de"), packages=[PACKAGE.name]).brief == alone
    assert engine.of_packages([PACKAGE.name], "de") is engine.of_packages([PACKAGE.name], "de")
    assert engine.of_packages([]) is engine


def test_screens_are_asked_in_german() -> None:
    titles = [
        screen.title
        for screen in engine_of(PACKAGE.name).open_screens(case_in("de", present=["ankle_or_foot_injury"], absent=[]))
    ]
    assert "Die Verletzung" in titles
    assert "Ist auf die Untersuchung Verlass?" in titles


def test_an_article_has_the_german_words_of_the_content() -> None:
    engine = engine_of(PACKAGE.name)
    article = render_article(engine.knowledge, engine.decide(case_in("de")), "text/markdown").decode()
    assert "Anfertigen: Röntgenaufnahme des Sprunggelenks" in article
    assert "Take: radiograph" not in article


@pytest.mark.parametrize("language", ["fr", "DE", "", "de-x-patient", 3, None])
def test_a_language_without_a_catalogue_is_refused(language: Any) -> None:
    with pytest.raises(MalformedCaseError) as refused:
        case_in(language)
    assert (refused.value.where, refused.value.mend) == ("/language", "Use en or de.")


def test_proofs_say_in_german_how_a_fact_stands() -> None:
    engine = engine_of(PACKAGE.name)
    (entry,) = [
        one
        for one in engine.answer(case_in("de"), ["radiograph-of-the-ankle"]).recommendations
        if one.id == "radiograph-of-the-ankle"
    ]
    assert isinstance(entry.explanation, Proof)

    def labels(proof: Proof) -> list[str]:
        return [proof.label, *(label for child in proof.children for label in labels(child))]

    found = labels(entry.explanation)
    assert "Druckschmerz am Außenknöchel vorhanden" in found
    assert not any("present" in label.split() or "of" in label.split() for label in found)


def test_doses_and_what_recurs_are_said_in_german(tmp_path: Path) -> None:
    engine = stating(tmp_path)
    facts = {"present": [*STREP.split(), "fever"], "absent": ["penicillin_allergy", "drooling"]}
    data = {**facts, "measurements": {"temperature_c": 39, "weight_kg": 20}, "as_of": "2026-08-02", "language": "de"}
    case = make_case({**data, "performed": [{"code": "gargling", "at": "2026-01-31"}]}, make_codebook(engine.knowledge))
    dose, due = decided(engine, case, "give-penicillin").dose, decided(engine, case, "gargle").due
    assert isinstance(dose, tuple)
    assert isinstance(due, Due)
    assert dose[0].text == "50 mg/kg by mouth zweimal am Tag 10 Tage lang, höchstens je 500 mg"  # the route is content
    assert dose[0].calculation == "50 mg/kg × 20 kg = 1000 mg, höchstens 500 mg"
    assert due.text.endswith("zuletzt am 2026-01-31, überfällig seit dem 2026-07-31")
