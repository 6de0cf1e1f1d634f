"""What is served below /fhir: the one list of types and operations, from which the CapabilityStatement is made.

Whoever adds a path below /fhir adds its line here.
"""

from __future__ import annotations

from typing import NamedTuple

from spinegraph.engine.exchange.fhir.writing.codings import CANONICAL as OWN

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
    """A type of resource, what it is here, one of its ids, and what can be done with it (value set
    `type-restful-interaction`)."""

    type: str
    says: str
    example: str = ""
    interactions: tuple[str, ...] = ("read", "search-type")
    search: tuple[SearchParameter, ...] = ()
    operations: tuple[ServedOperation, ...] = ()


BY_ID = SearchParameter("_id", "token", "Ids, with commas.")
BY_URL = SearchParameter("url", "uri", "The canonical URL.")
BY_NAME = SearchParameter("name", "string", "How the name or the title begins.")
CANONICAL = (BY_ID, BY_URL, BY_NAME)
A_FILE, A_RULE = "Spinegraph-elm", "lumbar-mri-in-suspected-cauda-equina"
APPLY = ServedOperation(
    "apply",
    "http://hl7.org/fhir/OperationDefinition/PlanDefinition-apply",
    "A record in, a Bundle with what is proposed out: CarePlan, RequestGroup, drafts of orders, GuidanceResponse.",
)

DEFINITIONS: tuple[ServedType, ...] = (
    ServedType(
        "PlanDefinition", "One for each package and each recommendation; it applies where the CQL says so.", A_RULE,
        search=CANONICAL, operations=(APPLY,),
    ),
    ServedType("ActivityDefinition", "The order that a recommendation proposes.", A_RULE, search=CANONICAL),
    ServedType("Library", "The rules of a package, as CQL and ELM.", "Spinegraph", search=CANONICAL),
    ServedType("CodeSystem", "Our codes.", "spinegraph", search=CANONICAL),
    ServedType("ValueSet", "A concept with all that is narrower.", "finding-fever", search=CANONICAL),
    ServedType("ConceptMap", "How our codes are to those of other systems.", "mappings", search=CANONICAL),
    ServedType("DocumentReference", "A source: its passages and review status.", "000", search=(BY_ID,)),
)  # fmt: skip
"""What follows from the knowledge alone."""

FORMS = ServedType(
    "Questionnaire",
    "What the guidelines ask: of all packages (`all`), of one, or one screen (`screen-` and its id); `.patient` and the code of "
    "a language at the end of an id choose the words.",
    "all",
    search=CANONICAL,
    operations=(
        ServedOperation(
            "populate",
            "http://hl7.org/fhir/uv/sdc/OperationDefinition/Questionnaire-populate",
            "What a record answers of a form.",
        ),
        ServedOperation("next", f"{OWN}OperationDefinition/Questionnaire-next", "What is asked next of a patient."),
    ),
)

SERVED: tuple[ServedType, ...] = (
    *DEFINITIONS,
    FORMS,
    ServedType("Binary", "A file of a Library as it is, in its own media type.", A_FILE, interactions=("read",)),
)
