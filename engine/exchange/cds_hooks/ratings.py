"""Ratings of orders by appropriate use criteria, as the Argonaut guide for PAMA has them (argonautproject/cds-hooks-for-pama).

An order is `appropriate` where a recommendation for it applies without reserve and none against it stands, `not-appropriate`
where it is the other way round, and `no-criteria-apply` where it is settled that none of those that speak of it applies.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from spinegraph.engine.errors import VocabularyError, shortened
from spinegraph.engine.exchange.cds_hooks.bars import OPEN, Speaking
from spinegraph.engine.exchange.cds_hooks.cards import Told
from spinegraph.engine.exchange.cds_hooks.messages import CardAction
from spinegraph.engine.exchange.cds_hooks.orders import Draft
from spinegraph.engine.messages import noted
from spinegraph.engine.model import Knowledge, Recommendation, Verdict

ARGONAUT = "http://fhir.org/argonaut/"
RATING = f"{ARGONAUT}Extension/pama-rating"
RATINGS_SYSTEM = f"{ARGONAUT}CodeSystem/pama-rating"
Rating = Literal["appropriate", "not-appropriate", "no-criteria-apply"]
TEXTS: Mapping[Rating, str] = {
    "appropriate": noted("Rated: appropriate"),
    "not-appropriate": noted("Rated: not appropriate"),
    "no-criteria-apply": noted("Rated: no criteria apply"),
}


class RatingOptions(NamedTuple):
    """Codes of the interventions whose orders are rated, those that are narrower, too; and the identifier that CMS has given to
    this mechanism, or ""."""

    interventions: tuple[str, ...] = ()
    mechanism: str = ""


class Ratings:
    """Rates orders with one knowledge."""

    def __init__(self, knowledge: Knowledge, speaking: Speaking, options: RatingOptions) -> None:
        """Raises VocabularyError where there is no intervention of a code."""
        iris = {one.code: iri for iri, one in knowledge.interventions.items()}
        for code in options.interventions:
            if code not in iris:
                raise VocabularyError(
                    f"There is no intervention {shortened(code)}.", mend="`spinegraph codes` lists the codes of interventions."
                )
        self._rated = tuple(iris[code] for code in options.interventions)
        self._mechanism = options.mechanism
        self._speaking = speaking

    def is_rated(self, draft: Draft) -> bool:
        """Whether a draft is one of those that are to be rated, if they can be."""
        is_service = draft.name.startswith("ServiceRequest/")
        return is_service and any(self._speaking.is_within(iri, self._rated) for iri in draft.interventions)

    def actions(self, draft: Draft, told: Told) -> Iterator[CardAction]:
        """The rating of a draft that is rated, as the change of it that a client makes by itself; nothing where it is open."""
        about = self._speaking.about_order(draft.interventions, told.verdicts)
        rating, applied = rate(about, told.verdicts)
        if rating is None:
            return
        resource = draft.resource
        given = resource.get("extension", [])
        if not isinstance(given, list):
            return  # what is no FHIR is not written back as if it were
        kept = [one for one in given if not (isinstance(one, dict) and str(one.get("url", "")).startswith(RATING))]
        resource["extension"] = [*kept, *self._extensions(rating, applied, told.card_id("rating", draft.name))]
        yield CardAction(type="update", description=told.say(TEXTS[rating]), resource=resource)

    def _extensions(self, rating: Rating, applied: Recommendation | None, call: str) -> Iterator[dict[str, Any]]:
        yield {"url": RATING, "valueCodeableConcept": {"coding": [{"system": RATINGS_SYSTEM, "code": rating}]}}
        if self._mechanism:
            yield {"url": f"{RATING}-qcdsm-consulted", "valueString": self._mechanism}
        yield {"url": f"{RATING}-consult-id", "valueUri": f"urn:uuid:{call}"}
        if applied is not None:
            yield {"url": f"{RATING}-auc-applied", "valueUri": applied.iri}


def rate(about: Sequence[Recommendation], verdicts: Mapping[str, Verdict]) -> tuple[Rating | None, Recommendation | None]:
    """The rating of an order that recommendations speak of, and the one by which it is; None where it cannot be told.

    It is the best that can be said of what is known, as the guide has it: what is merely not known of another recommendation does
    not take back one that applies, but where none applies it leaves open whether criteria do.
    """
    applying = [rule for rule in about if verdicts[rule.id] == "indicated"]
    directions = {rule.direction for rule in about if verdicts[rule.id] in ("indicated", "provisional", "conflicting")}
    if applying and len(directions) == 1:
        return ("appropriate" if directions == {"for"} else "not-appropriate"), applying[0]
    if any(verdicts[rule.id] in OPEN or verdicts[rule.id] == "indicated" for rule in about):
        return None, None
    return "no-criteria-apply", None
