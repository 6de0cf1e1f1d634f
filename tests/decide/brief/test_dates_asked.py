"""Screens ask for dates: those of recorded facts and that of the case, where they can change something, and say where they go."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from spinegraph.engine import Codebook, Engine, load_knowledge, make_case, make_codebook
from spinegraph.engine.knowledge.dates import OWN_ID
from spinegraph.engine.knowledge.showing import show_screens
from spinegraph.engine.model.shown import ShownItem

from tests.decide.written import fixtures
from tests.in_time import IN_TIME, write_in_time
from tests.small import Edit, write_small

DATES = {
    "as_of": "2026-03-31", "at:sore_throat": "2026-03-10", "at:strep_sign": "2026-03-20", "at:drooling": "2026-03-25",
    "at:performed:throat_examination": "2026-03-24",
}  # fmt: skip


paths, engine, codebook = fixtures(write_in_time)


def asked(engine: Engine, data: dict[str, Any], codebook: Codebook) -> dict[str, tuple[str, ShownItem]]:
    """The items that ask for dates: code → the id of the screen, and the item."""
    screens = engine.open_screens(make_case(data, codebook))
    return {item.code: (screen.id, item) for screen in screens for item in screen.items if item.kind == "date"}


def sent(data: dict[str, Any], item: ShownItem, date: str) -> dict[str, Any]:
    """The request with a date, where its item says that it goes."""
    if not item.dates:
        return {**data, item.member: date}
    if item.member == "measurements":
        values = data["measurements"]
        return {**data, "measurements": {**values, item.dates: {"value": values[item.dates], "at": date}}}
    others = [entry for entry in data.get(item.member, []) if entry != item.dates]
    return {**data, item.member: [*others, {"code": item.dates, "at": date}]}


def test_a_date_is_asked_beside_its_fact_once_that_is_present(engine: Engine, codebook: Codebook) -> None:
    assert set(asked(engine, {}, codebook)) == {"as_of"}
    found = asked(engine, {"present": ["sore_throat", "fever"], "as_of": "2026-03-31"}, codebook)
    assert {code: screen for code, (screen, _) in found.items()} == {"at:sore_throat": "when", "at:strep_sign": OWN_ID}
    assert "at:sore_throat" not in asked(engine, {"absent": ["sore_throat"]}, codebook)


@pytest.mark.parametrize(("at", "asks"), {"2026-03-10": False, "2026-03": False, "2026": True, "": True}.items())
def test_a_date_that_leaves_nothing_open_is_not_asked_again(at: str, asks: bool, engine: Engine, codebook: Codebook) -> None:
    sign = {"code": "strep_sign", "at": at} if at else "strep_sign"
    found = asked(engine, {"present": ["sore_throat", sign], "as_of": "2026-03-31"}, codebook)
    assert ("at:strep_sign" in found) == asks


def test_what_is_answered_changes_the_decision_until_nothing_is_asked(engine: Engine, codebook: Codebook) -> None:
    data: dict[str, Any] = {"present": ["sore_throat", "fever", "drooling"], "performed": ["throat_examination"]}
    before = engine.verdicts(make_case(data, codebook))
    assert {before[rule] for rule in ("recent", "since", "lately")} == {"undetermined"}
    answered = []
    while found := asked(engine, data, codebook):
        code, (_, item) = next(iter(found.items()))
        assert code not in answered
        answered.append(code)
        data = sent(data, item, DATES[code])
    after = engine.verdicts(make_case(data, codebook))
    assert (after["recent"], after["since"], after["lately"]) == ("indicated", "indicated", "not-indicated")
    assert set(answered) == set(DATES)


def test_the_tier_is_the_highest_thing_that_the_date_can_change(engine: Engine, codebook: Codebook) -> None:
    data = {"present": ["sore_throat", "fever"], "absent": ["drooling"], "not_performed": ["throat_examination"]}
    tiers = {screen.id: screen.tier for screen in engine.open_screens(make_case({**data, "as_of": "2026-03-31"}, codebook))}
    assert tiers[OWN_ID] == "safety"
    known = {**data, "present": ["sore_throat", {"code": "strep_sign", "at": "2026-03-20"}], "as_of": "2026-03-31"}
    assert OWN_ID not in {screen.id for screen in engine.open_screens(make_case(known, codebook))}


@pytest.mark.parametrize(
    ("language", "audience", "question"),
    [
        ("en", "clinician", "Of what date is this case?"),
        ("en", "patient", "What day is it?"),
        ("de", "clinician", "Von welchem Tag ist dieser Fall?"),
        ("de", "patient", "Welcher Tag ist heute?"),
    ],
)
def test_dates_are_asked_in_the_words_of_the_audience(
    language: str, audience: str, question: str, engine: Engine, codebook: Codebook
) -> None:
    _, item = asked(engine, {"audience": audience, "language": language}, codebook)["as_of"]
    assert item.question == question
    answer = msgspec.to_builtins(engine.answer(make_case({"audience": audience, "language": language}, codebook)))
    (own,) = [screen for screen in answer["screens"] if screen["id"] == OWN_ID]
    assert [item["question"] for item in own["items"]] == [question]


def test_the_list_of_screens_has_the_dates(engine: Engine) -> None:
    listed = {screen.id: [item.code for item in screen.items] for screen in show_screens(engine.knowledge, "clinician")}
    assert listed["when"] == ["drooling", "at:drooling", "sore_throat", "at:sore_throat"]
    assert listed[OWN_ID] == ["as_of", "at:strep_sign", "at:performed:throat_examination"]


def test_what_happened_first_is_asked_as_that(tmp_path: Path) -> None:
    edit = Edit(
        "shapes/rules/time.ttl",
        "core:present finding:Drooling ; core:since intervention:ThroatExamination",
        "core:present finding:Drooling ; core:afterTaking intervention:Antibiotic",
    )
    engine = Engine(load_knowledge(write_in_time(tmp_path, edit)))
    found = asked(engine, {"present": ["drooling"], "taking": ["antibiotic"]}, make_codebook(engine.knowledge))
    assert found["at:taking:antibiotic"][1].question.startswith("When was it first: ")
    assert found["at:drooling"][1].question.startswith("When was it (last): ")


def test_a_screen_of_the_content_may_have_the_name_of_ours(tmp_path: Path) -> None:
    theirs = IN_TIME.replace('skos:notation "when"', f'skos:notation "{OWN_ID}"')
    engine = Engine(load_knowledge(write_small(tmp_path, more={"shapes/rules/time.ttl": theirs})))
    ids = [screen.id for screen in show_screens(engine.knowledge, "clinician")]
    assert len(ids) == len(set(ids))
    assert {OWN_ID, f"{OWN_ID}-asked"} <= set(ids)
