"""What is validated: the files, read tolerantly, so that one mistake hides no other.

A file that is no Turtle is noted in `broken` and left out; what can be read is one graph. Assembly is tried with all
of its errors collected (`failures`); `knowledge` is there only where it has none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path

from spinegraph.engine.errors import KnowledgeError, SpinegraphError
from spinegraph.engine.knowledge.build.assembly import examine
from spinegraph.engine.knowledge.build.packages import packages_of
from spinegraph.engine.knowledge.files import (
    content_digest,
    in_reading_order,
    is_apart,
    knowledge_paths,
    manifests,
    own_paths,
    read_file,
    shipped_paths,
)
from spinegraph.engine.knowledge.turtle.graph import graph_of
from spinegraph.engine.knowledge.turtle.merging import without
from spinegraph.engine.knowledge.turtle.reader import read_triples
from spinegraph.engine.knowledge.turtle.terms import Term, Text, local_name, shorten
from spinegraph.engine.model import Knowledge
from spinegraph.engine.program.strata import order_errors
from spinegraph.engine.validation.cases.files import SCREENS
from spinegraph.engine.validation.catalogue import BY_NAME
from spinegraph.engine.validation.diagnostics import Diagnostic, Place, Related, Severity
from spinegraph.engine.validation.nesting import too_deep

Triple = tuple[str, str, Term]
CASE_FOLDERS = ("cases", "tests/cases")
"""Where a folder of knowledge keeps its cases."""
TABLE = ".tsv"
TURTLE = ".ttl"
CASES = (".yaml", ".yml")
AUTHORING = ("shapes", "authoring")
"""Where shapes about content stand: they are run on it, and are no part of it."""
LARGEST_FILE = 8_000_000
"""So many bytes of one file are read."""
MOST_STATEMENTS = 200_000
"""So many statements of one file are read; all that this distribution ships has a tenth of it."""
DEEPEST = 100
"""So many brackets may stand inside each other."""


class Content:
    """Files under validation. Everything that is derived from them is made when it is first asked for."""

    def __init__(
        self,
        paths: Iterable[Path],
        *,
        focus: Iterable[Path] | None = None,
        cases: Iterable[Path] = (),
        sources: Path | None = None,
        root: Path | None = None,
        vocabulary: Iterable[str] = (),
    ) -> None:
        """`paths`: all knowledge files; `focus`: those that were asked for, None for all; `cases`: case files;
        `sources`: a folder with the documents; `root`: what file names in diagnostics are relative to, by default the
        working directory; `vocabulary`: namespaces whose properties may be used beside the known ones."""
        self.paths = in_reading_order(dict.fromkeys(paths))
        asked = None if focus is None else tuple(focus)
        self.focus = None if asked is None else frozenset((*asked, *manifests(asked).values()))
        self.cases = tuple(cases)
        self.sources = sources
        self.vocabulary = tuple(vocabulary)
        self._root = (root or Path.cwd()).absolute()
        self._holders: dict[str, str] = {}
        self.triples: dict[Path, list[Triple]] = {}
        broken: dict[Path, KnowledgeError] = {}
        for number, path in enumerate(self.paths):
            try:
                self.triples[path] = _read(path, number)
            except KnowledgeError as error:
                broken[path] = error
        self.broken: Mapping[Path, KnowledgeError] = broken
        """Files that could not be read, and why."""
        readable = [path for path in self.paths if path in self.triples]
        self.graph = graph_of(self.paths, content_digest(readable), map(self.triples.get, self.paths))
        for number, left_out in self.graph.left_out.items():
            self.triples[self.paths[number]] = list(without(self.triples[self.paths[number]], left_out))

    @cached_property
    def _assembled(self) -> tuple[Knowledge | None, tuple[KnowledgeError, ...]]:
        if self.broken:
            return None, ()
        knowledge, problems = examine(self.graph)
        errors = problems.found or tuple(order_errors(knowledge))
        return (None, errors) if errors else (knowledge, ())

    @property
    def knowledge(self) -> Knowledge | None:
        """The assembled knowledge; None where a file is broken or `failures` are in its way."""
        return self._assembled[0]

    @property
    def failures(self) -> tuple[KnowledgeError, ...]:
        """Every reason for which the content does not load; empty where a file is broken, for then nothing is tried."""
        return self._assembled[1]

    def shown(self, path: Path) -> str:
        """A path as diagnostics name it."""
        absolute = path.absolute()
        return absolute.relative_to(self._root).as_posix() if absolute.is_relative_to(self._root) else absolute.as_posix()

    def place(self, subject: str, predicate: str = "", value: Term | None = None) -> Place:
        """Where a subject is first spoken of, or the predicate (an IRI or CURIE) or object of a statement about it stands."""
        located = self.graph.place(subject, predicate, value)
        if located is None:
            return Place(file="")
        return Place(file=self.shown(located.path), line=located.line, column=located.column)

    def place_of_error(self, error: KnowledgeError) -> Place:
        """Where an error of loading lies."""
        if error.path is not None:
            return Place(file=self.shown(error.path), line=error.line, column=error.column)
        subject, predicate, value = error.about
        return self.place(subject, predicate, value if isinstance(value, str | Text) else None)

    def holder(self, node: str) -> str:
        """The named subject that a blank node is part of; a named one itself."""
        path: dict[str, None] = {}
        while node in self._parents and node not in path and node not in self._holders:
            path[node] = None
            node = self._parents[node]
        found = self._holders.get(node, node)
        self._holders.update(dict.fromkeys(path, found))
        return found

    @cached_property
    def _parents(self) -> dict[str, str]:
        triples = (triple for triples in self.triples.values() for triple in triples)
        return {value: subject for subject, _, value in triples if isinstance(value, str) and value.startswith("_:")}

    @cached_property
    def namespaces(self) -> tuple[str, ...]:
        """The namespaces that manifests declare."""
        found, _ = packages_of(self.paths)
        return tuple(package.manifest.namespace for package in found.values() if package.manifest)

    def label(self, iri: str) -> str:
        """The clinicians' label of something, or ""."""
        return self.graph.text(iri, "rdfs:label")

    def diagnose(
        self,
        name: str,
        message: str,
        subject: str = "",
        predicate: str = "",
        value: Term | None = None,
        *,
        place: Place | None = None,
        severity: Severity | None = None,
        related: Iterable[Related] = (),
        terms: Mapping[str, object] | None = None,
        **more: object,
    ) -> Diagnostic:
        """A diagnostic by its name and the key of its message in the catalogue, at the place of a statement or a given one.

        What the message speaks of are `terms`, and `more` of them as keyword arguments; what `value` names is one.
        """
        entry = BY_NAME[name]
        holder = self.holder(subject)
        named = {"value": shorten(value)} if isinstance(value, str) else {}
        return Diagnostic(
            id=entry.id,
            severity=severity or entry.severity,
            place=place or self.place(subject, predicate, value),
            subject="" if holder.startswith("_:") else shorten(holder),
            label=self.label(holder),
            property=shorten(predicate),
            message=message,
            terms={**named, **(terms or {}), **more},
            related=tuple(related),
        )

    def diagnose_error(self, error: SpinegraphError, name: str, place: Place, mend: str = "") -> Diagnostic:
        """What an error of loading, or of a case file, is as a diagnostic: it brings its own sentences."""
        subject, predicate, value = error.about if isinstance(error, KnowledgeError) else ("", "", None)
        terms = {**(error.terms if isinstance(error, KnowledgeError) else {}), "what": error.what, "mend": mend or error.mend}
        term = value if isinstance(value, str | Text) else None
        return self.diagnose(name, "", subject, predicate, term, place=place, terms=terms)

    def related(self, subject: str, message: str = "", predicate: str = "", value: Term | None = None) -> Related:
        """Another statement that a diagnostic is about."""
        return Related(subject=shorten(subject), place=self.place(subject, predicate, value), message=message)


