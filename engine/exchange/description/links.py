"""Who speaks of whom: the reverse of every statement, with blank nodes resolved to the named resource that holds them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from spinegraph.engine.knowledge.turtle.graph import Graph
from spinegraph.engine.knowledge.turtle.terms import BASE, Text, expand, local_name, shorten

CARRIERS = frozenset(map(expand, ("sh:condition", "core:scope")))
"""From a rule to its criteria."""
SILENT = frozenset(map(expand, ("rdf:rest", "sh:rule", "sh:object", "rdfs:subClassOf", "owl:members", "owl:distinctMembers")))
"""Predicates whose reverse has a place of its own on a page, or says nothing."""
TITLES: Mapping[str, str] = {
    "shape": "Criteria that name it",
    "score": "Scores that count it",
    "finding": "Findings",
    "condition": "Conditions",
    "intervention": "Interventions",
    "passage": "Passages",
    "reference": "References and citations",
    "tension": "Tensions",
    "screen": "Screens",
    "uncovered": "Topics that no source covers",
    "line": "Lines of briefs",
    "source": "Documents",
    "core": "Vocabulary",
}


def href_of(iri: str) -> str:
    """An IRI of the project as its path below the server's root, any other as it is."""
    return iri.removeprefix(BASE) if iri != BASE else iri


def label_of(graph: Graph, iri: str) -> str:
    """What to call a resource: a passage by its id, everything else by its label."""
    if iri.startswith(f"{BASE}passage/"):
        return local_name(iri)
    for predicate in ("rdfs:label", "dcterms:title"):
        label = graph.text(iri, predicate)
        if label:
            return label
    return local_name(iri) if iri.startswith(BASE) and local_name(iri) else shorten(iri)


def spaced(name: str) -> str:
    """A name in CamelCase as words.

    >>> spaced("BriefLine")
    'Brief line'
    """
    return "".join(f" {letter.lower()}" if letter.isupper() and number else letter for number, letter in enumerate(name))


class Links:
    """The reverse index of a graph."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        subjects = list(_subjects(graph))
        holder = {value: subject for subject in subjects for value in _values(graph, subject) if value.startswith("_:")}
        self._owner = {subject: _top(subject, holder) for subject in subjects}
        self.named = tuple(sorted(subject for subject in subjects if subject.startswith(BASE)))
        self.places = _places(graph.paths)
        self._stated_by: dict[str, dict[str, dict[str, None]]] = {}
        for subject in subjects:
            for predicate, values in graph.predicates(subject).items():
                if predicate not in SILENT:
                    self._note(subject, predicate, values)

    def _note(self, subject: str, predicate: str, values: Iterable[str | Text]) -> None:
        owner = self._owner[subject]
        for value in values:
            if isinstance(value, str) and value.startswith(BASE) and value != owner and owner.startswith(BASE):
                self._stated_by.setdefault(value, {}).setdefault(owner, {})[predicate] = None
        if predicate.startswith(BASE) and owner.startswith(BASE):
            self._stated_by.setdefault(predicate, {}).setdefault(owner, {})[predicate] = None

    def inbound(self, iri: str) -> Iterator[tuple[str, str]]:
        """Subject and predicate of what named resources state with an IRI as object; being of a class does not count."""
        for owner, predicates in self._stated_by.get(iri, {}).items():
            for predicate in predicates:
                if predicate != expand("rdf:type") and iri in self._graph.predicates(owner).get(predicate, ()):
                    yield owner, predicate
        for child in self._graph.subjects("rdfs:subClassOf", iri):
            if not child.startswith("_:"):
                yield child, expand("rdfs:subClassOf")

    def about(self, iri: str) -> tuple[list[str], dict[str, str]]:
        """Rules that name an IRI other than in a criterion, and by which property each does."""
        found = {owner: [p for p in how if p not in CARRIERS] for owner, how in self._stated_by.get(iri, {}).items()}
        notes = {owner: self._words(how) for owner, how in found.items() if how and _kind(owner) == "rule"}
        return list(notes), notes

    def rules_through_criteria(self, iri: str) -> list[str]:
        """Rules and tensions whose criterion or scope leads to an IRI."""
        found: dict[str, None] = {}
        seen = {iri}
        waiting = [iri]
        while waiting:
            for owner, how in self._stated_by.get(waiting.pop(), {}).items():
                if _kind(owner) in ("rule", "tension") and CARRIERS & set(how):
                    found[owner] = None
                elif _kind(owner) in ("shape", "score") and owner not in seen:
                    seen.add(owner)
                    waiting.append(owner)
        return list(found)

    def others(self, iri: str) -> dict[str, dict[str, str]]:
        """Title → resources that are no rules, each with the property by which it names the IRI."""
        groups: dict[str, dict[str, str]] = {}
        for owner, how in self._stated_by.get(iri, {}).items():
            title = TITLES.get(_kind(owner))
            if title:
                groups.setdefault(title, {})[owner] = self._words(how)
        return {title: groups[title] for title in TITLES.values() if title in groups}

    def _words(self, predicates: Iterable[str]) -> str:
        words = [self._graph.text(predicate, "rdfs:label") or shorten(predicate).partition(":")[2] for predicate in predicates]
        plain = {
            "type": "instance",
            "wasDerivedFrom": "rests on it",
            "first": "part",
            "node": "part",
            "condition": "criterion",
            "isReplacedBy": "replaced by it",
            "equivalentClass": "defined by it",
            "disjointWith": "something else",
        }
        return ", ".join(dict.fromkeys(plain.get(word, word) for word in words))


def _kind(iri: str) -> str:
    return iri.removeprefix(BASE).split("/")[0]


def _subjects(graph: Graph) -> Iterable[str]:
    """Every subject, blank nodes included."""
    return graph._by_subject


def _values(graph: Graph, subject: str) -> Iterator[str]:
    for values in graph.predicates(subject).values():
        yield from (value for value in values if isinstance(value, str))


def _top(node: str, holder: Mapping[str, str]) -> str:
    seen = set()
    while node.startswith("_:") and node in holder and node not in seen:
        seen.add(node)
        node = holder[node]
    return node


def _places(paths: Iterable[Path]) -> dict[str, tuple[str, ...]]:
    """`file:line` where each subject begins: in the normal form of Turtle that is at the beginning of a line."""
    places: dict[str, tuple[str, ...]] = {}
    for path in paths:
        if path.suffix != ".ttl":
            continue
        prefixes: dict[str, str] = {}
        for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
            declared = re.match(r"@?prefix\s+(\w*):\s*<([^>]*)>", line, re.IGNORECASE)
            if declared:
                prefixes[declared[1]] = declared[2]
                continue
            subject = re.match(r"<([^>]*)>|(\w*):([^\s;,]*)(?=\s|$)", line)
            if subject and (subject[1] or subject[2] in prefixes):
                iri = subject[1] or prefixes[subject[2]] + subject[3].replace("\\", "")
                places[iri] = (*places.get(iri, ()), f"{path.parent.name}/{path.name}:{number}")
    return places
