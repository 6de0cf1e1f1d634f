"""The search finds what is meant, says how it fits, and takes any text for plain words."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import yaml
from msgspec import structs
from spinegraph.engine import Knowledge, load_knowledge
from spinegraph.engine.knowledge.files import knowledge_paths
from spinegraph.engine.knowledge.turtle.terms import BASE
from spinegraph.engine.search.index import MOST_WORDS, SearchIndex, make_index

ANKLE = Path(__file__).parents[2] / "guidelines" / "ankle-and-foot"
RANKINGS: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "rankings.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return load_knowledge()


@pytest.fixture(scope="module")
def index(knowledge: Knowledge) -> SearchIndex:
    return make_index(knowledge)


@pytest.mark.parametrize("ranking", RANKINGS, ids=lambda ranking: ranking["typed"])
def test_the_first_hits(ranking: Mapping[str, Any], index: SearchIndex) -> None:
    hits = index.find(ranking["typed"], limit=len(ranking["first"])).hits
    assert [hit.document.iri.removeprefix(BASE) for hit in hits] == ranking["first"]
    assert hits[0].match == ranking["match"]


def test_other_spellings_are_said(index: SearchIndex) -> None:
    assert index.find("feverr").read_as == {"feverr": ("fever",)}
    assert index.find("fever").read_as == {}
    assert index.find("paracetamoll").hits == ()


def test_codes_are_not_guessed(index: SearchIndex) -> None:
    """A number with a slip is another number."""
    assert index.find("386661007").hits == ()
    assert {hit.match for hit in index.find("000-L033z").hits} == {"some words"}


def test_where_it_was_found_is_told(index: SearchIndex) -> None:
    (hit, *_) = index.find("cannot pass urine").hits
    assert (hit.found_in.where, hit.found_in.text, hit.found_in.language) == ("synonym", "cannot pass urine", "en")
    (hit, *_) = index.find("numb between legs").hits
    assert (hit.found_in.where, hit.found_in.language) == ("words for patients", "en-x-patient")


def test_kinds_limit_and_names(index: SearchIndex) -> None:
    found = index.find("fever", ("rule", "passage"), limit=3)
    assert {hit.document.kind for hit in found.hits} == {"rule"}
    assert (len(found.hits), found.total) == (3, index.find("fever", ("rule", "passage"), limit=500).total)
    assert index.find("ache", names_only=True).total == 0 < index.find("ache").total


def test_everything_is_listed_once(index: SearchIndex) -> None:
    iris = [hit.document.iri for hit in index.find("pain", limit=10_000).hits]
    assert len(iris) == len(set(iris)) == index.find("pain").total


def test_other_languages_are_searched(knowledge: Knowledge) -> None:
    fever = f"{BASE}finding/Fever"
    told = structs.replace(knowledge.findings[fever], label="Fieber", synonyms=("erhöhte Temperatur",), patient_label="Fieber")
    german = structs.replace(knowledge, findings={**knowledge.findings, fever: told})
    index = SearchIndex({"en": knowledge, "de": german})
    (hit,) = index.find("ERHOHTE temperatur").hits
    assert (hit.document.iri, hit.document.language, hit.document.label, hit.match) == (fever, "de", "Fieber", "exact")
    assert index.find("feiber").hits[0].document.iri == fever
    assert index.find("fieber", language="en").hits == ()
    assert index.find("fever", language="de").hits == ()  # what stands in English there is found as English
    assert [hit.document.iri for hit in index.find("fever").hits].count(fever) == 1


@pytest.mark.parametrize("text", ["", " ", "\0", '"', "*", "()", "-", "%_", "°", "\u0301"])
def test_a_text_without_words_finds_nothing(text: str, index: SearchIndex) -> None:
    assert index.find(text) == ((), 0, {})


@pytest.mark.parametrize("text", ["NEAR(a, 2)", "names:fever", '"fever', "fev*er", "{names rest}:fever", "^fev", "a" * 10_000])
def test_operators_are_words(text: str, index: SearchIndex) -> None:
    index.find(text)


def test_any_text_is_searched(index: SearchIndex) -> None:
    rng = random.Random(13)  # noqa: S311 (nothing secret)
    characters = (*range(1, 128), *rng.sample(range(0xD800), 400), *rng.sample(range(0xE000, 0x20000), 400))
    for _ in range(300):
        index.find("".join(map(chr, rng.choices(characters, k=8))))


def test_a_long_question_is_cut(index: SearchIndex) -> None:
    words = ["fever", *(f"w{number}" for number in range(MOST_WORDS))]
    assert index.find(" ".join(words)).total > 0
    assert index.find(" ".join(reversed(words))).total == 0


def test_threads_ask_at_once(index: SearchIndex) -> None:
    with ThreadPoolExecutor(8) as pool:
        totals = list(pool.map(lambda _: index.find("fevre pain").total, range(40)))
    assert len(set(totals)) == 1


def test_without_trigrams_slips_are_still_forgiven(knowledge: Knowledge, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite before 3.34 has no trigrams: then every word is compared."""

    def fails(self: SearchIndex) -> bool:
        with pytest.raises(sqlite3.OperationalError):
            self._base.execute("CREATE VIRTUAL TABLE trigrams USING fts5(term, tokenize = 'no such')")
        return False

    monkeypatch.setattr(SearchIndex, "_fill_trigrams", fails)
    old = make_index(knowledge)
    assert old.find("feverr").read_as == {"feverr": ("fever",)}
    assert old.find("adenopathy").hits[0].document.iri == f"{BASE}finding/Lymphadenopathy"


def test_german_words_of_a_shipped_package_are_found() -> None:
    index = make_index(load_knowledge(knowledge_paths(ANKLE)))
    assert "de" in index.languages
    found = index.find("Knöchel", language="de")
    assert found.hits
    assert {hit.document.language for hit in found.hits} == {"de"}