def _read(path: Path, number: int) -> list[Triple]:
    try:
        size = path.stat().st_size
        if size > LARGEST_FILE:
            raise KnowledgeError(
                f"The file has {size:,} bytes, more than {LARGEST_FILE:,}.", mend="Split it into several files.", kind="too-large"
            )
        text = read_file(path).decode("utf-8")
    except OSError as error:
        raise KnowledgeError(
            f"The file cannot be read: {error.strerror}.", mend="Check its path and permissions.", kind="unreadable-file"
        ) from error
    except UnicodeDecodeError as error:
        raise KnowledgeError(
            f"The file is not UTF-8: byte {error.start} cannot be decoded.", mend="Save it as UTF-8.", kind="unreadable-file"
        ) from error
    if text.startswith("\ufeff") and path.suffix in (TURTLE, TABLE):
        raise KnowledgeError(
            "The file begins with a byte order mark, a character that nobody sees.",
            mend="Save it as UTF-8 without one.",
            kind="turtle-syntax" if path.suffix == TURTLE else "malformed-mapping",
            path=path,
            line=1,
            column=1,
        )
    if path.suffix != TURTLE:
        return []
    if (offset := too_deep(text, DEEPEST)) is not None:
        raise KnowledgeError(
            f"More than {DEEPEST} brackets stand inside each other.",
            mend="Give what stands inside a name of its own.",
            kind="too-large",
            path=path,
            line=text.count("\n", 0, offset) + 1,
            column=offset - text.rfind("\n", 0, offset),
        )
    return read_triples(path, number, MOST_STATEMENTS)


