"""Every statement leads to a passage, every passage to characters of a document, every document says what it is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

from spinegraph.engine.errors import CheckNotRunError, shortened
from spinegraph.engine.knowledge.build.rules import BUILDERS
from spinegraph.engine.knowledge.sources import coverage, read_documents, text_changed, verify
from spinegraph.engine.knowledge.turtle.terms import Text, expand, local_name, shorten
from spinegraph.engine.model import Knowledge, Passage
from spinegraph.engine.validation.content import Content
from spinegraph.engine.validation.diagnostics import Diagnostic

DERIVED = "prov:wasDerivedFrom"
PASSAGES = expand("passage:")
STATUSES = ("none", "pending", "reviewed")
DOUBTS = re.compile(
    r"\b(?:pending|contradict\w*|unclear|draft|not (?:yet )?reviewed|no (?:\w+ of )?review|unreviewed|awaiting)\b", re.IGNORECASE
)
NEEDED = (
    "dcterms:identifier", "dcterms:title", "core:reviewStatus", "core:reviewNote", "core:fileName", "core:textDigest",
)  # fmt: skip
OFFSETS = ("oa:start", "oa:end")
LONGEST_OFFSET = 12
"""So many digits of an offset are read."""
_DIGEST = re.compile(r"[0-9a-f]{64}")


def check_provenance(content: Content) -> Iterator[Diagnostic]:
    """Passages that do not exist; documents, offsets, citations and review status; rules without grounds."""
    yield from _missing_passages(content)
    yield from _sources(content)
    yield from _passages(content)
    yield from _rules_without_passage(content)


def check_coverage(content: Content) -> Iterator[Diagnostic]:
    """Passages on which nothing rests, and citation numbers that lead nowhere. Needs knowledge."""
    if content.knowledge is None:
        return
    for use in coverage(content.knowledge):
        if not use.covered:
            what = f"Nothing rests on passage {use.passage} ({use.kind or 'no kind'})."
            yield content.diagnose("unused-passage", what, PASSAGES + use.passage)
        if use.used_by and use.not_modelled:
            what = f"Passage {use.passage} counts as not modelled, though {use.used_by[0]} rests on it."
            yield content.diagnose("used-after-all", what, PASSAGES + use.passage, "core:notModelled")
    yield from _citations(content, content.knowledge)


def check_documents(content: Content) -> Iterator[Diagnostic]:
    """Passages against the characters of their documents. Needs knowledge.

    Raises CheckNotRunError where no folder with the documents was given or none of them is in it, ProvenanceError where it is
    no folder.
    """
    knowledge = content.knowledge
    if knowledge is None:
        return
    if content.sources is None:
        raise CheckNotRunError("No folder with the documents was given.", mend="Give --sources or SPINEGRAPH_SOURCES.")
    documents = read_documents(content.sources, knowledge)
    if knowledge.sources and not documents:
        names = ", ".join(dict.fromkeys(source.file_name for source in knowledge.sources.values()))
        raise CheckNotRunError(f"The folder with the documents holds none of them: {names}.", mend="Name another folder.")
    outside = {
        p.id for p in knowledge.passages.values() if not 0 <= p.start < p.end or not _DIGEST.fullmatch(p.digest)
    }  # told as such
    for passage in knowledge.passages.values():
        text = documents.get(passage.source)
        if text is not None and passage.end > len(text):
            outside.add(passage.id)
            what = f"Passage {passage.id} ends at {passage.end:,}; the document has {len(text):,} characters."
            yield content.diagnose("misplaced-passage", what, content.graph.iri(passage.iri, "oa:hasSelector"), "oa:end")
    for drift in verify(knowledge, documents).drifted:
        if drift.passage not in outside:
            rules = f" Rules that rest on it: {', '.join(drift.rules)}." if drift.rules else ""
            what = f"The characters of passage {drift.passage} are not those that were paraphrased.{rules}"
            yield content.diagnose("drifted-passage", what, PASSAGES + drift.passage, "core:textDigest")
    for source in knowledge.sources.values():
        if source.iri not in documents:
            what = f"{source.file_name or shorten(source.iri)} is not among the documents: its passages were not compared."
            yield content.diagnose("changed-document", what, source.iri, "core:fileName", mend="Put it into the folder.")
        elif text_changed(source, documents[source.iri]):
            what = f"{source.file_name} is not the document that was read."
            yield content.diagnose("changed-document", what, source.iri, "core:textDigest")
    yield from _quotations(content, documents.values())


LONGEST_QUOTE = 7
"""So many words of a document in a row may stand in the content."""


def _quotations(content: Content, documents: Iterable[str]) -> Iterator[Diagnostic]:
    length = LONGEST_QUOTE + 1
    forbidden: set[tuple[str, ...]] = set()
    for document in documents:
        forbidden.update(_runs(document, length))
    for triples in content.triples.values():
        for subject, predicate, value in triples:
            if isinstance(value, Text) and value.value.count(" ") >= LONGEST_QUOTE:
                quoted = next((run for run in _runs(value.value, length) if run in forbidden), None)
                if quoted:
                    what = f"{length} words in a row are those of a document; they begin with “{' '.join(quoted[:3])} …”."
                    yield content.diagnose("quoted-source", what, subject, predicate, value)


def _runs(text: str, length: int) -> Iterator[tuple[str, ...]]:
    words = re.findall(r"[a-z0-9]+", text.lower())
    return (tuple(words[start : start + length]) for start in range(len(words) - length + 1))


def _missing_passages(content: Content) -> Iterator[Diagnostic]:
    """Those of rules and criteria are told by loading."""
    graph = content.graph
    told = {(error.about[0], error.about[2]) for error in content.failures if error.kind in ("missing-passage", "wrong-kind")}
    passages = set(graph.of_class("core:Passage"))
    for triples in content.triples.values():
        for subject, predicate, value in triples:
            if not isinstance(value, str) or value in passages or (subject, value) in told:
                continue
            if predicate == expand(DERIVED):
                if graph.predicates(value):
                    what = f"{shorten(value)} is no passage."
                    yield content.diagnose("wrong-kind", what, subject, DERIVED, value, mend="Name the passage.")
                else:
                    what = f"There is no passage {local_name(value)}."
                    yield content.diagnose("missing-passage", what, subject, DERIVED, value)
            elif value.startswith(PASSAGES) and not graph.predicates(value):
                yield content.diagnose("missing-passage", f"There is no passage {local_name(value)}.", subject, predicate, value)


def _sources(content: Content) -> Iterator[Diagnostic]:
    graph = content.graph
    for iri in graph.of_class("core:Source"):
        missing = [predicate for predicate in NEEDED if not graph.text(iri, predicate).strip()]
        if missing:
            yield content.diagnose("undocumented-source", f"{shorten(iri)} has no {', '.join(missing)}.", iri)
        digest = graph.text(iri, "core:textDigest")
        if digest and not _DIGEST.fullmatch(digest):
            yield content.diagnose(
                "misplaced-passage", f"The digest of {shorten(iri)} is no SHA-256 in lower-case hex.", iri, "core:textDigest"
            )
        status, note = graph.text(iri, "core:reviewStatus"), graph.text(iri, "core:reviewNote")
        if status and status not in STATUSES:
            what = f"The review status {status!r} is none of {', '.join(STATUSES)}."
            yield content.diagnose("review-upgraded", what, iri, "core:reviewStatus")
        elif status == "reviewed" and (doubt := DOUBTS.search(note)):
            what = f"{shorten(iri)} counts as reviewed, while its review note says {doubt[0]!r}."
            yield content.diagnose("review-upgraded", what, iri, "core:reviewStatus")


def _passages(content: Content) -> Iterator[Diagnostic]:
    graph = content.graph
    spans: dict[str, list[tuple[int, int, str]]] = {}
    for iri in graph.of_class("core:Passage"):
        selector = graph.iri(iri, "oa:hasSelector")
        numbers = [graph.text(selector, predicate) if selector else "" for predicate in OFFSETS]
        if not all(numbers):
            yield content.diagnose("misplaced-passage", f"{shorten(iri)} has no offsets.", selector or iri)
        elif odd := next((name for name, number in zip(OFFSETS, numbers, strict=True) if not _is_offset(number)), ""):
            what = f"{odd} is {shortened(numbers[OFFSETS.index(odd)])}, which is no place in a text."
            yield content.diagnose("misplaced-passage", what, selector, odd)
        elif int(numbers[0]) >= int(numbers[1]):
            what = f"{shorten(iri)} begins at {numbers[0]} and ends at {numbers[1]}."
            yield content.diagnose("misplaced-passage", what, selector, "oa:end")
        else:
            spans.setdefault(graph.iri(iri, "core:source"), []).append((int(numbers[0]), int(numbers[1]), iri))
        if not _DIGEST.fullmatch(graph.text(iri, "core:textDigest")):
            what = f"{shorten(iri)} has no SHA-256 in lower-case hex."
            yield content.diagnose("misplaced-passage", what, iri, "core:textDigest")
        if not graph.iri(iri, "core:source"):
            yield content.diagnose("misplaced-passage", f"{shorten(iri)} belongs to no source.", iri)
        if not graph.text(iri, "core:paraphrase").strip():
            yield content.diagnose("no-text", f"{shorten(iri)} has no core:paraphrase.", iri, mend='Add core:paraphrase "…"@en.')
    for found in spans.values():
        for (start, end, one), (again, until, other) in pairwise(sorted(found)):
            told = {" ".join(graph.text(iri, "core:paraphrase").casefold().split()) for iri in (one, other)}
            if (start, end) == (again, until) and len(told) == 1:
                what = f"{shorten(other)} says the same of the same characters as {shorten(one)}."
                yield content.diagnose(
                    "misplaced-passage", what, other, mend="Drop one.", related=(content.related(one, "the same passage"),)
                )


def _is_offset(text: str) -> bool:
    return text.isdecimal() and len(text) <= LONGEST_OFFSET


def _rules_without_passage(content: Content) -> Iterator[Diagnostic]:
    graph = content.graph
    for kind in BUILDERS:
        for iri in graph.of_class(kind):
            grounds = graph.iris(iri, DERIVED) or graph.text(iri, "core:rationale")
            sides = [node for node in graph.iris(iri, "core:position") if graph.iris(node, DERIVED)]
            if not grounds and not sides:
                yield content.diagnose("rule-without-passage", f"{shorten(iri)} rests on no passage.", iri)


def _citations(content: Content, knowledge: Knowledge) -> Iterator[Diagnostic]:
    """Printed numbers that are neither a position in the source's own list nor mapped; told once for each number."""
    listed = {(reference.source, reference.position) for reference in knowledge.references.values()}
    mapped = {(citation.source, citation.number) for citation in knowledge.citations}
    told: set[tuple[str, int]] = set()
    for passage in knowledge.passages.values():
        for number in passage.citations:
            key = (passage.source, number)
            if key not in mapped and key not in told and (key not in listed or _inferred(knowledge, passage)):
                told.add(key)
                yield _unresolved(content, passage, number)
    for node in content.graph.of_class("core:CitationMapping"):
        cites = content.graph.iri(node, "core:cites")
        confidence = content.graph.text(node, "core:confidence")
        if bool(cites) == (confidence == "none"):
            what = "A mapped citation names a reference and a confidence above none, or neither."
            yield content.diagnose("unresolved-citation", what, node, "core:confidence", mend="Add core:cites, or say none.")


def _inferred(knowledge: Knowledge, passage: Passage) -> bool:
    """Whether the source's numbers are mapped by inference, so that a bare position resolves nothing."""
    return any(citation.source == passage.source for citation in knowledge.citations)


def _unresolved(content: Content, passage: Passage, number: int) -> Diagnostic:
    terms = content.graph.terms(passage.iri, "core:printedCitation")
    term = next((term for term in terms if isinstance(term, Text) and term.value == str(number)), None)
    what = f"Citation {number} leads to no reference of {shorten(passage.source)}."
    return content.diagnose("unresolved-citation", what, passage.iri, "core:printedCitation", term)
