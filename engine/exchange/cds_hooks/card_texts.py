"""Words of cards: Markdown in which nothing that somebody sent is markup."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from spinegraph.engine.exchange.article.rendering import escape_markdown
from spinegraph.engine.messages import Messages
from spinegraph.engine.model import Brief, BriefAction, Knowledge, Proof, Recommendation
from spinegraph.engine.model.account import AttentionNote, InputAccount

MOST_NOTES = 3
"""So many notes on the record stand in a card; its extension counts all."""
MOST_MISSING = 4
MOST_FACTS = 8


def section(title: str, lines: Iterable[str]) -> str:
    """A heading with a list below it; nothing where there is no line."""
    items = "\n".join(f"- {escape_markdown(line)}" for line in lines)
    return f"**{escape_markdown(title)}**\n\n{items}" if items else ""


def joined(*parts: str) -> str:
    """Paragraphs, those that are not empty."""
    return "\n\n".join(part for part in parts if part)


def action_lines(lines: Sequence[BriefAction]) -> Iterator[str]:
    """Lines of a brief with what to know before they are followed, and the passages that state them."""
    for line in lines:
        passages = f" [{', '.join(line.passages[:2])}]" if line.passages else ""
        yield f"{line.text}{f' ({line.caution})' if line.caution else ''}{passages}"


def footing(brief: Brief) -> str:
    """How far it has been reviewed, and what it is not."""
    return f"_{escape_markdown(brief.disclaimer)}_"


def notes_on_the_record(account: InputAccount | None, missing: Mapping[str, str], say: Messages) -> str:
    """What a clinician has to know of how the record was read."""
    attention: Sequence[AttentionNote] = account.attention if account else ()
    lines = [f"{one.text} ({one.resource})" if one.resource else one.text for one in attention[:MOST_NOTES]]
    if len(attention) > MOST_NOTES:
        lines.append(say("and {count} more", count=len(attention) - MOST_NOTES))
    if missing:
        named = ", ".join(sorted(missing)[:MOST_MISSING]) + (" …" if len(missing) > MOST_MISSING else "")
        lines.append(say("Not known, because it was not to be had: {names}.", names=named))
    return section(say("Of the record"), lines)


def facts_of(proof: Proof) -> Iterator[dict[str, object]]:
    """The facts on which it rests that something holds: the leaves of a proof that are true."""
    if proof.truth != "true":
        return
    if proof.fact is not None:
        fact = proof.fact
        value = {"value": fact.value} if fact.value is not None else {"choice": fact.choice} if fact.choice else {}
        yield {"code": fact.code, "state": fact.state, **value, **({"at": fact.at} if fact.at else {})}
    for child in proof.children:
        yield from facts_of(child)


def source_label(rules: Sequence[Recommendation], knowledge: Knowledge) -> str:
    """The titles of the documents that state rules, each once."""
    titles = [knowledge.sources[iri].title for iri in dict.fromkeys(rule.source for rule in rules if rule.source)]
    return "; ".join(titles) or "Spinegraph"
