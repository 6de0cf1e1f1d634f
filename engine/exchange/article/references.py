"""Numbers the citations of an article in order of use, and lists the passages and documents on which it rests."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from spinegraph.engine.exchange.article.model import (
    Block,
    FirstPage,
    Group,
    PassageEntry,
    ReferenceEntry,
    Section,
    SourceEntry,
    Statement,
)
from spinegraph.engine.model import Knowledge


class Numbering:
    """Gives each printed citation of each source a number of our own when it is first used.

    Two printed numbers are never merged, even where they seem to mean the same work: what they mean is inferred.
    """

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self._passages = {passage.id: passage for passage in knowledge.passages.values()}
        self._numbers: dict[tuple[str, int], int] = {}
        self._used: dict[str, None] = {}

    def first(self, page: FirstPage) -> FirstPage:
        """The first page, numbered."""
        blocks = (msgspec.structs.replace(block, statements=self.statements(block.statements)) for block in page.blocks)
        return msgspec.structs.replace(page, headline=self._statement(page.headline), blocks=tuple[Block, ...](blocks))

    def statements(self, statements: Iterable[Statement]) -> tuple[Statement, ...]:
        """The same statements, numbered."""
        return tuple(map(self._statement, statements))

    def sections(self, sections: Iterable[Section]) -> tuple[Section, ...]:
        """The same sections, numbered in reading order."""
        return tuple(map(self._section, sections))

    def references(self) -> tuple[ReferenceEntry, ...]:
        """An entry for every number given so far, in order."""
        mapped = {(mapping.source, mapping.number): mapping for mapping in self._knowledge.citations}
        entries = []
        for (source, printed), number in self._numbers.items():
            mapping = mapped.get((source, printed))
            found = self._knowledge.references.get(mapping.reference) if mapping and mapping.reference else None
            entries.append(
                ReferenceEntry(
                    number=number,
                    source=self._knowledge.sources[source].number,
                    printed=printed,
                    title=found.title if found else "",
                    publisher=found.publisher if found else "",
                    year=found.year if found else None,
                    confidence=mapping.confidence if mapping and found else "none",
                    note=mapping.note if mapping else "",
                )
            )
        return tuple(entries)

    def used(self) -> frozenset[str]:
        """Ids of the passages that the statements numbered so far rest on."""
        return frozenset(self._used)

    def passages(self, *, for_patient: bool) -> tuple[PassageEntry, ...]:
        """The passages used so far, in the order of the documents."""
        used = sorted((self._passages[name] for name in self._used), key=lambda passage: passage.id)
        return tuple(
            PassageEntry(
                id=passage.id,
                iri=passage.iri,
                source=self._knowledge.sources[passage.source].number,
                section=passage.section,
                paraphrase="" if for_patient else passage.paraphrase,
                citations=self._citations(passage.id),
            )
            for passage in used
        )

    def sources(self) -> tuple[SourceEntry, ...]:
        """The sources of everything numbered so far, by number; all of them where none was numbered."""
        used = {self._passages[name].source for name in self._used}
        found = [source for iri, source in self._knowledge.sources.items() if iri in used or not used]
        return tuple(
            SourceEntry(**{field: getattr(source, field) for field in SourceEntry.__struct_fields__})
            for source in sorted(found, key=lambda source: source.number)
        )

    def _section(self, section: Section) -> Section:
        groups = tuple(map(self._group, section.groups))
        return msgspec.structs.replace(section, groups=groups, sections=self.sections(section.sections))

    def _group(self, group: Group) -> Group:
        heading = self._statement(group.heading) if group.heading else None
        return msgspec.structs.replace(group, heading=heading, statements=self.statements(group.statements))

    def _statement(self, statement: Statement) -> Statement:
        self._used.update(dict.fromkeys(statement.passages))
        numbers = dict.fromkeys(number for name in statement.passages for number in self._citations(name))
        return msgspec.structs.replace(statement, citations=tuple(numbers), parts=self.statements(statement.parts))

    def _citations(self, name: str) -> tuple[int, ...]:
        passage = self._passages[name]
        return tuple(self._numbers.setdefault((passage.source, printed), len(self._numbers) + 1) for printed in passage.citations)
