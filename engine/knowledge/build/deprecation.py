"""Terms out of use: `owl:deprecated true`, and by `dcterms:isReplacedBy` the term in whose place they stood (ADR 32)."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping

from spinegraph.engine.errors import VocabularyError
from spinegraph.engine.knowledge.files import GENERATED
from spinegraph.engine.knowledge.problems import Problems, ending, named, nearest
from spinegraph.engine.knowledge.turtle.graph import Graph
from spinegraph.engine.knowledge.turtle.terms import PREFIXES, Text, expand, shorten
from spinegraph.engine.model import CodedProperty, Concept, DeprecatedTerm, Knowledge, Measurement, TermKind

DEPRECATED, REPLACED = "owl:deprecated", "dcterms:isReplacedBy"
KIND = "deprecated-term"
"""Name of the diagnostic."""
ROOTS: Mapping[str, TermKind] = {
    expand("core:Finding"): "finding",
    expand("core:Condition"): "condition",
    expand("core:Intervention"): "intervention",
}
TYPES: Mapping[str, TermKind] = {expand("core:Measurement"): "measurement", expand("core:CodedProperty"): "coded"}
ALLOWED = (*(PREFIXES[name] for name in ("dcterms", "prov", "skos")), expand("rdfs:seeAlso"), expand("owl:annotated"))
"""What begins so may still name a term that is out of use: it says where something comes from, and nothing follows from it."""


def term_kind(graph: Graph, iri: str) -> TermKind | None:
    """What kind of term a case or a rule can name something as; None of everything else."""
    kind = next((TYPES[type_] for type_ in graph.iris(iri, "rdf:type") if type_ in TYPES), None)
    waiting, seen = [iri], {iri}
    while kind is None and waiting:
        for wider in graph.iris(waiting.pop(), "rdfs:subClassOf"):
            kind = kind or ROOTS.get(wider)
            if wider not in seen:
                seen.add(wider)
                waiting.append(wider)
    return kind


def deprecated_terms(graph: Graph, unused: Container[str], problems: Problems) -> dict[str, DeprecatedTerm]:
    """The terms that are out of use, by IRI. What is said of them otherwise than so, and what still names them, is noted.

    `unused`: terms of the shared vocabulary that are left out; what only replaces one of these is left out, too.
    """
    found: dict[str, DeprecatedTerm] = {}
    for iri in graph.subjects_with(DEPRECATED):
        kind = term_kind(graph, iri)
        if kind is None:  # `closed` refuses it
            continue
        for value in graph.terms(iri, DEPRECATED):
            if not (isinstance(value, Text) and value.value in ("true", "1")):
                what = f"{shorten(iri)} has {DEPRECATED} {value.value if isinstance(value, Text) else shorten(value)}."
                problems.report(VocabularyError, what, "Write true, or take it out.", "wrong-kind", iri, DEPRECATED, value)
        if graph.flag(iri, DEPRECATED):
            found[iri] = _read(graph, iri, kind)
    for iri in graph.subjects_with(REPLACED):
        if iri not in found and term_kind(graph, iri):
            what = f"{shorten(iri)} has {REPLACED}, but is not deprecated."
            problems.report(VocabularyError, what, f"Add {DEPRECATED} true, or take it out.", KIND, iri, REPLACED)
    for term in found.values():
        _check_place(graph, term, problems)
        _check_mentions(graph, term, problems)
    return {iri: term for iri, term in found.items() if not term.replaced_by or term.replaced_by not in unused}


def _read(graph: Graph, iri: str, kind: TermKind) -> DeprecatedTerm:
    return DeprecatedTerm(
        iri=iri,
        code=graph.text(iri, "skos:notation"),
        kind=kind,
        label=graph.text(iri, "rdfs:label") or shorten(iri),
        replaced_by=graph.iri(iri, REPLACED),
        consider=graph.iris(iri, "rdfs:seeAlso"),
    )


def _check_place(graph: Graph, term: DeprecatedTerm, problems: Problems) -> None:
    """Note a place in the hierarchy: groups are counted by what is directly below them, and nobody can record this."""
    for wider in graph.iris(term.iri, "rdfs:subClassOf"):
        if wider not in ROOTS:
            what = f"{shorten(term.iri)} is deprecated, and stands below {named(wider)}."
            mend = f"Write rdfs:subClassOf core:{term.kind.capitalize()} alone: what is out of use has no place in a group."
            problems.report(VocabularyError, what, mend, KIND, term.iri, "rdfs:subClassOf", wider)


def _check_mentions(graph: Graph, term: DeprecatedTerm, problems: Problems) -> None:
    for subject, predicate in graph.mentions(term.iri):
        generated = all(path.name == GENERATED for path in graph.files_of(subject))
        if subject != term.iri and not generated and not predicate.startswith(ALLOWED):
            what = f"{shorten(term.iri)} is deprecated, and is named here by {shorten(predicate)}."
            mend = f"Write {shorten(term.replaced_by)}." if term.replaced_by else "Nothing replaces it: take the statement out."
            if not term.replaced_by and term.consider:
                mend = f"Nothing replaces it; consider {', '.join(map(shorten, term.consider))}."
            problems.report(VocabularyError, what, mend, KIND, subject, shorten(predicate), term.iri)


# What replaces them ---------------------------------------------------------------------------


def check_deprecated(graph: Graph, knowledge: Knowledge, problems: Problems) -> None:
    """Note codes that terms in use have, too, and replacements that could not take the place of a term in every case."""
    for term in knowledge.deprecated.values():
        for other in (*_alike(term, knowledge), *knowledge.deprecated.values()):
            if other.iri != term.iri and other.code == term.code and _shares_codes(term, other):
                what = f"The code {term.code!r} is used by {shorten(term.iri)}, which is deprecated, and {shorten(other.iri)}."
                mend = "Give each a code of its own: stored cases say the old one."
                problems.report(VocabularyError, what, mend, "duplicate-code", term.iri, "skos:notation")
        if not term.code:
            mend = 'Keep its skos:notation "its_code": stored cases say it.'
            problems.report(VocabularyError, f"{shorten(term.iri)} has no code.", mend, "duplicate-code", term.iri)
        for what, mend, kind in _mistakes(graph, term, knowledge):
            value = term.replaced_by or None
            problems.report(VocabularyError, f"{shorten(term.iri)} {what}.", mend, kind, term.iri, REPLACED, value)


def _shares_codes(term: DeprecatedTerm, other: object) -> bool:
    """Whether two terms stand in one member of a case, or are both what a case records of a patient."""
    return not isinstance(other, DeprecatedTerm) or _group(term.kind) == _group(other.kind)


def _group(kind: TermKind) -> str:
    return kind if kind in ("condition", "intervention") else "recorded"


def _alike(term: DeprecatedTerm, knowledge: Knowledge) -> Iterator[Concept | Measurement | CodedProperty]:
    """The terms in use that share codes with a term."""
    if term.kind == "condition":
        yield from knowledge.conditions.values()
    elif term.kind == "intervention":
        yield from knowledge.interventions.values()
    else:
        yield from (*knowledge.findings.values(), *knowledge.valued.values())


def _mistakes(graph: Graph, term: DeprecatedTerm, knowledge: Knowledge) -> Iterator[tuple[str, str, str]]:
    """What is wrong with what replaces a term, how to mend it, and the name of the diagnostic."""
    values = graph.terms(term.iri, REPLACED)
    if len(values) > 1:
        mend = "Keep one. What was split has no replacement: name its parts by rdfs:seeAlso, so that people choose."
        yield f"has {len(values)} values of {REPLACED}", mend, KIND
    elif values and isinstance(values[0], Text):
        yield f"has {REPLACED} {values[0].value!r}, which is no term", "Write its name without quotes.", "wrong-kind"
    elif term.replaced_by in knowledge.deprecated:
        way = _way(term.iri, knowledge.deprecated)
        if way[-1] in way[:-1]:
            yield f"is replaced in a circle: {' → '.join(map(shorten, way))}", "Name the term that is in use.", KIND
        else:
            last = knowledge.deprecated[way[-1]].replaced_by
            mend = f"Write {shorten(last)}." if last else "Nothing replaces that: leave it out here, too."
            yield f"is replaced by {shorten(term.replaced_by)}, which is deprecated itself", mend, KIND
    elif term.replaced_by:
        yield from _misfits(graph, term, knowledge)


def _way(start: str, terms: Mapping[str, DeprecatedTerm]) -> list[str]:
    """From a term over those that replace each other to the last one that is out of use, or to the first that comes again."""
    way = [start]
    while (after := terms[way[-1]].replaced_by) in terms:
        way.append(after)
        if after in way[:-1]:
            break
    return way


def _misfits(graph: Graph, term: DeprecatedTerm, knowledge: Knowledge) -> Iterator[tuple[str, str, str]]:
    """Why a term in use could not stand in a case where the one out of use stood."""
    tables: Mapping[TermKind, Mapping[str, Concept | Measurement | CodedProperty]] = {
        "finding": knowledge.findings, "condition": knowledge.conditions, "intervention": knowledge.interventions,
        "measurement": knowledge.measurements, "coded": {**knowledge.coded, **knowledge.idle_coded},
    }  # fmt: skip
    new = tables[term.kind].get(term.replaced_by)
    name = shorten(term.replaced_by)
    if new is None:
        there = bool(graph.predicates(term.replaced_by))
        kind = term_kind(graph, term.replaced_by)
        meant = "" if there else ending(nearest(term.replaced_by, tables[term.kind])).removesuffix(".")
        why = f"is no {term.kind}{f' but a {kind}' if kind else ''}" if there else f"does not exist{meant}"
        yield f"is replaced by {name}, which {why}", f"Name a {term.kind} that is in use.", KIND if there else "dangling-iri"
    elif isinstance(new, Concept) and new.derived_only:
        mend = "Leave it out, and name what to record instead by rdfs:seeAlso."
        yield f"is replaced by {name}, which only follows from other facts", mend, KIND
    elif isinstance(new, Measurement) and new.unit != (unit := graph.text(term.iri, "core:unit")):
        mend = "Leave it out: a plain number in a stored case would be read in the other unit. Name the new one by rdfs:seeAlso."
        yield f"is measured in {unit}, and {name}, which replaces it, in {new.unit}", mend, KIND
    elif isinstance(new, CodedProperty):
        old = [graph.text(node, "skos:notation") for head in graph.iris(term.iri, "core:valueSet")
               for node in graph.items(head) if isinstance(node, str)]  # fmt: skip
        if lost := [code for code in old if code not in new.codes]:
            mend = "Leave it out, and name the new one by rdfs:seeAlso, or let that have the same values."
            yield f"has values that {name}, which replaces it, has not: {', '.join(lost)}", mend, KIND
