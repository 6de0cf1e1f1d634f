"""On what a decision rests, as a Provenance (FHIR R4, section 6.3): knowledge, documents and passages, each with its digest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from spinegraph.engine.exchange.fhir.writing.codings import TERMINOLOGY, Json, concept_of
from spinegraph.engine.exchange.fhir.writing.grading import DIGEST, passages_of
from spinegraph.engine.exchange.provenance.publication import engine_version
from spinegraph.engine.exchange.provenance.wanted import Wanted
from spinegraph.engine.model import DecidedRecommendation, Decision, Knowledge

AGENTS = f"{TERMINOLOGY}provenance-participant-type"


def provenance_of(
    decision: Decision, knowledge: Knowledge, proposed: Sequence[DecidedRecommendation], targets: Sequence[Json], wanted: Wanted
) -> Json:
    """The Provenance of what a decision proposes.

    No clock is read: the caller has to say when it was decided (`made_at`).
    """
    return {
        "resourceType": "Provenance",
        "target": [*targets],
        "recorded": wanted.made_at,
        "agent": [*_agents(wanted)],
        "entity": [*_entities(decision, knowledge, proposed)],
    }


def _agents(wanted: Wanted) -> Iterator[Json]:
    yield {
        "type": concept_of(AGENTS, "assembler"),
        "who": {"display": f"Spinegraph {engine_version()}"},
    }
    if wanted.made_by:
        yield {"type": concept_of(AGENTS, "performer"), "who": _named(wanted.made_by, wanted.made_by)}


def _entities(decision: Decision, knowledge: Knowledge, proposed: Iterable[DecidedRecommendation]) -> Iterator[Json]:
    yield _source(f"urn:spinegraph:knowledge:{decision.knowledge.digest}", "the knowledge that was applied", "")
    passages = passages_of((id_ for one in proposed for id_ in one.passages), knowledge)
    for number in dict.fromkeys(passage.source for passage in passages):
        source = next((one for one in knowledge.sources.values() if number in (one.number, one.iri)), None)
        if source is not None:
            words = f"{source.number}: {source.title}; review status {source.review_status}"
            yield _source(source.iri, words, source.text_digest)
    for passage in passages:
        yield _source(passage.iri, f"{passage.id}: {passage.paraphrase}", passage.digest)


def _source(iri: str, words: str, digest: str) -> Json:
    extension = {"extension": [{"url": DIGEST, "valueString": digest}]} if digest else {}
    return {**extension, "role": "source", "what": _named(iri, words)}


def _named(iri: str, words: str) -> Json:
    return {"identifier": {"system": "urn:ietf:rfc:3986", "value": iri}, "display": words}
