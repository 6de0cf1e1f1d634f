"""Turtle files → an indexed graph with a content digest.

Oxigraph's parser is used because a command has to start in well under a second; places, which it does not keep, are
found by `positions.py` when an error or a diagnostic needs one.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, KeysView, Mapping, Sequence
from copy import copy
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from spinegraph.engine.errors import KnowledgeError
from spinegraph.engine.knowledge.files import content_digest, in_reading_order, shipped_paths
from spinegraph.engine.knowledge.turtle.merging import Clash, Triple, merge
from spinegraph.engine.knowledge.turtle.positions import Positions, positions_of
from spinegraph.engine.knowledge.turtle.reader import read_triples
from spinegraph.engine.knowledge.turtle.terms import (
    FIRST,
    FOR_PATIENTS,
    NIL,
    PATIENT,
    PREFIXES,
    RDF_TYPE,
    REST,
    Term,
    Text,
    expand,
    shorten,
)
from spinegraph.engine.messages import LANGUAGES


class Located(NamedTuple):
    """A place in a file: 1-based line and column, 0 where they are not known."""

    path: Path
    line: int
    column: int


class Graph:
    """Triples indexed by subject and predicate, with the files that they came from."""

    def __init__(self, paths: tuple[Path, ...], digest: str) -> None:
        self.paths = paths
        self.digest = digest
        self.clashes: tuple[Clash, ...] = ()
        """What two packages describe differently: neither description is to be relied upon."""
        self.left_out: Mapping[int, frozenset[str]] = {}
        """By number of a file, the things whose description there is left out, because another file has the one that counts."""
        self._by_subject: dict[str, dict[str, list[Term]]] = {}
        self._of_class: dict[Term, dict[str, None]] = {}
        self._files_of: dict[str, dict[int, None]] = {}
        self._triples: list[tuple[str, str, Term]] = []
        self._numbers: list[int] = []
        self._positions: dict[int, Positions] = {}
        self._language = ""
        self.told: dict[tuple[str, str, str], str] = {}
        """Of each text in a language that was looked up (subject, predicate, language): the language in which it was found."""

    def in_language(self, language: str) -> Graph:
        """The same statements, whose texts are those of a language where there are some, and else the English ones."""
        other = copy(self)
        other._language, other.told = language, {}
        return other

    def languages(self) -> tuple[str, ...]:
        """The languages besides English in which something is written and answers can be, in their order."""
        tags = {term.language for *_, term in self._triples if isinstance(term, Text) and term.language}
        begun = {tag.removesuffix(FOR_PATIENTS) for tag in tags}
        return tuple(language for language in LANGUAGES[1:] if language in begun)

    def add(self, triple: tuple[str, str, Term], number: int) -> None:
        """Add one triple of the file `paths[number]`."""
        subject, predicate, value = triple
        self._triples.append(triple)
        self._numbers.append(number)
        statements = self._by_subject.get(subject)
        if statements is None:
            statements = self._by_subject[subject] = {}
            self._files_of[subject] = {}
        self._files_of[subject][number] = None
        if predicate in statements:
            statements[predicate].append(value)
        else:
            statements[predicate] = [value]
        if predicate == RDF_TYPE:
            self._of_class.setdefault(value, {})[subject] = None

    @cached_property
    def _subjects(self) -> dict[tuple[str, Term], list[str]]:
        """By predicate and value; made when first asked, because loading does not ask."""
        found: dict[tuple[str, Term], list[str]] = {}
        for subject, predicate, value in self._triples:
            found.setdefault((predicate, value), []).append(subject)
        return found

    @cached_property
    def _mentions(self) -> dict[Term, list[tuple[str, str]]]:
        found: dict[Term, list[tuple[str, str]]] = {}
        for (predicate, term), subjects in self._subjects.items():
            found.setdefault(term, []).extend((subject, predicate) for subject in subjects)
        return found

    def subjects(self, predicate: str, value: Term) -> list[str]:
        """Subjects of `predicate value`, in file order."""
        return self._subjects.get((expand(predicate), value), [])

    def subjects_with(self, predicate: str) -> list[str]:
        """Everything of which something is stated by a predicate, in file order."""
        wanted = expand(predicate)
        return [subject for subject, statements in self._by_subject.items() if wanted in statements]

    def of_class(self, curie: str) -> KeysView[str]:
        """Instances of a class, by rdf:type alone, each once, in file order; to ask whether something is one takes no search."""
        return self._of_class.get(expand(curie), {}).keys()

    def predicates(self, subject: str) -> dict[str, list[Term]]:
        return self._by_subject.get(subject, {})

    def terms(self, subject: str, predicate: str) -> list[Term]:
        return self._by_subject.get(subject, {}).get(expand(predicate), [])

    def iris(self, subject: str, predicate: str) -> tuple[str, ...]:
        """Objects that are IRIs or blank nodes, in file order."""
        return tuple(term for term in self.terms(subject, predicate) if isinstance(term, str))

    def iri(self, subject: str, predicate: str) -> str:
        """The first object that is an IRI or blank node, or ""."""
        return next((term for term in self.terms(subject, predicate) if isinstance(term, str)), "")

    def text(self, subject: str, predicate: str, language: str = "en") -> str:
        """The literal in `language`, else one without language, else ""; before all, one in the language of this view."""
        found = [term for term in self.terms(subject, predicate) if isinstance(term, Text)]
        for wanted in (*self._preferred(language), ""):
            for term in found:
                if term.language == wanted:
                    if wanted:
                        self.told[subject, predicate, language] = wanted
                    return term.value
        return ""

    def _preferred(self, language: str) -> tuple[str, ...]:
        if not self._language:
            return (language,)
        return (self._language + FOR_PATIENTS if language == PATIENT else self._language, language)

    def flag(self, subject: str, predicate: str) -> bool:
        """Whether a truth value is stated and true."""
        return self.text(subject, predicate) in ("true", "1")

    def texts(self, subject: str, predicate: str, language: str = "en") -> tuple[str, ...]:
        found = [term for term in self.terms(subject, predicate) if isinstance(term, Text)]
        preferred = self._preferred(language)
        wanted = next((one for one in preferred if any(term.language == one for term in found)), language)
        return tuple(term.value for term in found if term.language in (wanted, ""))

    def items(self, head: str) -> Iterator[Term]:
        """Members of an RDF list."""
        seen: set[str] = set()
        while head != NIL:
            if head in seen or head not in self._by_subject:
                raise KnowledgeError(
                    "A list is broken: it has no end.",
                    where=self.where(head),
                    mend="Write it as ( … ).",
                    kind="wrong-kind",
                    about=(head, "", None),
                )
            seen.add(head)
            yield from self._by_subject[head].get(FIRST, [])
            head = next((term for term in self._by_subject[head].get(REST, []) if isinstance(term, str)), "")

    def all_subjects(self) -> Iterable[str]:
        """Every subject, in file order."""
        return self._by_subject.keys()

    @cached_property
    def order_of_mention(self) -> Mapping[str, int]:
        """The number of each subject among all, in file order; of a graph to which nothing is added any more."""
        return {subject: number for number, subject in enumerate(self._by_subject)}

    def mentions(self, value: Term) -> list[tuple[str, str]]:
        """(subject, predicate IRI) of the statements whose object this is."""
        return self._mentions.get(value, [])

    def naming(self, iris: Container[str]) -> Iterator[tuple[str, str]]:
        """(subject, object) of the statements whose object is one of some IRIs."""
        return ((subject, value) for subject, _, value in self._triples if isinstance(value, str) and value in iris)

    def statements_of(self, path: Path) -> Iterator[tuple[str, str, Term]]:
        """The statements of one of its files, in their order."""
        wanted = self.paths.index(path)
        return (triple for triple, number in zip(self._triples, self._numbers, strict=True) if number == wanted)

    def files_of(self, subject: str) -> tuple[Path, ...]:
        """The files that say something about a subject, what is generated last."""
        return tuple(self.paths[number] for number in self._files_of.get(subject, ()))

    def place(self, subject: str, predicate: str = "", value: Term | None = None) -> Located | None:
        """Where a subject is first spoken of, or where the predicate or the object of a statement about it stands.

        What has no place of its own has that of what it is part of; None for a subject without statements.
        """
        numbers = tuple(self._files_of.get(subject, ()))
        if not numbers:
            return None
        found = [self._positions_in(number) for number in numbers]
        prefixed = "//" not in predicate and predicate.partition(":")[0] in PREFIXES
        wanted = expand(predicate) if prefixed else predicate
        for number, positions in zip(numbers, found, strict=True):
            values = [value] if value is not None else self._by_subject[subject].get(wanted, [])
            for term in values if wanted else ():
                if spots := positions.statements.get((subject, wanted, term)):
                    return Located(self.paths[number], *(spots.predicate if value is None else spots.value))
        for number, positions in zip(numbers, found, strict=True):
            if spot := positions.subjects.get(subject):
                return Located(self.paths[number], *spot)
        return Located(self.paths[numbers[0]], 0, 0)

    def spot_in(self, path: Path, subject: str) -> tuple[int, int]:
        """Line and column where a subject is first spoken of in one file; zeros where it is not."""
        return self._positions_in(self.paths.index(path)).subjects.get(subject, (0, 0))

    def _positions_in(self, number: int) -> Positions:
        """The places in one of its files, as they are when the first is asked for: not once for each of many places."""
        if number not in self._positions:
            self._positions[number] = positions_of(self.paths[number], number)
        return self._positions[number]

    def where(self, subject: str, predicate: str = "", value: Term | None = None) -> str:
        """`file:line` of a subject or of a statement about it, as far as it is known."""
        place = self.place(subject, predicate, value)
        if place is None:
            return shorten(subject)
        return f"{place.path.name}:{place.line}" if place.line else place.path.name


def read_graph(paths: Iterable[Path] | None = None) -> Graph:
    """Read Turtle files (the shipped ones by default) into one indexed graph.

    Raises TurtleSyntaxError with file:line where a file does not parse.
    """
    all_paths = in_reading_order(paths if paths is not None else shipped_paths())
    read = (read_triples(path, number) if path.suffix == ".ttl" else None for number, path in enumerate(all_paths))
    return graph_of(all_paths, content_digest(all_paths), read)


def graph_of(paths: tuple[Path, ...], digest: str, read: Iterable[Sequence[Triple] | None]) -> Graph:
    """One graph of the statements of files, in the order of `paths`, None for one that has none."""
    graph = Graph(paths, digest)
    merged = merge(paths, {number: triples for number, triples in enumerate(read) if triples is not None})
    for number, triples in merged.triples.items():
        for triple in triples:
            graph.add(triple, number)
    graph.clashes, graph.left_out = merged.clashes, merged.left_out
    return graph
