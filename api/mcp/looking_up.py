"""The tools that are about no patient: `find_codes` and `query`."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Annotated, Literal

from msgspec import Meta
from spinegraph.api.listings import Entry, Listed, search
from spinegraph.api.mcp.answers import FoundCode, FoundCodes, Matched, Place, QueryAnswer
from spinegraph.api.mcp.guidelines import Guidelines
from spinegraph.api.problems import ParameterError, PartOffError
from spinegraph.engine import Knowledge
from spinegraph.engine.knowledge.words import unshown_character
from spinegraph.engine.model import Frozen, doc
from spinegraph.engine.query.messages import Question
from spinegraph.engine.query.results import MediaTypes, too_large
from spinegraph.engine.search.words import plain

Kind = Literal["any", "finding", "measurement", "coded", "intervention", "condition", "rule", "tension"]
LISTINGS = ("findings", "measurements", "coded", "interventions", "conditions", "rules", "tensions")
"""Those that are searched: what a case can have, first."""
SHORTEST_WORD = 3
"""Letters of a word that counts where nothing has all the words."""
ASSISTANTS = "assistants"
"""The client, as which a query is asked."""
WANTED = MediaTypes(select="text/tab-separated-values", ask="application/sparql-results+json", graph="text/turtle")


class FindCodes(Frozen, frozen=True, kw_only=True):
    """What `find_codes` is asked."""

    text: Annotated[str, Meta(description="Words of a clinician or of a patient, such as the user's own.", max_length=200)]
    kind: Annotated[Kind, doc("What kind of thing is looked for.")] = "any"
    limit: Annotated[int, Meta(description="How many are listed at most.", ge=1, le=50)] = 10


class Query(Frozen, frozen=True, kw_only=True):
    """What `query` is asked."""

    query: Annotated[str, doc("A SPARQL 1.1 query: SELECT, ASK, CONSTRUCT or DESCRIBE; it declares its own prefixes.")]


def find_codes(guidelines: Guidelines, asked: FindCodes) -> FoundCodes:
    """The codes that have the words, or else some of them. Raises ParameterError."""
    if unshown := unshown_character(asked.text):
        raise ParameterError(f"'text' has a character that nobody can read: {unshown}.", where="/text", mend="Take it out.")
    names = [name for name in LISTINGS if asked.kind in ("any", name.removesuffix("s"))]
    entries = [entry for name in names for entry in guidelines.entries[name]]
    words = tuple(plain(asked.text).split())
    matched, listed = _found(entries, words) if words else ("none", [])
    codes = [entry.listed.code for entry in entries]
    return FoundCodes(
        matched=matched,
        total=len(listed),
        found=tuple(_code(one, guidelines.engine.knowledge) for one in listed[: asked.limit]),
        nearest=() if listed else tuple(get_close_matches("_".join(words), codes, n=5, cutoff=0.5)),
        **guidelines.of_itself,
    )


def _found(entries: list[Entry], words: tuple[str, ...]) -> tuple[Matched, list[Listed]]:
    """What has all the words; where nothing has, what has the beginnings of the rarest."""
    if listed := search(entries, words):
        return "all", listed
    telling = [word for word in words if len(word) >= SHORTEST_WORD]
    having = {word: [number for number, entry in enumerate(entries) if f" {word}" in f" {entry.names}"] for word in telling}
    weights: dict[int, float] = {}
    for numbers in having.values():
        for number in numbers:
            weights[number] = weights.get(number, 0.0) + 1 / len(numbers)
    some = [entries[number].listed for number in sorted(weights, key=lambda number: (-weights[number], number))]
    return ("some" if some else "none"), some


def _code(listed: Listed, knowledge: Knowledge) -> FoundCode:
    measurement = knowledge.measurements.get(listed.iri)
    return FoundCode(
        code=listed.code,
        kind=listed.kind,
        label=listed.label,
        patient_label=listed.patient_label,
        definition=listed.definition,
        goes_in=tuple(_places(listed, knowledge)),
        unit=listed.unit,
        minimum=measurement.minimum if measurement else None,
        maximum=measurement.maximum if measurement else None,
        choices=listed.choices,
    )


def _places(listed: Listed, knowledge: Knowledge) -> Iterable[Place]:
    """Where a case may have it."""
    finding = knowledge.findings.get(listed.iri)
    if finding is not None:
        return () if finding.derived_only else ("present", "absent")
    if listed.iri in knowledge.measurements:
        return ("measurements",)
    if listed.iri in knowledge.coded:
        return ("coded",)
    return ("performed", "taking", "not_performed", "not_taking") if listed.iri in knowledge.interventions else ()


async def query(guidelines: Guidelines, asked: Query) -> QueryAnswer:
    """The answer of the confined workers, whole or not at all. Raises QueryError and subclasses.

    All assistants are one client: the SDK does not tell them apart.
    """
    if guidelines.queries is None:
        raise PartOffError("'sparql' is switched off here.", mend="Look codes up with the other tools.")
    written = await guidelines.queries.answer(Question(query=asked.query, wanted=WANTED), ASSISTANTS)
    most = guidelines.settings.max_answer_bytes
    if len(written.body) > most:
        raise too_large("max_answer_bytes", most, "bytes")
    return QueryAnswer(
        kind=written.kind, media_type=written.media_type, answer=written.body.decode("utf-8"), **guidelines.of_itself
    )
