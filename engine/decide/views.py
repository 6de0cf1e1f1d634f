"""What the full and the short view show of a case that was worked out."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from typing import NamedTuple

from msgspec import UNSET, UnsetType, structs
from spinegraph.engine.criteria.node import TRUE, Explanation
from spinegraph.engine.criteria.rule import RuleNode
from spinegraph.engine.decide.applicability import ApplicabilityResult
from spinegraph.engine.decide.condition import Assessed
from spinegraph.engine.decide.recommendation import (
    PreparedRecommendation,
    decided_recommendation,
    explained_recommendation,
    shown_recommendation,
)
from spinegraph.engine.knowledge.turtle.terms import local_name
from spinegraph.engine.model import (
    QUIET,
    VERDICTS,
    Brief,
    DecidedRecommendation,
    Knowledge,
    Notice,
    NoticeCode,
    ShownPosition,
    ShownRecommendation,
    ShownTension,
    Tension,
)
from spinegraph.engine.model.shown import ShownLanguage

OF_SOURCES: tuple[NoticeCode, ...] = ("review-pending", "inferred-citation")
"""Notices about the sources, whoever the patient is; in short, the brief has the state of the sources."""


class Parts(NamedTuple):
    """A case worked out, before an answer is put together."""

    explained: Explanation
    results: list[tuple[PreparedRecommendation, ApplicabilityResult]]
    conditions: list[Assessed]
    include_all: bool
    for_patient: bool
    excluded: frozenset[str]


def recommendations_in_full(parts: Parts) -> list[DecidedRecommendation]:
    """The recommendations with their proofs, by verdict, then most urgent first."""
    by_verdict: dict[str, list[DecidedRecommendation]] = {verdict: [] for verdict in VERDICTS}
    for entry, result in parts.results:
        if parts.include_all or result.verdict not in QUIET:
            by_verdict[result.verdict].append(decided_recommendation(entry, result, parts.explained.case))
    return [shown for verdict in VERDICTS for shown in by_verdict[verdict]]


def recommendations_in_short(
    parts: Parts, brief: Brief, explained: Container[str], reaching: Container[str], in_briefs: Container[str]
) -> list[ShownRecommendation]:
    """The recommendations that can stand in a brief, or that are to be explained (`explained`: ids), by verdict.

    `in_briefs`: IRIs of the former; `reaching`: those that answers can still bring into this brief. Of what is undetermined, only
    these are shown.
    """
    standing = {rule for line in (*brief.do, *brief.avoid) for rule in line.recommendations}
    by_verdict: dict[str, list[ShownRecommendation]] = {verdict: [] for verdict in VERDICTS}
    for entry, result in parts.results:
        places = reaching if result.verdict == "undetermined" else in_briefs
        if entry.rule.id in explained:
            by_verdict[result.verdict].append(explained_recommendation(entry, result, parts.explained.case))
        elif result.verdict not in QUIET and entry.rule.iri in places:
            open_ = entry.applicability.in_short(parts.explained, result.verdict)
            by_verdict[result.verdict].append(shown_recommendation(entry, open_, parts.explained.case, entry.rule.id in standing))
    return [shown for verdict in VERDICTS for shown in by_verdict[verdict]]


def number_further(parts: Parts, shown: Sequence[ShownRecommendation]) -> int:
    """How many more apply or may apply than are shown."""
    live = sum(result.verdict not in QUIET for _, result in parts.results)
    return live - sum(entry.verdict not in QUIET for entry in shown)


def shown_tensions(tensions: Iterable[tuple[str, RuleNode, Tension]], parts: Parts) -> Iterator[ShownTension]:
    """The tensions that hold for a case, each given with its package and node, with the verdict of every position."""
    verdicts = {entry.rule.iri: result.verdict for entry, result in parts.results}
    for package, node, tension in tensions:
        if package not in parts.excluded and node.truth(parts.explained) & TRUE:
            positions = [
                ShownPosition(
                    label=position.label,
                    recommendation=local_name(position.recommendation),
                    verdict=verdicts.get(position.recommendation, ""),
                    passages=position.passages,
                )
                for position in tension.positions
            ]
            yield ShownTension(
                id=tension.id, iri=tension.iri, label=tension.label, handling=tension.handling, positions=tuple(positions)
            )


def tensions_in_short(tensions: Iterable[ShownTension], brief: Brief) -> Iterator[ShownTension]:
    """The tensions without how they are handled; their live positions where one of them stands in the brief."""
    standing = {rule for line in (*brief.do, *brief.avoid) for rule in line.recommendations}
    standing.update(other.recommendation for other in brief.level_if)
    for tension in tensions:
        reaching = any(position.recommendation in standing for position in tension.positions)
        live = [position for position in tension.positions if reaching and position.verdict not in (*QUIET, "")]
        positions = tuple([structs.replace(position, passages=()) for position in live])
        yield ShownTension(id=tension.id, label=tension.label, positions=positions)


def notices_in_short(notices: Iterable[Notice]) -> Iterator[Notice]:
    """The notices about the patient."""
    return (notice for notice in notices if notice.code not in OF_SOURCES)


def shown_language(knowledge: Knowledge) -> ShownLanguage | UnsetType:
    """In which language answers of a knowledge are; of English ones nothing is said."""
    return ShownLanguage(language=knowledge.language, in_english=knowledge.in_english) if knowledge.language else UNSET
