"""Every statement leads to a passage, every passage to characters of a document, every document says what it is."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from itertools import pairwise

from spinegraph.engine.errors import CheckNotRunError
from spinegraph.engine.knowledge.build.rules import BUILDERS
from spinegraph.engine.knowledge.sources import Verification, coverage, read_documents, text_changed, verify
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
            iri = PASSAGES + use.passage
            yield content.diagnose("unused-passage", "no-use", iri, passage=use.passage, kind=use.kind)
        if use.used_by and use.not_modelled:
            use_of = {"passage": use.passage, "user": use.used_by[0]}
            yield content.diagnose("used-after-all", "rests-on-it", PASSAGES + use.passage, "core:notModelled", terms=use_of)
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
    outside = set()
    for passage in knowledge.passages.values():
        length = len(documents[passage.source]) if passage.source in documents else passage.end
        if passage.end > length:
            outside.add(passage.id)
            ends = {"passage": passage.id, "end": passage.end, "length": length}
            selector = content.graph.iri(passage.iri, "oa:hasSelector")
            yield content.diagnose("misplaced-passage", "beyond-the-end", selector, "oa:end", terms=ends)
    malformed = {passage.id for passage in knowledge.passages.values() if not _is_placed(passage)}  # reported as such
    yield from _drifts(content, verify(knowledge, documents), outside | malformed)
    yield from _changed(content, knowledge, documents)
    yield from _unstated(content, knowledge, documents, outside | malformed)
    yield from _quotations(content, documents.values())


def _is_placed(passage: Passage) -> bool:
    return 0 <= passage.start < passage.end and _DIGEST.fullmatch(passage.digest) is not None


def _drifts(content: Content, found: Verification, outside: Container[str]) -> Iterator[Diagnostic]:
    """Passages whose characters changed; `outside` are those that have none."""
    for drift in found.drifted:
        if drift.passage not in outside:
            iri, rules = PASSAGES + drift.passage, tuple(drift.rules)
            yield content.diagnose(
                "drifted-passage", "other-characters", iri, "core:textDigest", passage=drift.passage, rules=rules
            )


def _changed(content: Content, knowledge: Knowledge, documents: Mapping[str, str]) -> Iterator[Diagnostic]:
    """Documents that are not there, or not those that were read."""
    for source in knowledge.sources.values():
        if source.iri not in documents:
            file = source.file_name or shorten(source.iri)
            yield content.diagnose("changed-document", "not-there", source.iri, "core:fileName", file=file)
        elif text_changed(source, documents[source.iri]):
            yield content.diagnose("changed-document", "other-text", source.iri, "core:textDigest", file=source.file_name)


MOST_LINES = 8
"""So many lines without a passage are named, of each document."""


def _unstated(
    content: Content, knowledge: Knowledge, documents: Mapping[str, str], misplaced: Container[str]
) -> Iterator[Diagnostic]:
    """Lines with words, of documents as they were read, of which no passage has a character."""
    for iri, text in documents.items():
        source = knowledge.sources[iri]
        passages = [passage for passage in knowledge.passages.values() if passage.source == iri]
        if text_changed(source, text) or any(passage.id in misplaced for passage in passages):
            continue  # where the passages stand is not known
        spans = [(passage.start, passage.end) for passage in passages]
        unstated = tuple(
            number
            for number, (start, end) in enumerate(_lines(text), start=1)
            if any(map(str.isalnum, text[start:end])) and not any(first < end and start < last for first, last in spans)
        )
        if unstated:
            terms = {"lines": unstated[:MOST_LINES], "more": len(unstated) - MOST_LINES if len(unstated) > MOST_LINES else ""}
            several = len(unstated) > 1
            yield content.diagnose(
                "unstated-line", "lines", iri, "core:fileName", file=source.file_name, several=several, terms=terms
            )


def _lines(text: str) -> Iterator[tuple[int, int]]:
    """Where each line begins and ends."""
    start = 0
    for line in text.split("\n"):
        yield start, start + len(line)
        start += len(line) + 1


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
                    words = {"count": length, "begin": " ".join(quoted[:3])}
                    yield content.diagnose("quoted-source", "words-in-a-row", subject, predicate, value, terms=words)


def _runs(text: str, length: int) -> Iterator[tuple[str, ...]]:
    words = re.findall(r"[a-z0-9]+", text.lower())
    return (tuple(words[start : start + length]) for start in range(len(words) - length + 1))


def _missing_passages(content: Content) -> Iterator[Diagnostic]:
    """Those of rules and criteria are reported by loading."""
    graph = content.graph
    reported = {(error.about[0], error.about[2]) for error in content.failures if error.kind in ("missing-passage", "wrong-kind")}
    passages = set(graph.of_class("core:Passage"))
    for triples in content.triples.values():
        for subject, predicate, value in triples:
            if not isinstance(value, str) or value in passages or (subject, value) in reported:
                continue
            if predicate == expand(DERIVED):
                if graph.predicates(value):
                    yield content.diagnose("wrong-kind", "no-passage", subject, DERIVED, value)
                else:
                    yield content.diagnose("missing-passage", "none", subject, DERIVED, value, passage=local_name(value))
            elif value.startswith(PASSAGES) and not graph.predicates(value):
                yield content.diagnose("missing-passage", "none", subject, predicate, value, passage=local_name(value))


def _sources(content: Content) -> Iterator[Diagnostic]:
    graph = content.graph
    for iri in graph.of_class("core:Source"):
        missing = [predicate for predicate in NEEDED if not graph.text(iri, predicate).strip()]
        if missing:
            yield content.diagnose("undocumented-source", "lacks", iri, lacks=tuple(missing))
        status, note = graph.text(iri, "core:reviewStatus"), graph.text(iri, "core:reviewNote")
        if status and status not in STATUSES:
            known = {"status": status, "known": STATUSES}
            yield content.diagnose("review-upgraded", "no-status", iri, "core:reviewStatus", terms=known)
        elif status == "reviewed" and (doubt := DOUBTS.search(note)):
            yield content.diagnose("review-upgraded", "doubted", iri, "core:reviewStatus", doubt=doubt[0])


def _passages(content: Content) -> Iterator[Diagnostic]:
    graph = content.graph
    spans: dict[str, list[tuple[int, int, str]]] = {}
    for iri in graph.of_class("core:Passage"):
        selector = graph.iri(iri, "oa:hasSelector")
        numbers = [graph.text(selector, predicate) if selector else "" for predicate in OFFSETS]
        if not all(map(_is_offset, numbers)):
            continue  # of another form than shapes/authoring demands
        if int(numbers[0]) >= int(numbers[1]):
            ends = {"passage": shorten(iri), "start": numbers[0], "end": numbers[1]}
            yield content.diagnose("misplaced-passage", "ends-before-it-begins", selector, "oa:end", terms=ends)
        else:
            spans.setdefault(graph.iri(iri, "core:source"), []).append((int(numbers[0]), int(numbers[1]), iri))
    for found in spans.values():
        for (start, end, earlier), (next_start, next_end, later) in pairwise(sorted(found)):
            paraphrases = {" ".join(graph.text(iri, "core:paraphrase").casefold().split()) for iri in (earlier, later)}
            if (start, end) == (next_start, next_end) and len(paraphrases) == 1:
                related = (content.related(earlier, "the same passage"),)
                yield content.diagnose("misplaced-passage", "twice", later, related=related, counterpart=shorten(earlier))


def _is_offset(text: str) -> bool:
    return text.isdecimal() and len(text) <= LONGEST_OFFSET


def _rules_without_passage(content: Content) -> Iterator[Diagnostic]:
    graph = content.graph
    for kind in BUILDERS:
        for iri in graph.of_class(kind):
            grounds = graph.iris(iri, DERIVED) or graph.text(iri, "core:rationale") or graph.text(iri, "core:reading")
            sides = [node for node in graph.iris(iri, "core:position") if graph.iris(node, DERIVED)]
            if not grounds and not sides:
                yield content.diagnose("rule-without-passage", "no-grounds", iri)


def _citations(content: Content, knowledge: Knowledge) -> Iterator[Diagnostic]:
    """Printed numbers that are neither a position in the source's own list nor mapped; each once."""
    listed = {(reference.source, reference.position) for reference in knowledge.references.values()}
    mapped = {(citation.source, citation.number) for citation in knowledge.citations}
    seen: set[tuple[str, int]] = set()
    for passage in knowledge.passages.values():
        for number in passage.citations:
            key = (passage.source, number)
            if key not in mapped and key not in seen and (key not in listed or _inferred(knowledge, passage)):
                seen.add(key)
                yield _unresolved(content, passage, number)
    for node in content.graph.of_class("core:CitationMapping"):
        cites = content.graph.iri(node, "core:cites")
        confidence = content.graph.text(node, "core:confidence")
        if bool(cites) == (confidence == "none"):
            yield content.diagnose("unresolved-citation", "half-mapped", node, "core:confidence")


def _inferred(knowledge: Knowledge, passage: Passage) -> bool:
    """Whether the source's numbers are mapped by inference, so that a bare position resolves nothing."""
    return any(citation.source == passage.source for citation in knowledge.citations)


def _unresolved(content: Content, passage: Passage, number: int) -> Diagnostic:
    terms = content.graph.terms(passage.iri, "core:printedCitation")
    term = next((term for term in terms if isinstance(term, Text) and term.value == str(number)), None)
    cited = {"number": number, "source": shorten(passage.source)}
    return content.diagnose("unresolved-citation", "no-reference", passage.iri, "core:printedCitation", term, terms=cited)
