"""What the routers of one service are made of: the knowledge, prepared once, and the services that stand on it."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from spinegraph.api.audit.writer import make_audit
from spinegraph.api.audit_settings import AuditSettings
from spinegraph.api.hooks_settings import HooksSettings
from spinegraph.api.http.auditing import Auditing
from spinegraph.api.http.bodies import BodyLimits
from spinegraph.api.http.comparison import ServedComparison
from spinegraph.api.http.content import PassageLists
from spinegraph.api.http.decisions import RecordBodies
from spinegraph.api.http.examples import PreparedCase, understood
from spinegraph.api.http.metrics import Pools
from spinegraph.api.http.tokens import Tokens, read_tokens
from spinegraph.api.mcp_settings import McpSettings
from spinegraph.api.operation_settings import OperationSettings
from spinegraph.api.settings import Part, Settings
from spinegraph.api.smart_settings import SmartSettings
from spinegraph.api.sparql_settings import SparqlSettings, make_query_service
from spinegraph.api.validation_settings import ValidationSettings, make_validation_service
from spinegraph.engine import Codebook, Engine, Knowledge, knowledge_paths, make_codebook
from spinegraph.engine.exchange.article.local import LocalText
from spinegraph.engine.exchange.description.resource import Describer, make_describer
from spinegraph.engine.exchange.fhir.reading.record import FhirReader
from spinegraph.engine.exchange.fhir.writing.definitions import Definitions
from spinegraph.engine.knowledge.build.packages import versions_of
from spinegraph.engine.knowledge.files import shipped_paths
from spinegraph.engine.model import KnowledgeVersion
from spinegraph.engine.program.program import Program
from spinegraph.engine.query.dataset import DataFile
from spinegraph.engine.query.service import QueryService
from spinegraph.engine.search.index import SearchIndex, make_index
from spinegraph.engine.validation.service.layout import served_files
from spinegraph.engine.validation.service.service import ValidationService


@dataclass(frozen=True)
class Served:
    """All of it rests on one reading of the knowledge. `queries` and `validator` start no process before they are started."""

    settings: Settings
    sparql: SparqlSettings
    validation: ValidationSettings
    assistants: McpSettings
    hooks: HooksSettings
    smart: SmartSettings
    engine: Engine
    codebook: Codebook
    index: SearchIndex
    cases: Mapping[str, PreparedCase]
    passages: PassageLists
    describer: Describer
    definitions: Definitions
    compared: ServedComparison | None
    queries: QueryService
    validator: ValidationService
    tokens: Tokens | None
    auditing: Auditing

    @property
    def pools(self) -> Pools:
        """Name of each part that has worker processes → how they are."""
        return {"sparql": self.queries.counts, "validation": self.validator.counts}

    @property
    def version(self) -> KnowledgeVersion:
        """Which knowledge it is."""
        return KnowledgeVersion(version=self.knowledge.version, digest=self.knowledge.digest)

    @property
    def knowledge(self) -> Knowledge:
        return self.engine.knowledge

    @property
    def local(self) -> LocalText:
        return self.settings.local

    @property
    def limits(self) -> BodyLimits:
        """What is read of the body of a case."""
        return BodyLimits(self.settings.max_body_bytes, self.settings.body_seconds)

    @property
    def records(self) -> RecordBodies | None:
        """How a FHIR record is read, and what is read of its body; None where that is switched off."""
        return self.record_bodies if self.offers("fhir") else None

    @cached_property
    def record_bodies(self) -> RecordBodies:
        """The same, also where it is switched off: for routers that then say so."""
        limits = self.limits._replace(max_bytes=self.settings.max_record_bytes)
        return RecordBodies(FhirReader(self.knowledge, self.codebook), limits)

    def close(self) -> None:
        """Let go of the audit store; the pools end with their routers."""
        if self.auditing.audit:
            self.auditing.audit.close()

    def offers(self, *parts: Part) -> bool:
        """Whether all of these parts of the service are switched on."""
        return not self.settings.off.intersection(parts)


def make_served(
    settings: Settings,
    whole: Engine,
    data: Sequence[DataFile] = (),
    program: Program | None = None,
    environment: Mapping[str, str] = os.environ,
) -> Served:
    """Prepare what is served of the `whole` knowledge; its further settings come from an environment.

    `program`: that of the files which SPARQL is asked of, where it is compiled already. Raises SettingsError, KnowledgeError.
    """
    engine = whole.of_packages(settings.guideline)
    paths = knowledge_paths(*settings.knowledge) if settings.knowledge else shipped_paths()
    index = make_index(engine.knowledge)
    codebook = make_codebook(engine.knowledge, index)
    sparql = SparqlSettings.from_environment(environment)
    validation = ValidationSettings.from_environment(environment)
    operation = OperationSettings.from_environment(environment)
    return Served(
        settings=settings,
        sparql=sparql,
        validation=validation,
        assistants=McpSettings.from_environment(environment),
        hooks=HooksSettings.from_environment(environment),
        smart=SmartSettings.from_environment(environment),
        engine=engine,
        codebook=codebook,
        index=index,
        cases=understood(codebook),
        passages=PassageLists(engine.knowledge, settings.sources),
        describer=make_describer(paths if settings.knowledge else None),
        definitions=Definitions(
            engine.knowledge, versions_of(knowledge_paths(*settings.knowledge) if settings.knowledge else shipped_paths())
        ),
        compared=ServedComparison(settings.compare, served_files(settings.knowledge)) if settings.compare else None,
        queries=make_query_service(sparql, settings.knowledge, data, program),
        validator=make_validation_service(validation, settings.knowledge),
        tokens=read_tokens(operation.tokens) if operation.tokens else None,
        auditing=Auditing(make_audit(AuditSettings.from_environment(environment), engine, settings.guideline)),
    )
