"""What a page about one resource shows: frozen data, made by `resource.py`, laid out by its template or answered as JSON."""

from __future__ import annotations

from typing import Annotated

from spinegraph.engine.model import Frozen, doc


class LinkedText(Frozen, frozen=True, kw_only=True, omit_defaults=True):
    """A value, or a resource with its label."""

    text: Annotated[str, doc("The value, or the label of the resource.")]
    href: Annotated[str, doc("Path of the resource below the server's root, such as passage/000-L033a, or an absolute IRI.")] = ""
    note: Annotated[str, doc("How it is meant: for whom, by which property, how sure.")] = ""


class StatedProperty(Frozen, frozen=True, kw_only=True):
    """A property and its values."""

    name: Annotated[str, doc("What the property is called.")]
    items: Annotated[tuple[LinkedText, ...], doc("Its values.")]


class RelatedResources(Frozen, frozen=True, kw_only=True, omit_defaults=True):
    """Resources that stand in one relation to the one described."""

    title: Annotated[str, doc("The relation.")]
    items: Annotated[tuple[LinkedText, ...], doc("The resources.")]
    note: Annotated[str, doc("How to read it.")] = ""
    property: Annotated[
        str, doc("The property, as a CURIE, by which RDF says that each of them stands so to the one described.")
    ] = ""


class CriterionInWords(Frozen, frozen=True, kw_only=True, omit_defaults=True):
    """A node of a criterion, in words."""

    text: Annotated[str, doc("What it asks, or its name.")]
    href: Annotated[str, doc("Path of the criterion, or of what it asks for.")] = ""
    joint: Annotated[str, doc("How its parts are joined; empty where it has none.")] = ""
    passages: Annotated[tuple[LinkedText, ...], doc("The passages that state it.")] = ()
    children: Annotated[tuple[CriterionInWords, ...], doc("Its parts.")] = ()


class TitledCriterion(Frozen, frozen=True, kw_only=True):
    """A heading and the criterion below it."""

    title: Annotated[str, doc("What the criterion is for.")]
    root: Annotated[CriterionInWords, doc("The criterion.")]


class SupportingPassage(Frozen, frozen=True, kw_only=True):
    """A passage on which a resource rests: our words, and the characters of the document that make it."""

    id: Annotated[str, doc("Its id.")]
    href: Annotated[str, doc("Its path below the server's root.")]
    paraphrase: Annotated[str, doc("What it states, in our words.")]
    source: Annotated[LinkedText, doc("Its document.")]
    section: Annotated[str, doc("The section of the document in which it stands.")]
    start: Annotated[int, doc("Where it begins in the document, in characters.")]
    end: Annotated[int, doc("Where it ends, exclusive.")]
    citations: Annotated[tuple[int, ...], doc("The citation numbers that it prints.")]


class Description(Frozen, frozen=True, kw_only=True, omit_defaults=True):
    """One resource: what the files state of it, and what they state with it."""

    iri: Annotated[str, doc("Its IRI.")]
    path: Annotated[str, doc("Its IRI below the project's namespace, which is its page's path on this server.")]
    curie: Annotated[str, doc("Its IRI with a prefix.")]
    kind: Annotated[str, doc("What kind of thing it is.")]
    label: Annotated[str, doc("Its name.")]
    code: Annotated[str, doc("Its code, where it has one.")]
    definition: Annotated[str, doc("What it means or says.")]
    rows: Annotated[tuple[StatedProperty, ...], doc("What is stated of it.")]
    wider: Annotated[tuple[LinkedText, ...], doc("The next wider concepts.")]
    narrower: Annotated[tuple[LinkedText, ...], doc("The next narrower concepts.")]
    criteria: Annotated[tuple[TitledCriterion, ...], doc("Its criteria in words.")]
    groups: Annotated[tuple[RelatedResources, ...], doc("What speaks of it, or rests on it.")]
    passages: Annotated[tuple[SupportingPassage, ...], doc("The passages on which it rests.")]
    places: Annotated[tuple[str, ...], doc("Where the files state it, as file:line.")]
    deprecated: Annotated[bool, doc("Whether it is out of use.")] = False
    replaced_by: Annotated[tuple[LinkedText, ...], doc("Of what is out of use: what takes its place, or what to consider.")] = ()
    review: Annotated[tuple[LinkedText, ...], doc("The documents on which it rests; the note is their review status.")]