def read_content(
    paths: Iterable[Path] | None = None,
    knowledge: Iterable[Path] | None = None,
    *,
    sources: Path | None = None,
    root: Path | None = None,
    vocabulary: Iterable[str] = (),
) -> Content:
    """The content to validate: `paths` (files or folders; None: everything) beside the `knowledge` folders (None: shipped).

    Paths that hold a core schema of their own (core.ttl) are whole and stand alone. YAML files are case files; where no paths
    are named, those in the folders `cases` and `tests/cases` of the `knowledge` folders.
    Raises KnowledgeError where a path does not exist, or is no file of a kind that is validated.
    """
    asked = None if paths is None else _below(paths)
    if asked is not None and any(path.name == "core.ttl" for path in asked) and knowledge is None:
        base: tuple[Path, ...] = ()
    else:
        base = shipped_paths() if knowledge is None else knowledge_paths(*_existing(knowledge))
    known = {path.resolve(): path for path in base}
    given = [known.get(path.resolve(), path) for path in asked or ()]
    ours = [path for path in given if path.suffix in (TURTLE, TABLE) and path.absolute().parent.parts[-2:] != AUTHORING]
    everywhere = _case_files(knowledge or ()) if paths is None else given
    cases = [path for path in everywhere if path.suffix in CASES and path.name != SCREENS]
    return Content(
        (*base, *ours), focus=None if asked is None else given, cases=cases, sources=sources, root=root, vocabulary=vocabulary
    )


def _existing(paths: Iterable[Path]) -> tuple[Path, ...]:
    found = tuple(paths)
    for path in found:
        if not path.exists():
            raise KnowledgeError(f"{path} does not exist.", mend="Name files or folders that do.")
    return found


def _below(paths: Iterable[Path]) -> list[Path]:
    """Files as given, and what can be validated below folders."""
    found: list[Path] = []
    for path in _existing(paths):
        if path.is_dir():
            here = [
                *own_paths(path),
                *(below for below in sorted(path.rglob("*")) if below.is_file() and _is_case(below.relative_to(path))),
            ]
            if not here:
                raise KnowledgeError(f"{path} holds nothing that can be validated.", mend="Name another folder.")
            found += here
        elif path.suffix in (TURTLE, TABLE, *CASES):
            found.append(path)
        else:
            raise KnowledgeError(
                f"{path} is no file that can be validated.", mend="Name Turtle (.ttl), SSSOM (.tsv) or case files (.yaml)."
            )
    return found


def _case_files(folders: Iterable[Path]) -> list[Path]:
    """What stands where a guideline keeps its cases."""
    homes = dict.fromkeys(folder / name for folder in folders for name in CASE_FOLDERS)
    return [path for home in homes for path in sorted(home.rglob("*")) if path.is_file()]


def _is_case(path: Path) -> bool:
    """Whether a file below a folder is one of cases: neither a profile of validation, nor of a tool (.github, .pre-commit)."""
    return path.suffix in CASES and not is_apart(path)


def name_of(iri: str) -> str:
    """Short name for a message: a CURIE, or the local name of what has none."""
    return local_name(iri) if iri.startswith("_:") else shorten(iri)
