"""Packages → files: of each its library as CQL text and as ELM."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from spinegraph.engine.exchange.cql.elm import write_elm
from spinegraph.engine.exchange.cql.library import make_library
from spinegraph.engine.exchange.cql.text import write_cql
from spinegraph.engine.exchange.cql.tree import Library
from spinegraph.engine.model import Knowledge
from spinegraph.engine.program.linking import ALL, Linker
from spinegraph.engine.program.relations import Relations


class Exported(NamedTuple):
    """The library of a package."""

    package: str
    library: Library

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Its files, by name: two forms of one library."""
        yield f"{self.library.name}.cql", write_cql(self.library)
        yield f"{self.library.name}.json", write_elm(self.library)


def export_packages(knowledge: Knowledge, packages: Iterable[str], versions: Mapping[str, str]) -> Iterator[Exported]:
    """The libraries of packages, by default of each that is loaded: its own rules, and of others all that bears on them, so that
    no library includes another one.

    `versions`: of packages that have one of their own. Raises VocabularyError where there is no package of a name.
    """
    linker = Linker(knowledge, Relations(knowledge))
    asked = sorted(linker.packages - {""}) or [""]
    for package in asked if ALL in (named := tuple(dict.fromkeys(packages))) or not named else named:
        linked = linker.linked(frozenset((package,)))
        version = versions.get(package) or knowledge.version
        yield Exported(package, make_library(linked, library_name(package), version))


def library_name(package: str) -> str:
    """The name of a package as FHIR asks it of libraries; what stands in no package has a name for all of it.

    >>> library_name("sore-throat"), library_name("")
    ('SoreThroat', 'Knowledge')
    """
    return "".join(word[:1].upper() + word[1:] for word in package.split("-")) or "Knowledge"
