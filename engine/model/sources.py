"""Where statements come from: documents, their passages and references, and where articles show them."""

from __future__ import annotations

from typing import Annotated, Literal

from spinegraph.engine.model.base import Frozen, doc


class Reference(Frozen, frozen=True, kw_only=True):
    """An entry of a source's reference list."""

    iri: str
    source: str
    position: int
    type: str
    title: str
    publisher: str
    year: int | None
    passages: tuple[str, ...] = ()


class CitationMapping(Frozen, frozen=True, kw_only=True):
    """What citation `number` of a source most likely means: inferred, never asserted. `iri` is "_:…" of a blank node."""

    iri: str
    source: str
    number: int
    reference: str | None
    confidence: Literal["high", "medium", "low", "none"]
    note: str = ""


class Source(Frozen, frozen=True, kw_only=True):
    """A guideline document. `number` is its short name in passage ids ("000")."""

    iri: Annotated[str, doc("Its IRI, at which the service describes it.")]
    number: Annotated[str, doc("Its short name in the ids of passages.")]
    title: Annotated[str, doc("Its title.")]
    title_question: Annotated[str, doc("The question that it answers.")]
    publisher: Annotated[str, doc("Who published it.")]
    modified: Annotated[str, doc("When it was last changed.")]
    review_status: Annotated[str, doc("Its review status as printed, never upgraded.")]
    review_note: Annotated[str, doc("What the document says about its review.")]
    audience: Annotated[str, doc("For whom it is written.")]
    disclaimer: Annotated[str, doc("The disclaimer that it prints.")]
    file_name: Annotated[str, doc("Name of its file.")]
    text_digest: Annotated[str, doc("SHA-256 of its text.")]
    subject: Annotated[str, doc("IRI of the shape of the patients of whom it speaks.")] = ""
    passages: Annotated[tuple[str, ...], doc("Ids of the passages that describe it.")] = ()


class Passage(Frozen, frozen=True, kw_only=True):
    """One atomic statement of a source: paraphrase, place (character offsets, end exclusive) and SHA-256 of the span.

    `subject`: IRI of the shape of the patients of whom it speaks, where its own words name others than its source does.
    `red_flags`: IRIs of the findings and measurements that it names as red flags.
    """

    iri: str
    id: str
    source: str
    section: str
    kind: str
    modality: str
    urgency: str
    citations: tuple[int, ...]
    paraphrase: str
    start: int
    end: int
    digest: str
    figure: str = ""
    ambiguity: str = ""
    not_modelled: str = ""
    subject: str = ""
    red_flags: tuple[str, ...] = ()


class ArticleSection(Frozen, frozen=True, kw_only=True):
    """A section of an article. Those with an `order` hold recommendations; `by_direction` sets for and against apart.

    `patient_section` is the key of the section for patients that takes it in; those sections have none themselves.
    """

    iri: str
    key: str
    label: str
    patient_label: str
    order: float | None
    patient_section: str
    by_direction: bool


class PassageKind(Frozen, frozen=True, kw_only=True):
    """A sort of statement: the keys of the article sections that show it, and the side that it takes, if it takes one."""

    iri: str
    notation: str
    label: str
    sections: tuple[str, ...] = ()
    direction: Literal["for", "against", ""] = ""
