"""The resources: a passage, a rule and a document, by the ids that answers name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from difflib import get_close_matches
from typing import Annotated, Any

import msgspec
from mcp.server.mcpserver import MCPServer
from mcp.shared.exceptions import MCPError
from mcp_types import INVALID_PARAMS
from spinegraph.api.listings import Listed
from spinegraph.api.mcp.answers import Attributed, PassageContent, Passages
from spinegraph.api.mcp.guidelines import Guidelines
from spinegraph.api.problems import UnknownResourceError, members_of
from spinegraph.engine.errors import shortened
from spinegraph.engine.exchange.description.criteria import CriterionWriter
from spinegraph.engine.exchange.description.model import CriterionInWords
from spinegraph.engine.knowledge.showing import with_neighbours
from spinegraph.engine.model import Source, doc

JSON = "application/json"
MOST_NEAR = 3


class RuleContent(Attributed, frozen=True, kw_only=True):
    """A rule, its criterion in words, and what states it."""

    rule: Annotated[Listed, doc("The rule.")]
    reading: Annotated[str, doc("What of it is an interpretation of ours, and why.")]
    scope: Annotated[tuple[str, ...], doc("Of whom it speaks: a criterion in lines; what is deeper is indented.")]
    criterion: Annotated[tuple[str, ...], doc("When it holds, likewise.")]
    passages: Passages


class SourceContent(Attributed, frozen=True, kw_only=True):
    """A document."""

    source: Annotated[Source, doc("The document, with its review status as printed.")]


def add_resources(server: MCPServer, guidelines: Guidelines) -> None:
    """Give a server the resources of one knowledge."""
    content = Content(guidelines)

    def passage(id: str) -> str:  # noqa: A002 (named as in the URI)
        return _read("passage", id, guidelines.passages, content.passage)

    def rule(id: str) -> str:  # noqa: A002
        return _read("rule", id, content.rules, content.rule)

    def source(number: str) -> str:
        return _read("source", number, content.sources, content.source)

    for uri, read, title, description in (
        ("passage/{id}", passage, "Passage", "What a document states at one place, in our words, with its neighbours."),
        ("rule/{id}", rule, "Rule", "A rule or a tension: what it says, when it holds, and the passages that state it."),
        ("source/{number}", source, "Document", "A document: title, publisher, date, review status, disclaimer."),
    ):
        name = uri.partition("/")[0]
        server.resource(f"spinegraph://{uri}", name=name, title=title, description=description, mime_type=JSON)(read)
    for number, one in content.sources.items():
        uri, title = f"spinegraph://source/{number}", f"{one.title} ({one.review_status})"
        add = server.resource(uri, name=f"source-{number}", title=title, description=one.title_question, mime_type=JSON)
        add(_of(content.source, number))


class Content:
    """What the resources of one knowledge say, as JSON."""

    def __init__(self, guidelines: Guidelines) -> None:
        knowledge = guidelines.engine.knowledge
        self._guidelines = guidelines
        self._writer = CriterionWriter(knowledge)
        self.rules = {rule.id: rule for rule in knowledge.rules.values()}
        self.sources = {source.number: source for source in knowledge.sources.values()}

    def passage(self, id_: str) -> bytes:
        """A PassageContent."""
        passages = self._guidelines.passages
        found = {one.id: one for one in with_neighbours(passages, (id_,), 1)}
        asked = found.pop(id_)
        return msgspec.json.encode(PassageContent(passage=asked, neighbours=tuple(found.values()), **self._guidelines.of_itself))

    def rule(self, id_: str) -> bytes:
        """A RuleContent."""
        rule, guidelines = self.rules[id_], self._guidelines
        listed = next(
            entry.listed for name in ("rules", "tensions") for entry in guidelines.entries[name] if entry.listed.code == id_
        )
        scope, criterion = (
            tuple(_lines(self._writer.tree(one, expand_named=True))) if one else () for one in (rule.scope, rule.criterion)
        )
        return msgspec.json.encode(
            RuleContent(
                rule=listed,
                reading=rule.reading,
                scope=scope,
                criterion=criterion,
                passages=guidelines.stated(rule.passages, "clinician"),
                **guidelines.of_itself,
            )
        )

    def source(self, number: str) -> bytes:
        """A SourceContent."""
        return msgspec.json.encode(SourceContent(source=self.sources[number], **self._guidelines.of_itself))


def _of(write: Callable[[str], bytes], name: str) -> Callable[[], str]:
    return lambda: write(name).decode()


def _read(kind: str, name: str, known: Any, write: Callable[[str], bytes]) -> str:
    """The content of a name. Raises MCPError with the problem, and the nearest names, where there is none."""
    if name in known:
        return write(name).decode()
    near = get_close_matches(name, known, n=MOST_NEAR, cutoff=0.5)
    error = UnknownResourceError(
        f"There is no {kind} {shortened(name)}." + (f" Nearest: {', '.join(near)}." if near else ""),
        where=f"spinegraph://{kind}/",
        mend="Use an id that an answer names, or one that find_codes finds.",
        details={"nearest": [f"spinegraph://{kind}/{one}" for one in near]},
    )
    raise MCPError(code=INVALID_PARAMS, message=f"{error.what} {error.mend}", data=members_of(error))


def _lines(item: CriterionInWords, depth: int = 0) -> Iterator[str]:
    """A criterion and what it is made of, a line each."""
    joint = f" ({item.joint})" if item.joint else ""
    passages = f" [{', '.join(one.text for one in item.passages)}]" if item.passages else ""
    yield f"{'  ' * depth}{item.text}{joint}{passages}"
    for child in item.children:
        yield from _lines(child, depth + 1)
