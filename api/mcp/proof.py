"""The tool `explain`: one proof in words, with the passages that state its parts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated

from spinegraph.api.mcp.answers import Explanation, Step
from spinegraph.api.mcp.deciding import OfPackages, engine_asked, names_of
from spinegraph.api.mcp.guidelines import Guidelines, attribution
from spinegraph.api.problems import ParameterError
from spinegraph.engine import Case, Proof
from spinegraph.engine.decide.proofs import carrying
from spinegraph.engine.errors import VocabularyError
from spinegraph.engine.model import Fact, FactState, doc

STATES: Mapping[FactState, str] = {
    "present": "present",
    "absent": "absent",
    "unknown": "not known",
    "contradictory": "recorded both ways",
    "known": "known",
}


class Explain(OfPackages, frozen=True, kw_only=True):
    """What `explain` is asked."""

    recommendation: Annotated[str, doc("Id of a recommendation, from `do`, `avoid`, `what_if`, `tensions` or `find_codes`.")]


def explain(guidelines: Guidelines, asked: Explain, case: Case) -> Explanation:
    """Why a recommendation came out as it did, whatever its verdict. Raises ParameterError for an unknown id or package."""
    engine_asked(guidelines, asked)
    try:
        answer = guidelines.engine.answer(case, (asked.recommendation,), packages=asked.guideline)
    except VocabularyError as error:
        raise ParameterError(error.what, where="/recommendation", mend=error.mend) from error
    entry = next(entry for entry in answer.recommendations if entry.id == asked.recommendation)
    # What is explained has all members; only in the short view of others some are left out.
    whole = {name: getattr(entry, name) for name in ("verdict", "direction", "modality", "urgency")}
    proof = entry.explanation
    if not isinstance(proof, Proof):
        raise TypeError(f"{entry.id} has no proof.")
    knowledge = guidelines.engine.knowledge
    names = names_of(knowledge, case.audience)
    steps = tuple(_steps(proof, names))
    ids = [*entry.passages, *(id_ for step in steps for id_ in step.passages)]
    return Explanation(
        recommendation=entry.id,
        label=entry.label,
        text=entry.text,
        source=entry.source,
        proof=steps,
        overridden_by=entry.overridden_by,
        left_open_by=entry.left_open_by,
        missing=entry.missing,
        changes_if=entry.flips,
        changes_complete=bool(entry.flips_complete),
        passage_ids=entry.passages,
        passages=guidelines.stated(ids, case.audience),
        **whole,
        **attribution(answer.brief),
    )


def _steps(proof: Proof, names: Mapping[str, str], depth: int = 0) -> Iterator[Step]:
    """What is below a node and makes its truth what it is, from the top; a passage stands at the innermost part that has it."""
    for child in proof.children:
        if child.truth in carrying(proof):
            within = {passage for part in child.children for passage in part.passages}
            own = tuple(passage for passage in child.passages if passage not in within)
            yield Step(depth=depth, text=_text(child, names), truth=child.truth, passages=own)
            yield from _steps(child, names, depth + 1)


def _text(node: Proof, names: Mapping[str, str]) -> str:
    """`urinary retention present`, `age > 50 years (54)`, `weakness present (not known)`."""
    fact = node.fact
    if fact is None:
        return node.label or node.operator
    if fact.value is not None:
        return f"{node.label} ({fact.value:g})"
    state = STATES[fact.state]
    text = node.label if node.label.endswith(f" {state}") else f"{node.label} ({state})"
    return text + _origin(fact, names)


def _origin(fact: Fact, names: Mapping[str, str]) -> str:
    """What a fact follows from that was not recorded itself."""
    derived = fact.basis == "derived" and fact.code not in fact.through
    through = [names[code] for code in fact.through if code in names] if derived else []
    return f", from {', '.join(through)}" if through else ""
