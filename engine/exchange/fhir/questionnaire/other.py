"""The last group of a form: what a case has beside the answers to screens, entry by entry, so that nothing of it is lost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from spinegraph.engine.criteria.facts import AS_OF
from spinegraph.engine.exchange.fhir.elements import OWN
from spinegraph.engine.exchange.fhir.form.form import FormGroup
from spinegraph.engine.exchange.fhir.form.link_ids import (
    BIRTH_DATE,
    CHOICE,
    HOW,
    OTHER,
    RECORDED,
    SIDES,
    VALUE,
    WHAT,
    WHEN,
)
from spinegraph.engine.exchange.fhir.questionnaire.items import Items
from spinegraph.engine.exchange.fhir.writing.codings import Json, coding
from spinegraph.engine.messages import Messages
from spinegraph.engine.model import CodedProperty, Concept, Knowledge, Measurement


def other_group(knowledge: Knowledge, groups: tuple[FormGroup, ...], items: Items, say: Messages) -> Json:
    """Date of birth and moment of the case, where no screen asks for it, and entries with their dates."""
    asked = {item.shown.code for group in groups for item in group.items}
    own = [] if AS_OF in asked else [(AS_OF, say("Of what date is this case?"), "dateTime")]
    return {
        "linkId": OTHER,
        "text": say("What else is known"),
        "type": "group",
        "item": [
            *({"linkId": link, "text": text, "type": kind} for link, text, kind in own),
            {"linkId": BIRTH_DATE, "text": say("Date of birth"), "type": "date"},
            _entry(knowledge, items, say),
        ],
    }


def _entry(knowledge: Knowledge, items: Items, say: Messages) -> Json:
    """One entry of a case; there may be many."""
    parts: list[Json] = [
        {"linkId": WHAT, "text": say("What"), "type": "choice", "answerOption": _options(_things(knowledge))},
        {
            "linkId": HOW,
            "text": say("Whether it is so"),
            "type": "choice",
            "answerOption": _options(map(items.answers.side, SIDES)),
        },
        {"linkId": VALUE, "text": say("Its number, in the unit of its name"), "type": "decimal"},
    ]
    values = [items.answers.choice(thing.code, value) for thing in knowledge.coded.values() for value in thing.codes]
    if values:
        parts.append({"linkId": CHOICE, "text": say("Its value"), "type": "choice", "answerOption": _options(values)})
    parts.append({"linkId": WHEN, "text": say("When"), "type": "dateTime"})
    return {"linkId": RECORDED, "text": say("An entry"), "type": "group", "repeats": True, "item": parts}


def _things(knowledge: Knowledge) -> Iterator[Json]:
    """All that can be recorded, by its code of ours."""
    findings = [one for one in knowledge.findings.values() if not one.derived_only]
    things: tuple[Concept | Measurement | CodedProperty, ...] = (
        *findings,
        *knowledge.measurements.values(),
        *knowledge.coded.values(),
        *knowledge.interventions.values(),
    )
    yield from (coding(OWN, one.code, one.label) for one in sorted(things, key=lambda one: (one.label, one.code)))


def _options(codings: Iterable[Json]) -> list[Json]:
    return [{"valueCoding": one} for one in codings]
