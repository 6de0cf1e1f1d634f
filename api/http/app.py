"""The HTTP service: `create_app(settings)`, or `uvicorn --factory api.app:create_app` with settings from the environment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version

from spinegraph.api.access_settings import AccessSettings
from spinegraph.api.all_settings import SETTINGS
from spinegraph.api.case_body import CaseBody
from spinegraph.api.catalogue import Catalogue
from spinegraph.api.http.access import make_access
from spinegraph.api.http.batch import BatchLine
from spinegraph.api.http.content import PassageList, ReferenceList, ScreenList
from spinegraph.api.http.coverage import CoverageList
from spinegraph.api.http.drafts import DraftBody, PreviewBody
from spinegraph.api.http.errors import install_errors
from spinegraph.api.http.examples import answer_examples
from spinegraph.api.http.health import Health
from spinegraph.api.http.hooks.router import FeedbackTaken
from spinegraph.api.http.hosts import Entrance
from spinegraph.api.http.listings import Listing
from spinegraph.api.http.metrics import Metrics, metrics_router
from spinegraph.api.http.openapi import make_document
from spinegraph.api.http.parts import include, include_routers
from spinegraph.api.http.pathways import PathwayList
from spinegraph.api.http.prepared_cases import CaseList
from spinegraph.api.http.queries import QueryList
from spinegraph.api.http.rates import Rates
from spinegraph.api.http.reception import Reception
from spinegraph.api.http.search import SearchResult
from spinegraph.api.http.served import Served, make_served
from spinegraph.api.http.service import Service
from spinegraph.api.http.sparql import QueryParameters
from spinegraph.api.http.validation_request import ValidationBody, ValidationParts
from spinegraph.api.http.witnesses import StandingPatient
from spinegraph.api.operation_settings import OperationSettings
from spinegraph.api.setting import whole_environment
from spinegraph.api.settings import Settings, load_engine, serves_own_content
from spinegraph.engine import DISCLAIMER, Decision, Engine
from spinegraph.engine.exchange.article.local import LocalText
from spinegraph.engine.exchange.cds_hooks.feedback import HookFeedback
from spinegraph.engine.exchange.cds_hooks.messages import HookAnswer, HookServices
from spinegraph.engine.exchange.decision_table.model import DecisionTable
from spinegraph.engine.exchange.description.model import Description
from spinegraph.engine.model import Answer, BriefAnswer
from spinegraph.engine.program.program import Program
from spinegraph.engine.query.dataset import DataFile
from spinegraph.engine.validation.diff.model import Difference
from spinegraph.engine.validation.reports.json import JsonReport
from starlette.middleware.gzip import GZipMiddleware

DESCRIPTION = f"""Clinical guidelines that can be queried, checked and applied.

A patient's findings go in; explained recommendations come out, each with its proof, the facts that are missing, the
changes that would turn it, and the passages of the source that state it.

{DISCLAIMER}"""

TAGS = [
    {"name": "decisions", "description": "Apply the guidelines to a patient."},
    {"name": "fhir", "description": "The same for whoever speaks FHIR R4; errors are OperationOutcomes."},
    {"name": "knowledge", "description": "The codes, rules and sources that decisions rest on."},
    {"name": "validation", "description": "Every mistake in guideline content, before a patient meets it."},
    {"name": "sparql", "description": "Ask anything of the content, the rules and their sources."},
    {"name": "assistants", "description": "Tools for language-model assistants (Model Context Protocol)."},
    {"name": "resources", "description": "Every IRI of the project, for people and for programs."},
    {"name": "hooks", "description": "CDS Hooks 2.0: cards in a clinic's own software."},
    {"name": "queries", "description": "Questions worth asking, ready to run."},
    {"name": "health", "description": "For whoever keeps the service running."},
]
SCHEMAS = (
    Answer,
    BatchLine,
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
    FeedbackTaken,
    Health,
    HookAnswer,
    HookFeedback,
    HookServices,
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


NO_TRACES = {"tracing": False, "logs": False}
"""What the framework would send to OpenTelemetry where that is configured: paths, queries and the words of errors, all of which
may hold what a patient has. Its metrics, which have templates of routes, stay."""
LEAST_COMPRESSED = 1_000
"""Bytes from which an answer is compressed for whoever accepts that."""


def create_app(
    settings: Settings | None = None,
    engine: Engine | None = None,
    data: Sequence[DataFile] = (),
    access: AccessSettings | None = None,
    environment: Mapping[str, str] | None = None,
    metrics: Metrics | None = None,
    program: Program | None = None,
) -> Service:
    """The service, ready to answer: its knowledge is loaded here, so that one which cannot be used never starts.

    Settings, those of `access` too, come from the environment and the file that it names unless given; an `engine` that is
    given is used as it is, and `program` is that of the files which the settings name, where it is compiled already. `data` are
    files of a user's own to ask SPARQL of beside the knowledge; `metrics` go on counting, and tell of who takes them over.
    Raises SettingsError, KnowledgeError.
    """
    environment = whole_environment(SETTINGS) if environment is None else environment
    settings = settings or Settings.from_environment(environment)
    access = access or AccessSettings.from_environment(environment)
    operation = OperationSettings.from_environment(environment)
    whole = engine or load_engine(settings.knowledge, environment)
    served = make_served(settings, whole, data, program if engine else whole.program, environment)
    given, metrics = metrics, metrics or Metrics()
    reception = Reception(metrics, Rates(operation.rate, operation.burst), operation.concurrency)
    own = bool(data or served.sparql.backend) or serves_own_content(settings)
    try:
        app = _application(served, reception, access, own_content=own)
    except BaseException:
        served.close()
        raise
    if given is None:
        app.take_over()
    return app


def _application(served: Served, reception: Reception, access: AccessSettings, *, own_content: bool) -> Service:
    """The application around what is served. Raises SettingsError, KnowledgeError."""
    app = Service(
        reception,
        served,
        title="Spinegraph",
        version=_version(),
        description=DESCRIPTION,
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        openapi_tags=TAGS,
        redirect_slashes=False,
        docs_url=None,
        redoc_url=None,
        telemetry=NO_TRACES,
        root_path_in_servers=not access.public_url,
        servers=[{"url": access.public_url}] if access.public_url else None,
    )
    app.state.access = make_access(access, own_content=own_content)
    install_errors(app)
    app.add_middleware(Entrance)
    app.add_middleware(GZipMiddleware, minimum_size=LEAST_COMPRESSED)
    include_routers(app, served)
    include(app, metrics_router(reception.metrics), served.tokens, ("metrics",))
    app.openapi = make_document(app, SCHEMAS, lambda: answer_examples(served.engine, served.codebook))  # type: ignore[method-assign]
    return app


def _version() -> str:
    try:
        return version("spinegraph")
    except PackageNotFoundError:
        return "0+uninstalled"
