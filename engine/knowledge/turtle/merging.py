"""One thing in two packages: the same description is read once, two that differ are told, and nothing is merged in silence.

What packages may add to a thing that is not theirs: properties of the case shape, rules to the shape of their order, and to a
term of the shared vocabulary passages and notes.
A term of that vocabulary which a package describes itself is the package's, if code and unit are the same: guidelines written
before there was a vocabulary go on working (ADR 21).
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from spinegraph.engine.knowledge.files import GENERATED, is_schema, is_shared, package_names
from spinegraph.engine.knowledge.turtle.terms import FIRST, NIL, RDF_TYPE, REST, Term, expand

Triple = tuple[str, str, Term]
Statement = tuple[str, object]
"""Predicate, and object with what stands inside it."""

ATTACHING = frozenset(map(expand, ("rdf:type", "rdfs:label", "rdfs:comment", "sh:rule")))
"""What several packages say of the shape that lists the rules of one order."""
TO_SCHEMA = frozenset({expand("sh:property")})
TO_VOCABULARY = frozenset(map(expand, ("prov:wasDerivedFrom", "skos:scopeNote")))
"""What a package may add to the schema, and to the shared vocabulary."""
MEANING = tuple(map(expand, ("rdf:type", "skos:notation", "core:unit")))
"""In what a package has to agree with the shared vocabulary that it describes itself."""
BOUNDS = tuple(map(expand, ("core:minimum", "core:maximum")))
RULE = expand("sh:rule")
DEEPEST = 100
SHARED, SCHEMA_PART = "shared vocabulary", "schema"
"""What the files are called that come with the tool; no folder has such a name with a space, or is read under it."""


class Clash(NamedTuple):
    """A thing that two files describe differently (by their numbers), and a predicate by which they differ."""

    subject: str
    first: int
    second: int
    predicate: str


class Merged(NamedTuple):
    """The statements of each file that count, by its number, and what is described in two ways.

    `left_out`: the things whose description in a file is left out, by the number of the file.
    """

    triples: Mapping[int, Sequence[Triple]]
    clashes: tuple[Clash, ...]
    left_out: Mapping[int, frozenset[str]]


def merge(paths: Sequence[Path], triples: Mapping[int, Sequence[Triple]]) -> Merged:
    """Put files of several packages together; files of one package are taken as they are."""
    groups = _groups(paths, triples)
    parts = {name: _Part(numbers, triples) for name, numbers in groups.items()}
    dropped: dict[int, set[str]] = {}
    clashes: list[Clash] = []
    several = _in_several(parts)
    for part in parts.values():
        part.index(several.keys() & part.named.keys())
    for subject in sorted(several):
        names = several[subject]
        found = _compared(subject, [(name, parts[name]) for name in names], parts)
        if isinstance(found, Clash):
            clashes.append(found)
            found = [name for name in names if name == SHARED]
        for name in found:
            for number in parts[name].files(subject):
                dropped.setdefault(number, set()).add(subject)
    left_out = {number: frozenset(subjects) for number, subjects in dropped.items()}
    kept = {number: without(triples[number], left_out.get(number, ())) for number in triples}
    return Merged(kept, tuple(clashes), left_out)


def _groups(paths: Sequence[Path], triples: Mapping[int, Sequence[Triple]]) -> dict[str, list[int]]:
    """The files of the vocabulary, of the rest of the schema, of each package, and each file of none; not what is inferred.

    A further copy of a file of the schema is its package's, and has to say the same.
    """
    names = package_names(paths)
    groups: dict[str, list[int]] = {SHARED: [], SCHEMA_PART: []}
    met: set[str] = set()
    for number in triples:
        path = paths[number]
        group = names[path] or str(path)
        if is_schema(path) and path.name not in met:
            met.add(path.name)
            group = SHARED if is_shared(path) else SCHEMA_PART
        if path.name != GENERATED:
            groups.setdefault(group, []).append(number)
    return groups


class _Part:
    """What one package says. Little of it is ever looked at, and no more is indexed."""

    def __init__(self, numbers: Iterable[int], triples: Mapping[int, Sequence[Triple]]) -> None:
        self._triples = {number: triples[number] for number in numbers}
        self._subjects = {number: {triple[0] for triple in read} for number, read in self._triples.items()}
        self._inside: dict[str, object] = {}
        self._named: dict[str, list[tuple[str, Term]]] = {}

    @cached_property
    def named(self) -> dict[str, None]:
        """The things with a name of which it speaks."""
        return {subject: None for subjects in self._subjects.values() for subject in subjects if not subject.startswith("_:")}

    def index(self, wanted: Container[str]) -> None:
        """Look up what is said of some things."""
        for read in self._triples.values():
            for subject, predicate, value in read:
                if subject in wanted:
                    self._named.setdefault(subject, []).append((predicate, value))

    @cached_property
    def _unnamed(self) -> dict[str, list[tuple[str, Term]]]:
        found: dict[str, list[tuple[str, Term]]] = {}
        for read in self._triples.values():
            for subject, predicate, value in read:
                if subject.startswith("_:"):
                    found.setdefault(subject, []).append((predicate, value))
        return found

    def files(self, subject: str) -> list[int]:
        """The numbers of the files that speak of a thing."""
        return [number for number, subjects in self._subjects.items() if subject in subjects]

    def description(self, subject: str, depth: int = 0) -> frozenset[Statement]:
        """What is said of a thing that was looked up, with what stands inside it; blank nodes have no names here."""
        stated = self._unnamed if subject.startswith("_:") else self._named
        return frozenset((predicate, self._value(value, depth)) for predicate, value in stated.get(subject, ()))

    def _value(self, value: Term, depth: int) -> object:
        if not isinstance(value, str) or not value.startswith("_:") or depth > DEEPEST:
            return value
        if value not in self._inside:
            self._inside[value] = "a circle"  # while it is looked at
            self._inside[value] = self._contents(value, depth)
        return self._inside[value]

    def _contents(self, value: str, depth: int) -> object:
        """The members of a list, or what is said of another blank node."""
        start = value
        items: list[object] = []
        seen: set[str] = set()
        stated = self._unnamed
        while value in stated and value not in seen and any(name == FIRST for name, _ in stated[value]):
            seen.add(value)
            items += [self._value(item, depth + 1) for name, item in stated[value] if name == FIRST]
            value = next((term for name, term in stated[value] if name == REST and isinstance(term, str)), NIL)
        return tuple(items) if items else self.description(start, depth + 1)

    def values(self, subject: str, predicate: str) -> set[Term]:
        return {value for name, value in self._named.get(subject, ()) if name == predicate}

    def speaks_of(self, iri: str) -> bool:
        return any(iri in (subject, value) for read in self._triples.values() for subject, _, value in read)


def _in_several(parts: Mapping[str, _Part]) -> dict[str, list[str]]:
    """Named things of which more than one package speaks, with the names of the packages."""
    speaking: dict[str, list[str]] = {}
    for name, part in parts.items():
        for subject in part.named:
            speaking.setdefault(subject, []).append(name)
    return {subject: names for subject, names in speaking.items() if len(names) > 1}


def _compared(subject: str, speaking: list[tuple[str, _Part]], parts: Mapping[str, _Part]) -> Clash | list[str]:
    """What differs, or the packages whose description is left out because another says the same, or stands in for it."""
    attaching = all(part.values(subject, RULE) for _, part in speaking)
    additions = ATTACHING if attaching else frozenset[str]()
    shared = next((part for name, part in speaking if name == SHARED), None)
    if any(name == SCHEMA_PART for name, _ in speaking):
        additions |= TO_SCHEMA
    if shared is not None:
        additions |= TO_VOCABULARY
    described = {name: _beside(part.description(subject), additions) for name, part in speaking if name != SHARED}
    described = {name: stated for name, stated in described.items() if stated}
    by_name = dict(speaking)
    names = list(described)
    for first, second in pairwise(names):
        if differing := _difference(described[first], described[second]):
            return _clash(subject, by_name[first], by_name[second], differing)
    if attaching:
        return []
    if shared is not None and names:
        return _standing_in(subject, shared, names, parts) or [SHARED, *names[1:]]
    return names[1:]


def _beside(stated: frozenset[Statement], additions: frozenset[str]) -> frozenset[Statement]:
    return frozenset(statement for statement in stated if statement[0] not in additions)


def _difference(first: frozenset[Statement], second: frozenset[Statement]) -> str:
    """A predicate by which two descriptions differ, or ""; who only repeats a type describes nothing."""
    smaller, larger = sorted((first, second), key=len)
    if first == second or (smaller <= larger and {predicate for predicate, _ in smaller} == {RDF_TYPE}):
        return ""
    differing = sorted(predicate for predicate, _ in first ^ second)
    return next((predicate for predicate in (*MEANING[1:], *BOUNDS) if predicate in differing), differing[0])


def _standing_in(subject: str, shared: _Part, names: list[str], parts: Mapping[str, _Part]) -> Clash | None:
    """Why a package's own description of a shared term cannot stand in for it: another kind, code or unit; or another range,
    where another package relies on the shared one."""
    own = parts[names[0]]
    relied = any(part.speaks_of(subject) for name, part in parts.items() if name not in (SHARED, SCHEMA_PART, *names))
    for predicate in (*MEANING, *(BOUNDS if relied else ())):
        meant, given = _plain(shared.values(subject, predicate)), _plain(own.values(subject, predicate))
        if not (meant <= given if predicate == RDF_TYPE else meant == given):
            return _clash(subject, shared, own, predicate)
    return None


def _plain(values: Iterable[Term]) -> set[object]:
    """Values by their text: 0 and 0.0 are one number."""
    return {value if isinstance(value, str) else _number(value.value) for value in values}


def _number(text: str) -> object:
    try:
        return float(text)
    except ValueError:
        return text


def _clash(subject: str, first: _Part, second: _Part, predicate: str) -> Clash:
    return Clash(subject, first.files(subject)[0], second.files(subject)[0], predicate)


def without(triples: Sequence[Triple], left_out: Iterable[str]) -> Sequence[Triple]:
    """The statements without those about some things, except what is added, and without what stood inside them alone."""
    gone = set(left_out)
    if not gone:
        return triples
    kept = list(triples)
    while True:
        left = [triple for triple in kept if not _is_of(triple, gone)]
        inside = {value for triple in kept if _is_of(triple, gone) for value in _blank(triple)}
        inside -= {value for triple in left for value in _blank(triple)}
        if len(left) == len(kept):
            return kept
        kept, gone = left, inside


def _is_of(triple: Triple, gone: set[str]) -> bool:
    return triple[0] in gone and triple[1] not in TO_VOCABULARY | TO_SCHEMA


def _blank(triple: Triple) -> Iterator[str]:
    if isinstance(triple[2], str) and triple[2].startswith("_:"):
        yield triple[2]
