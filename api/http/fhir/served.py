"""What is served below /fhir: the one list of types and operations, from which the CapabilityStatement is made.

Whoever adds a path below /fhir adds its line here.
"""

from __future__ import annotations

from typing import NamedTuple

from spinegraph.engine.exchange.fhir.writing.codings import CANONICAL

CHANGED = "2026-11-30"
"""When this list was last changed: the date of the statement that is made of it."""


class SearchParameter(NamedTuple):
    """A parameter by which a type is searched; `type` as R4 has it (value set `search-param-type`)."""

    name: str
    type: str
    says: str


class ServedOperation(NamedTuple):
    """An operation, `$` left out, with the URL of its definition."""

    name: str
    definition: str
    says: str


class ServedType(NamedTuple):
    """A type of resource, what can be done with it (value set `type-restful-interaction`), and what it is here."""

    type: str
    says: str
    interactions: tuple[str, ...] = ("read", "search-type")
    search: tuple[SearchParameter, ...] = ()
    operations: tuple[ServedOperation, ...] = ()


SERVED: tuple[ServedType, ...] = (
    ServedType(
        "Questionnaire",
        "What the guidelines ask: of all packages (`all`), of one, or one screen (`screen-` and its id); `.patient` and the code "
        "of a language at the end of an id choose the words.",
        search=(
            SearchParameter("_id", "token", "The id of a form."),
            SearchParameter("url", "uri", "The canonical URL of a form."),
        ),
        operations=(
            ServedOperation(
                "populate",
                "http://hl7.org/fhir/uv/sdc/OperationDefinition/Questionnaire-populate",
                "What a record answers of a form.",
            ),
            ServedOperation("next", f"{CANONICAL}OperationDefinition/Questionnaire-next", "What is asked next of a patient."),
        ),
    ),
)
