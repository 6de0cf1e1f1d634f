"""The HTTP service: `create_app(settings)`, or `uvicorn --factory api.app:create_app` with settings from the environment."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version

from fastapi import FastAPI
from spinegraph.api.access_settings import AccessSettings
from spinegraph.api.case_body import CaseBody
from spinegraph.api.catalogue import Catalogue
from spinegraph.api.http.access import make_access
from spinegraph.api.http.assistants import assistants_router
from spinegraph.api.http.bodies import BodyLimits
from spinegraph.api.http.browse import browse_router
from spinegraph.api.http.comparison import ServedComparison, comparison_router
from spinegraph.api.http.console_files import console_router
from spinegraph.api.http.content import PassageList, PassageLists, ReferenceList, ScreenList, content_router
from spinegraph.api.http.coverage import CoverageList, coverage_router
from spinegraph.api.http.dataset import dataset_router
from spinegraph.api.http.decisions import RecordBodies, decisions_router
from spinegraph.api.http.descriptions import descriptions_router
from spinegraph.api.http.docs_page import docs_router
from spinegraph.api.http.drafts import DraftBody, PreviewBody, drafts_router
from spinegraph.api.http.errors import install_errors
from spinegraph.api.http.examples import answer_examples, understood
from spinegraph.api.http.graphs import graphs_router
from spinegraph.api.http.health import Health, health_router
from spinegraph.api.http.hosts import Entrance
from spinegraph.api.http.index import index_router
from spinegraph.api.http.knowledge import knowledge_router
from spinegraph.api.http.listings import Listing, listings_router
from spinegraph.api.http.local_text import local_text_router
from spinegraph.api.http.openapi import make_document
from spinegraph.api.http.pathways import PathwayList, pathways_router
from spinegraph.api.http.prepared_cases import CaseList, prepared_cases_router
from spinegraph.api.http.problem_types import problem_types_router
from spinegraph.api.http.queries import QueryList, queries_router
from spinegraph.api.http.resources import resources_router
from spinegraph.api.http.search import SearchResult, search_api_router
from spinegraph.api.http.search_page import search_router
from spinegraph.api.http.sparql import QueryParameters, sparql_router
from spinegraph.api.http.tables import tables_router
from spinegraph.api.http.trying import try_router
from spinegraph.api.http.validation import validation_router
from spinegraph.api.http.validation_request import ValidationBody, ValidationParts
from spinegraph.api.http.witnesses import StandingPatient, witnesses_router
from spinegraph.api.mcp.guidelines import Guidelines
from spinegraph.api.mcp_settings import McpSettings
from spinegraph.api.settings import Settings, load_engine, serves_own_content
from spinegraph.api.sparql_settings import SparqlSettings, make_query_service
from spinegraph.api.validation_settings import ValidationSettings, make_validation_service
from spinegraph.engine import DISCLAIMER, Decision, Engine, knowledge_paths, make_codebook
from spinegraph.engine.exchange.article.local import LocalText
from spinegraph.engine.exchange.decision_table.model import DecisionTable
from spinegraph.engine.exchange.description.model import Description
from spinegraph.engine.exchange.description.resource import make_describer
from spinegraph.engine.exchange.fhir.reading.record import FhirReader
from spinegraph.engine.model import Answer, BriefAnswer
from spinegraph.engine.query.dataset import DataFile
from spinegraph.engine.search.index import make_index
from spinegraph.engine.validation.diff.model import Difference
from spinegraph.engine.validation.reports.json import JsonReport
from spinegraph.engine.validation.service.layout import served_files
from starlette.middleware.gzip import GZipMiddleware

DESCRIPTION = f"""Clinical guidelines that can be queried, checked and applied.

A patient's findings go in; explained recommendations come out, each with its proof, the facts that are missing, the
changes that would turn it, and the passages of the source that state it.

