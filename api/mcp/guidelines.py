"""What the tools share: the engine, the names that cases may use, the SPARQL service, and what every answer says of itself."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from spinegraph.api.listings import Entry, entry_of, make_listings
from spinegraph.api.mcp.answers import Stated
from spinegraph.api.mcp.recording import Recording
from spinegraph.api.mcp_settings import McpSettings
from spinegraph.api.problems import ParameterError
from spinegraph.engine import Case, CaseError, CaseTooLargeError, Codebook, Engine, make_case_file, parse_json
from spinegraph.engine.errors import MalformedCaseError
from spinegraph.engine.knowledge.showing import show_passages
from spinegraph.engine.knowledge.yaml_text import DEEP
from spinegraph.engine.model import Audience, Brief
from spinegraph.engine.model.shown import ShownPassage
from spinegraph.engine.query.service import QueryService


@dataclass(frozen=True)
class Guidelines:
    """The knowledge, ready to answer assistants; without `queries` there is no tool that asks them.

    `max_case_bytes`: the largest case that is read; `recording`: records what `decide` answers, or None.
    """

    engine: Engine
    codebook: Codebook
    queries: QueryService | None
    settings: McpSettings
    max_case_bytes: int
    recording: Recording | None = None

    @cached_property
    def of_itself(self) -> Mapping[str, Any]:
        """The members of `Attributed` where an answer is about no case."""
        return attribution(self.engine.brief(Case()).brief)

    @cached_property
    def passages(self) -> Mapping[str, ShownPassage]:
        """Id → passage, in reading order."""
        return show_passages(self.engine.knowledge)

    @cached_property
    def entries(self) -> Mapping[str, tuple[Entry, ...]]:
        """Name of a listing → what is in it, ready to be searched."""
        return {name: tuple(map(entry_of, listed)) for name, listed in make_listings(self.engine.knowledge).items()}

    def stated(self, ids: Iterable[str], audience: Audience) -> dict[str, Stated]:
        """What passages state beside an answer for clinicians; to patients these are no words."""
        found = (self.passages[id_] for id_ in dict.fromkeys(ids) if audience == "clinician" and id_ in self.passages)
        return {one.id: Stated(paraphrase=one.paraphrase, source=one.source) for one in found}

    def read_case(self, given: Mapping[str, Any], name: str) -> Case:
        """An argument as a case, by the reader of `POST /v1/decisions`; nothing is filled in. Raises ParameterError, CaseError.

        Some clients send objects as JSON in a text: that is read, too.
        """
        if name not in given:
            raise ParameterError(f"There is no {name!r}.", where=f"/{name}", mend='Give {"present": […], "absent": […]}.')
        try:
            body = _as_json(given[name])
            if len(body) > self.max_case_bytes:
                what = f"The case has more than {self.max_case_bytes:,} bytes."
                raise CaseTooLargeError(what, mend="Send only codes and measurements.")
            return make_case_file(parse_json(body), self.codebook).case
        except CaseError as error:
            error.where = f"{name}, {error.where}" if error.where else name
            raise


def _as_json(given: Any) -> bytes:
    """A value as JSON, in which halves of characters are escapes."""
    try:
        text = given if isinstance(given, str) else json.dumps(given)
    except RecursionError as error:
        raise MalformedCaseError("This is nested too deeply.", mend=DEEP) from error
    return text.encode("utf-8", "backslashreplace")


def attribution(brief: Brief) -> Mapping[str, Any]:
    """The members of `Attributed`, in the words of the audience of a brief."""
    return {"sources": brief.sources, "disclaimer": brief.disclaimer}
