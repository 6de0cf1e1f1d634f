"""The making of the service that `spinegraph serve` runs, at its start and whenever its knowledge is read again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace

from spinegraph.api.access_settings import AccessSettings
from spinegraph.api.http.app import create_app
from spinegraph.api.http.metrics import Metrics
from spinegraph.api.http.service import Service
from spinegraph.api.setting import SettingsError
from spinegraph.api.settings import Settings, load_engine
from spinegraph.api.sparql_settings import parse_data_option
from spinegraph.engine import Knowledge
from spinegraph.engine.errors import KnowledgeError
from spinegraph.engine.knowledge.frozen import FrozenFolders
from spinegraph.engine.knowledge.placeholders import texts_to_write


@dataclass(frozen=True)
class Opening:
    """All that a service is made of. `settings` says them anew, so that an archive is unpacked anew; `data` as on the command
    line; `drafts`: whether texts may still be to be written."""

    settings: Callable[[], Settings]
    access: AccessSettings
    environment: Mapping[str, str]
    data: Sequence[str]
    drafts: bool
    metrics: Metrics

    def open(self) -> Service:
        """A service, not yet started, whose parts all rest on one copy of the knowledge. Raises SettingsError, KnowledgeError."""
        settings = self.settings()
        frozen = FrozenFolders(settings.knowledge)
        ending = ExitStack()
        ending.callback(frozen.close)
        try:
            engine = load_engine(frozen.folders, self.environment)
            check_written(engine.knowledge, drafts=self.drafts)
            app = create_app(
                replace(settings, knowledge=frozen.folders),
                engine,
                tuple(map(parse_data_option, self.data)),
                self.access,
                self.environment,
                self.metrics,
                engine.program,
            )
            ending.callback(app.served.close)
            if app.served.offers("sparql"):
                _ = app.served.queries.snapshot
        except KnowledgeError as error:
            ending.close()
            raise frozen.original(error) from error
        except BaseException:
            ending.close()
            raise
        app.at_end = ending.close
        return app


def check_written(knowledge: Knowledge, *, drafts: bool) -> None:
    """Raise SettingsError where texts of knowledge are still to be written, unless drafts may be served."""
    if (count := texts_to_write(knowledge)) and not drafts:
        raise SettingsError(
            f"{count} texts of this knowledge are still to be written, and readers would be shown what stands for them.",
            mend="Write them (`spinegraph validate` says where), or serve it as a draft, with --drafts.",
        )
