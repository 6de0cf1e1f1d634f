"""Passages and screens of a knowledge → what interfaces show of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import structs
from spinegraph.engine.criteria.facts import AS_OF, date_of
from spinegraph.engine.errors import ProvenanceError
from spinegraph.engine.knowledge.dates import (
    DatePlace,
    date_words,
    dated_by,
    only_first,
    place_of,
    screens_with_dates,
    timed_criteria,
)
from spinegraph.engine.messages import messages_of
from spinegraph.engine.model import (
    Audience,
    CitationMapping,
    CodedProperty,
    Concept,
    Knowledge,
    Measurement,
    Passage,
    Screen,
    ScreenItem,
)
from spinegraph.engine.model.shown import (
    Choice,
    CitedPassage,
    ItemKind,
    PassageCitation,
    ShownCitation,
    ShownItem,
    ShownPassage,
    ShownScreen,
)


def show_passages(knowledge: Knowledge, printed: Mapping[str, str | None] | None = None) -> dict[str, ShownPassage]:
    """Id → every passage, in the order of the documents; with its `printed_words`, where documents are given."""
    mapped = {(mapping.source, mapping.number): mapping for mapping in knowledge.citations}
    shown = {passage.id: _passage(passage, mapped, knowledge) for passage in in_reading_order(knowledge)}
    return shown if printed is None else {id_: _with_words(passage, printed) for id_, passage in shown.items()}


def _with_words(passage: ShownPassage, printed: Mapping[str, str | None]) -> ShownPassage:
    if passage.id not in printed:
        return structs.replace(passage, document="not-at-hand")
    words = printed[passage.id]
    return structs.replace(passage, document="changed" if words is None else "as-read", printed=words or "")


def in_reading_order(knowledge: Knowledge) -> list[Passage]:
    """The passages of every document as they follow each other there, the documents by number."""
    return sorted(
        knowledge.passages.values(), key=lambda passage: (knowledge.sources[passage.source].number, passage.start, passage.end)
    )


def with_neighbours(shown: Mapping[str, ShownPassage], ids: Iterable[str], around: int) -> list[ShownPassage]:
    """The passages of these ids, each with so many before and after it in its document; each once, in reading order.

    Raises ProvenanceError for an id that there is not.
    """
    order = list(shown)
    places = {identifier: place for place, identifier in enumerate(order)}
    wanted: set[int] = set()
    for identifier in ids:
        if identifier not in places:
            raise ProvenanceError(f"There is no passage {identifier!r}.", mend="Ids stand in `passages` of every answer.")
        place = places[identifier]
        near = range(max(0, place - around), min(len(order), place + around + 1))
        wanted.update(other for other in near if shown[order[other]].source == shown[identifier].source)
    return [shown[order[place]] for place in sorted(wanted)]


def show_screens(knowledge: Knowledge, audience: Audience) -> tuple[ShownScreen, ...]:
    """Every screen, in order, in the words of an audience, for clinicians with the short names.

    Gates are not looked at: it is content, not a case.
    """
    for_patient = audience == "patient"
    screens = screens_with_dates(knowledge).values()
    first = only_first(timed_criteria(knowledge))
    shown = ((screen, show_screen(screen, knowledge, for_patient=for_patient, first=first)) for screen in screens)
    return tuple(one if for_patient else _with_short_names(one, screen) for screen, one in shown)


def _with_short_names(shown: ShownScreen, screen: Screen) -> ShownScreen:
    named = zip(shown.items, screen.items, strict=True)
    return structs.replace(
        shown, short=screen.short, items=tuple(structs.replace(item, short=content.short) for item, content in named)
    )


def cited(passage: ShownPassage) -> CitedPassage:
    """What stands of a passage beside an answer."""
    return CitedPassage(
        paraphrase=passage.paraphrase,
        source=passage.source,
        section=passage.section,
        citations=tuple(
            PassageCitation(number=one.number, reference=one.title, inferred=one.inferred, confidence=one.confidence)
            for one in passage.citations
        ),
    )


def _passage(passage: Passage, mapped: Mapping[tuple[str, int], CitationMapping], knowledge: Knowledge) -> ShownPassage:
    source = knowledge.sources[passage.source]
    return ShownPassage(
        id=passage.id,
        iri=passage.iri,
        paraphrase=passage.paraphrase,
        source=source.number,
        section=passage.section,
        review_status=source.review_status,
        modality=passage.modality,
        urgency=passage.urgency,
        start=passage.start,
        end=passage.end,
        digest=passage.digest,
        citations=tuple(
            _citation(number, mapped.get((passage.source, number)), knowledge) for number in passage.citations
        ),
    )  # fmt: skip


def _citation(number: int, mapping: CitationMapping | None, knowledge: Knowledge) -> ShownCitation:
    reference = knowledge.references.get(mapping.reference or "") if mapping else None
    return ShownCitation(
        number=number,
        reference=reference.iri if reference else "",
        title=reference.title if reference else "",
        inferred=True,
        confidence=mapping.confidence if mapping and reference else "none",
    )


def show_screen(screen: Screen, knowledge: Knowledge, *, for_patient: bool, first: frozenset[str] = frozenset()) -> ShownScreen:
    """A screen in the words of an audience. `first`: the facts (IRIs) of which it is asked when they were first so."""
    return ShownScreen(
        id=screen.id,
        title=screen.patient_question if for_patient else screen.label,  # its name is one for clinicians
        question=screen.patient_question if for_patient else screen.question,
        none_of_these=screen.patient_none_of_these if for_patient else screen.none_of_these,
        asked_of=screen.asked_of,
        tier=screen.tier,
        reading=screen.reading,
        passages=screen.passages,
        items=tuple(_item(item, knowledge, for_patient=for_patient, first=first) for item in screen.items),
    )


def _item(item: ScreenItem, knowledge: Knowledge, *, for_patient: bool, first: frozenset[str]) -> ShownItem:
    if place := place_of(item.asks, knowledge):
        return _date_item(item, place, knowledge, for_patient=for_patient, first=first)
    asked = knowledge.valued.get(item.asks) or knowledge.findings[item.asks]
    measurement = asked if isinstance(asked, Measurement) else None
    label = (item.patient_label or asked.patient_label) if for_patient else asked.label
    return ShownItem(
        code=asked.code,
        kind=_kind(asked),
        asked_of=item.asked_of,
        label=label,
        question=(asked.patient_question if for_patient else asked.question) or f"{label}?",
        unit=measurement.unit if measurement else "",
        minimum=measurement.minimum if measurement else None,
        maximum=measurement.maximum if measurement else None,
        choices=choices_of(asked, for_patient=for_patient) if isinstance(asked, CodedProperty) else (),
        reading=item.reading,
    )


def _date_item(
    item: ScreenItem, place: DatePlace, knowledge: Knowledge, *, for_patient: bool, first: frozenset[str]
) -> ShownItem:
    iri = dated_by(item.asks)
    fact = knowledge.valued.get(iri) or knowledge.findings.get(iri)
    label, question = date_words(fact, iri in first, messages_of(knowledge.language), for_patient=for_patient)
    return ShownItem(
        code=date_of(fact.code) if fact else AS_OF,
        kind="date",
        asked_of=item.asked_of,
        label=label,
        question=question,
        member=place.member,
        dates=place.code,
    )


def _kind(asked: Concept | Measurement | CodedProperty) -> ItemKind:
    if isinstance(asked, CodedProperty):
        return "coded"
    return "measurement" if isinstance(asked, Measurement) else "finding"


def choices_of(thing: CodedProperty, *, for_patient: bool) -> tuple[Choice, ...]:
    """What can be chosen of a coded property, in the words of an audience."""
    return tuple(Choice(code=one.code, label=one.patient_label if for_patient else one.label) for one in thing.values)
