"""Content as interfaces show it (design section 7): passages with what their citations most likely mean, and screens."""

from __future__ import annotations

from typing import Annotated, Literal

from spinegraph.engine.model.base import Frozen, doc
from spinegraph.engine.model.knowledge import AskedOf, Tier

Confidence = Literal["high", "medium", "low", "none"]
DocumentState = Literal["as-read", "changed", "not-at-hand"]
"""Whether a document still has the characters that a passage paraphrases."""
ItemKind = Literal["finding", "measurement", "coded", "date"]


class ShownCitation(Frozen, frozen=True, kw_only=True):
    """A number that a passage prints, and the entry of the reference list that it most likely means."""

    number: Annotated[int, doc("The number, as the source prints it.")]
    reference: Annotated[str, doc("IRI of the entry; empty where none can be named.")]
    title: Annotated[str, doc("What the entry is; empty where none can be named.")]
    inferred: Annotated[bool, doc("Always true: no source says which entry a number means.")]
    confidence: Annotated[Confidence, doc("How sure the mapping is.")]


class ShownPassage(Frozen, frozen=True, kw_only=True, omit_defaults=True):
    """One statement of a source, in our words."""

    id: Annotated[str, doc("Its id, such as 000-L033a.")]
    iri: Annotated[str, doc("Its IRI, at which the service describes it.")]
    paraphrase: Annotated[str, doc("What it states, in our words.")]
    source: Annotated[str, doc("Number of the document.")]
    section: Annotated[str, doc("The section of the document in which it stands.")]
    review_status: Annotated[str, doc("Review status of the document as printed, never upgraded.")]
    modality: Annotated[str, doc("How binding it is worded.")]
    urgency: Annotated[str, doc("The grade that it gives.")]
    start: Annotated[int, doc("Where it begins in the document, in characters.")]
    end: Annotated[int, doc("Where it ends, exclusive.")]
    digest: Annotated[str, doc("SHA-256 of these characters.")]
    citations: Annotated[tuple[ShownCitation, ...], doc("What it cites.")]
    document: Annotated[
        DocumentState | None, doc("Whether these characters still have this digest; only where the documents are given.")
    ] = None
    printed: Annotated[str, doc("The printed words, where the documents are given and the digest agrees.")] = ""


class ShownReference(Frozen, frozen=True, kw_only=True):
    """An entry of the reference list of a document."""

    iri: Annotated[str, doc("Its IRI, at which the service describes it.")]
    source: Annotated[str, doc("Number of the document.")]
    position: Annotated[int, doc("Its place in the list, from 1.")]
    type: Annotated[str, doc("What kind of publication it is.")]
    title: Annotated[str, doc("What it is, in our words.")]
    publisher: Annotated[str, doc("Who published it.")]
    year: Annotated[int | None, doc("When it was published, where the document says so.")]
    inferred_numbers: Annotated[tuple[int, ...], doc("The printed numbers that most likely mean it: inferred, never asserted.")]


class Choice(Frozen, frozen=True, kw_only=True):
    """A value that can be chosen."""

    code: Annotated[str, doc("Its code.")]
    label: Annotated[str, doc("Its name in the words of the audience.")]


class ShownItem(Frozen, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that a screen asks."""

    code: Annotated[
        str,
        doc("Code of the finding or the measurement, or name of the coded value; of a date `as_of`, or `at:` and a code."),
    ]
    kind: Annotated[
        ItemKind, doc("Whether it is answered with yes or no, with a number, with one of its choices, or with a date.")
    ]
    asked_of: Annotated[AskedOf, doc("Who can answer it.")]
    label: Annotated[str, doc("Its name in the words of the audience.")]
    short: Annotated[str, doc("Its name where there is little room, for clinicians; only in the list of all screens.")] = ""
    question: Annotated[str, doc("How to ask for it alone, in the words of the audience; not of findings in the short view.")] = (
        ""
    )
    unit: Annotated[str, doc("Of a measurement: its unit, in UCUM.")] = ""
    minimum: Annotated[float | None, doc("Of a measurement: the least possible value.")] = None
    maximum: Annotated[float | None, doc("Of a measurement: the greatest possible value.")] = None
    choices: Annotated[tuple[Choice, ...], doc("Of a coded value: what can be chosen, one of them.")] = ()
    member: Annotated[str, doc("Of a date: the member of the request in which it is sent, such as `present` or `as_of`.")] = ""
    dates: Annotated[
        str,
        doc("Of a date: the code of the entry there that gets it as its `at`; empty of `as_of`, which is the date."),
    ] = ""
    reading: Annotated[str, doc("What of it is an interpretation of ours, and why.")] = ""


class ShownScreen(Frozen, frozen=True, kw_only=True, omit_defaults=True):
    """What is asked together, as a clinician would ask it."""

    id: Annotated[str, doc("Its id.")]
    title: Annotated[str, doc("Its name.")]
    short: Annotated[str, doc("Its name where there is little room, for clinicians; only in the list of all screens.")] = ""
    question: Annotated[str, doc("The question before the items, in the words of the audience.")]
    none_of_these: Annotated[str, doc("The answer that denies every finding of it, in the words of the audience.")] = ""
    asked_of: Annotated[AskedOf, doc("Who can answer it.")]
    tier: Annotated[Tier, doc("The highest thing that an answer can change; of a case, that it can still change.")]
    why: Annotated[str, doc("Of a case: what an answer can still change, in words.")] = ""
    settles: Annotated[tuple[str, ...], doc("Of a case: ids of the most pressing recommendations that an answer changes.")] = ()
    reading: Annotated[str, doc("What of it is an interpretation of ours, and why.")] = ""
    passages: Annotated[tuple[str, ...], doc("Ids of the passages that make it matter.")]
    items: Annotated[tuple[ShownItem, ...], doc("What it asks, in order.")]


class PassageCitation(Frozen, frozen=True, kw_only=True):
    """A number that a passage prints, and what it most likely means."""

    number: Annotated[int, doc("The number, as the source prints it.")]
    reference: Annotated[str, doc("What the entry is; empty where none can be named.")]
    inferred: Annotated[bool, doc("Always true: no source says which entry a number means.")]
    confidence: Annotated[Confidence, doc("How sure the mapping is.")]


class CitedPassage(Frozen, frozen=True, kw_only=True):
    """A passage beside an answer that rests on it; the rest of it is at `GET /v1/passages`."""

    paraphrase: Annotated[str, doc("What it states, in our words.")]
    source: Annotated[str, doc("Number of the document.")]
    section: Annotated[str, doc("The section of the document in which it stands.")]
    citations: Annotated[tuple[PassageCitation, ...], doc("What it cites.")]


class KnowledgeVersion(Frozen, frozen=True, kw_only=True):
    """Which knowledge a decision rests on."""

    version: Annotated[str, doc("Version of the ontology.")]
    digest: Annotated[str, doc("SHA-256 of exactly this content.")]


class ShownLanguage(Frozen, frozen=True, kw_only=True):
    """In which language an answer is, and how much of what it is made of is not."""

    language: Annotated[str, doc("The language that was asked for.")]
    in_english: Annotated[
        int, doc("So many texts of the content stand in English, because nobody has written them in this language.")
    ]
