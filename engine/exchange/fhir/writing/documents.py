"""DocumentReference of each source: its passages with digests, its reference list, and how far it has been reviewed.

R4 has no Citation, and its Evidence has to name an exposure that no passage states; so neither is written.
"""

from __future__ import annotations

from collections.abc import Iterator

from spinegraph.engine.decide.disclaimer import REVIEWED, disclaimer_of
from spinegraph.engine.exchange.fhir.writing.codings import Json, resource_id
from spinegraph.engine.exchange.fhir.writing.grading import DIGEST
from spinegraph.engine.model import Knowledge, Passage, Reference, Source

URI = "urn:ietf:rfc:3986"


def document_references(knowledge: Knowledge) -> Iterator[Json]:
    """One for each document."""
    for source in knowledge.sources.values():
        yield _document(source, knowledge)


def _document(source: Source, knowledge: Knowledge) -> Json:
    names = (source.iri, source.number)
    passages = [_passage(one) for one in knowledge.passages.values() if one.source in names]
    references = [_reference(one) for one in knowledge.references.values() if one.source in names]
    said = filter(None, (source.review_note, source.disclaimer, disclaimer_of([source])))
    return {
        "resourceType": "DocumentReference",
        "id": resource_id(source.number),
        "masterIdentifier": {"system": URI, "value": source.iri},
        "identifier": [{"system": URI, "value": f"urn:sha256:{source.text_digest.removeprefix('sha256:')}"}],
        "status": "current",
        "docStatus": "final" if source.review_status == REVIEWED else "preliminary",
        "description": "\n\n".join((f"{source.title}. Review status: {source.review_status}.", *said)),
        "content": [{"attachment": {"url": source.iri, "title": source.title}}, *passages],
        **({"context": {"related": references}} if references else {}),
    }


def _passage(passage: Passage) -> Json:
    digest = {"url": DIGEST, "valueString": passage.digest}
    return {"extension": [digest], "attachment": {"url": passage.iri, "title": f"{passage.id}: {passage.paraphrase}"}}


def _reference(reference: Reference) -> Json:
    made = ", ".join(filter(None, (reference.publisher, str(reference.year or ""))))
    words = f"{reference.position}. {reference.title}" + (f" ({made})" if made else "")
    return {"identifier": {"system": URI, "value": reference.iri}, "display": words}