{DISCLAIMER}"""

TAGS = [
    {"name": "decisions", "description": "Apply the guidelines to a patient."},
    {"name": "knowledge", "description": "The codes, rules and sources that decisions rest on."},
    {"name": "validation", "description": "Every mistake in guideline content, before a patient meets it."},
    {"name": "sparql", "description": "Ask anything of the content, the rules and their sources."},
    {"name": "assistants", "description": "Tools for language-model assistants (Model Context Protocol)."},
    {"name": "resources", "description": "Every IRI of the project, for people and for programs."},
    {"name": "queries", "description": "Questions worth asking, ready to run."},
    {"name": "health", "description": "For whoever keeps the service running."},
]
SCHEMAS = (
    Answer,
    BriefAnswer,
    CaseBody,
    CaseList,
    Catalogue,
    CoverageList,
    Decision,
    DecisionTable,
    Description,
    Difference,
    DraftBody,
    Health,
    JsonReport,
    Listing,
    LocalText,
    PassageList,
    PathwayList,
    PreviewBody,
    QueryList,
    QueryParameters,
    ReferenceList,
    ScreenList,
    SearchResult,
    ValidationBody,
    ValidationParts,
    StandingPatient,
)
"""What is sent and answered as JSON."""


LEAST_COMPRESSED = 1_000
"""Bytes from which an answer is compressed for whoever accepts that."""


def create_app(
    settings: Settings | None = None,
    engine: Engine | None = None,
    data: Sequence[DataFile] = (),
    access: AccessSettings | None = None,
) -> FastAPI:
    """The service, ready to answer: its knowledge is loaded here, so that one which cannot be used never starts.

    Settings, those of `access` too, come from the environment unless given; an `engine` that is given is used as it is;
    `data` are files of a user's own to ask SPARQL of beside the knowledge.
    Raises SettingsError, KnowledgeError.
    """
    settings = settings or Settings.from_environment()
    given = engine
    whole = given or load_engine(settings.knowledge)
    engine = whole.of_packages(settings.guideline)
    index = make_index(engine.knowledge)
    codebook = make_codebook(engine.knowledge, index)
    access = access or AccessSettings.from_environment()
    app = FastAPI(
        title="Spinegraph",
        version=_version(),
        description=DESCRIPTION,
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        openapi_tags=TAGS,
        redirect_slashes=False,
        docs_url=None,
        redoc_url=None,
        root_path_in_servers=not access.public_url,
        servers=[{"url": access.public_url}] if access.public_url else None,
    )
    sparql = SparqlSettings.from_environment()
    own = bool(data or sparql.backend) or serves_own_content(settings)
    app.state.access = make_access(access, own_content=own)
    install_errors(app)
    app.add_middleware(Entrance)
    app.add_middleware(GZipMiddleware, minimum_size=LEAST_COMPRESSED)
    cases = understood(codebook)
    app.include_router(index_router(engine.knowledge, cases))
    app.include_router(console_router())
    app.include_router(docs_router())
    app.include_router(try_router(engine, codebook, cases, settings.local))
    app.include_router(search_router(index))
    app.include_router(search_api_router(index, engine.knowledge.digest))
    app.include_router(problem_types_router())
    limits = BodyLimits(settings.max_body_bytes, settings.body_seconds)
    records = RecordBodies(FhirReader(engine.knowledge, codebook), limits._replace(max_bytes=settings.max_record_bytes))
    app.include_router(decisions_router(engine, codebook, limits, records, settings.local))
    passages = PassageLists(engine.knowledge, settings.sources)
    app.include_router(knowledge_router(engine.knowledge))
    app.include_router(listings_router(engine.knowledge))
    app.include_router(content_router(engine.knowledge, passages))
    app.include_router(coverage_router(engine.knowledge))
    app.include_router(prepared_cases_router(engine.knowledge, cases))
    app.include_router(tables_router(engine))
    app.include_router(witnesses_router(engine))
    app.include_router(pathways_router(engine, codebook, limits))
    app.include_router(local_text_router(settings.local))
    compared = ServedComparison(settings.compare, served_files(settings.knowledge)) if settings.compare else None
    app.include_router(comparison_router(compared))
    app.include_router(queries_router())
    service = make_query_service(sparql, settings.knowledge, data, None if given else whole.program)
    describer = make_describer(knowledge_paths(*settings.knowledge) if settings.knowledge else None)
    app.include_router(sparql_router(service, sparql))
    guidelines = Guidelines(engine, codebook, service, McpSettings.from_environment(), limits.max_bytes)
    app.include_router(assistants_router(guidelines, limits))
    app.include_router(resources_router(describer, passages))
    app.include_router(descriptions_router(describer))
    app.include_router(dataset_router(service, engine.knowledge))
    app.include_router(graphs_router(service, describer))
    app.include_router(browse_router(engine.knowledge, describer))
    validation = ValidationSettings.from_environment()
    validator = make_validation_service(validation, settings.knowledge)
    app.include_router(validation_router(validator, validation))
    app.include_router(drafts_router(validator, validation))
    app.include_router(health_router(engine, {"sparql": service.processes, "validation": validator.processes}))
    app.openapi = make_document(app, SCHEMAS, lambda: answer_examples(engine, codebook))  # type: ignore[method-assign]
    return app


def _version() -> str:
    try:
        return version("spinegraph")
    except PackageNotFoundError:
        return "0+uninstalled"
