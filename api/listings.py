"""What there is of each kind, as interfaces list it, and the one search for words in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, NamedTuple

from spinegraph.engine import Knowledge, Recommendation
from spinegraph.engine.knowledge.showing import choices_of
from spinegraph.engine.knowledge.turtle.terms import BASE, local_name
from spinegraph.engine.model import (
    Assessment,
    CodedProperty,
    Concept,
    DerivedFinding,
    Exclusion,
    Frozen,
    Measurement,
    Position,
    Rule,
    Source,
    SourceGap,
    Tension,
    doc,
)
from spinegraph.engine.model.shown import Choice
from spinegraph.engine.search.words import plain


class ListedPosition(Frozen, frozen=True, kw_only=True, omit_defaults=True):
    """One side of a tension, whatever the case."""

    label: Annotated[str, doc("The position in words.")]
    recommendation: Annotated[str, doc("Id of the rule that takes it; empty where none does.")] = ""
    sources: Annotated[tuple[str, ...], doc("Numbers of the documents that take it.")]
    passages: Annotated[tuple[str, ...], doc("Ids of the passages that state it.")]


class Listed(Frozen, frozen=True, kw_only=True, omit_defaults=True):
    """A resource in a listing. The members after the label depend on its kind."""

    iri: Annotated[str, doc("Its IRI.")]
    resource: Annotated[str, doc("Its page on this server.")]
    kind: Annotated[str, doc("What kind of thing it is.")]
    label: Annotated[str, doc("Its name.")]
    code: Annotated[str, doc("Its code, the id of a rule, or the number of a document.")] = ""
    definition: Annotated[str, doc("What it means or says.")] = ""
    patient_label: Annotated[str, doc("Its name for patients.")] = ""
    synonyms: Annotated[tuple[str, ...], doc("Other names.")] = ()
    replaces: Annotated[tuple[str, ...], doc("Deprecated codes that mean this.")] = ()
    codes_elsewhere: Annotated[tuple[str, ...], doc("Codes of other systems that mean exactly this.")] = ()
    unit: Annotated[str, doc("Of a measurement: its unit, in UCUM.")] = ""
    choices: Annotated[tuple[Choice, ...], doc("Of a coded value: what it can be.")] = ()
    broader: Annotated[tuple[str, ...], doc("Codes of wider concepts.")] = ()
    source: Annotated[str, doc("Of a rule: the number of its document.")] = ""
    direction: Annotated[str, doc("Of a recommendation: for or against.")] = ""
    modality: Annotated[str, doc("Of a recommendation: how binding it is.")] = ""
    urgency: Annotated[str, doc("Of a recommendation: its grade.")] = ""
    reading: Annotated[str, doc("Of a rule: what of it is an interpretation of ours, and why.")] = ""
    about: Annotated[str, doc("Of a rule: the code of what it concludes or recommends.")] = ""
    review_status: Annotated[str, doc("Of a document: its review status as printed.")] = ""
    modified: Annotated[str, doc("Of a document: the day of its last change, as printed.")] = ""
    resolution: Annotated[str, doc("Of a tension: whether it is exposed or resolved.")] = ""
    handling: Annotated[str, doc("Of a tension: how it is handled, and why.")] = ""
    leaves_open: Annotated[tuple[str, ...], doc("Of a tension: ids of the rules that are provisional while it holds.")] = ()
    positions: Annotated[tuple[ListedPosition, ...], doc("Of a tension: every position, side by side.")] = ()
    passages: Annotated[tuple[str, ...], doc("Ids of the passages that state it.")] = ()


class Entry(NamedTuple):
    """What is listed, with the texts in which words are looked for."""

    listed: Listed
    names: str
    everything: str


def make_listings(knowledge: Knowledge) -> dict[str, list[Listed]]:
    """Name of a listing → everything in it, in the order of the files; tensions have a listing of their own."""
    rules = knowledge.rules.values()
    codes: dict[str, list[str]] = {}
    for code, iri in sorted(knowledge.external_codes.items()):
        codes.setdefault(iri, []).append(code)

    def concepts(group: Mapping[str, Concept] | Mapping[str, Measurement] | Mapping[str, CodedProperty]) -> list[Listed]:
        return [_concept(concept, knowledge, codes.get(iri, ())) for iri, concept in group.items()]

    return {
        "findings": concepts(knowledge.stated_findings),
        "measurements": concepts(knowledge.measurements),
        "coded": concepts(knowledge.coded),
        "conditions": concepts(knowledge.conditions),
        "interventions": concepts(knowledge.interventions),
        "rules": [_rule(rule, knowledge) for rule in rules if not isinstance(rule, Tension)],
        "sources": [_source(source) for source in knowledge.sources.values()],
        "tensions": [_rule(rule, knowledge) for rule in rules if isinstance(rule, Tension)],
    }


def search(entries: Iterable[Entry], words: tuple[str, ...]) -> list[Listed]:
    """Entries in which every word occurs: those first that have them in their names, and of these the shortest names."""
    found = [entry for entry in entries if all(word in entry.everything for word in words)]
    if words:
        phrase = " ".join(words)
        found.sort(
            key=lambda entry: (
                phrase not in (plain(entry.listed.label), plain(entry.listed.code)),
                not all(word in entry.names for word in words),
                len(entry.listed.label),
            )
        )
    return [entry.listed for entry in found]


# What is listed ------------------------------------------------------------------------------


def entry_of(listed: Listed) -> Entry:
    """What is listed, ready to be searched."""
    names = " ".join(
        (listed.label, listed.code, *listed.synonyms, listed.patient_label, *listed.replaces, *listed.codes_elsewhere)
    )
    rest = (listed.definition, listed.kind, listed.iri.removeprefix(BASE), listed.direction, listed.urgency, listed.about)
    return Entry(listed, plain(names), plain(" ".join((names, *rest))))


def resource_of(iri: str) -> str:
    """IRI of the project → its page on this server; one of another domain stays what it is."""
    return f"/{iri.removeprefix(BASE)}" if iri.startswith(BASE) else iri


def _concept(concept: Concept | Measurement | CodedProperty, knowledge: Knowledge, codes: Iterable[str]) -> Listed:
    known = {**knowledge.findings, **knowledge.conditions, **knowledge.interventions}
    broader = knowledge.hierarchy.broader.get(concept.iri, ())
    return Listed(
        iri=concept.iri,
        resource=resource_of(concept.iri),
        kind=_kind(concept),
        label=concept.label,
        code=concept.code,
        definition=concept.definition,
        patient_label=concept.patient_label,
        synonyms=concept.synonyms if isinstance(concept, Concept) else (),
        replaces=tuple(term.code for term in knowledge.deprecated.values() if term.replaced_by == concept.iri),
        codes_elsewhere=tuple(codes),
        unit=concept.unit if isinstance(concept, Measurement) else "",
        choices=choices_of(concept, for_patient=False) if isinstance(concept, CodedProperty) else (),
        broader=tuple(known[iri].code for iri in broader if iri in known and iri != concept.iri),
        passages=concept.passages,
    )


def _kind(concept: Concept | Measurement | CodedProperty) -> str:
    if isinstance(concept, Concept):
        return concept.kind
    return "measurement" if isinstance(concept, Measurement) else "coded value"


def _rule(rule: Rule, knowledge: Knowledge) -> Listed:
    definition = ""
    more: dict[str, Any] = {}
    match rule:
        case Recommendation():
            definition = rule.text
            more = {"direction": rule.direction, "modality": rule.modality, "urgency": rule.urgency,
                    "about": knowledge.interventions[rule.intervention].code}  # fmt: skip
        case Assessment():
            more = {"about": knowledge.conditions[rule.condition].code}
        case DerivedFinding():
            more = {"about": knowledge.findings[rule.finding].code}
        case Exclusion() | SourceGap():
            definition = rule.text
        case Tension():
            definition, more = rule.definition, _of_tension(rule, knowledge)
        case _:
            pass
    return Listed(
        iri=rule.iri,
        resource=resource_of(rule.iri),
        kind="".join(f" {letter.lower()}" if letter.isupper() else letter for letter in type(rule).__name__).strip(),
        label=rule.label,
        code=rule.id,
        definition=definition,
        source=knowledge.sources[rule.source].number if rule.source else "",
        passages=rule.passages,
        reading=rule.reading,
        **more,
    )


def _of_tension(tension: Tension, knowledge: Knowledge) -> dict[str, Any]:
    """What only a tension has."""
    positions = tuple(_position(position, knowledge) for position in tension.positions)
    leaves_open = tuple(map(local_name, tension.leaves_open))
    return {"resolution": tension.resolution, "handling": tension.handling, "leaves_open": leaves_open, "positions": positions}


def _position(position: Position, knowledge: Knowledge) -> ListedPosition:
    source_of = {passage.id: passage.source for passage in knowledge.passages.values() if passage.id in position.passages}
    sources = dict.fromkeys(source_of[id_] for id_ in position.passages)
    return ListedPosition(
        label=position.label,
        recommendation=local_name(position.recommendation),
        sources=tuple(knowledge.sources[iri].number for iri in sources),
        passages=position.passages,
    )


def _source(source: Source) -> Listed:
    return Listed(
        iri=source.iri,
        resource=resource_of(source.iri),
        kind="source",
        label=source.title,
        code=source.number,
        definition=source.title_question,
        review_status=source.review_status,
        modified=source.modified,
        passages=source.passages,
    )
