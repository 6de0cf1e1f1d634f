"""The one tree of errors.

    SpinegraphError
    ├── KnowledgeError            the content is wrong
    │   ├── TurtleSyntaxError     a file is not Turtle
    │   ├── VocabularyError       a term, code or IRI is unknown, missing or used twice
    │   ├── CriterionError        a shape lies outside the criterion profile
    │   ├── RuleCycleError        a rule depends on its own conclusion
    │   ├── ProvenanceError       a passage or source does not exist, or its text has changed
    │   └── RefusedKnowledgeError     validation finds an error, so it is not applied
    ├── CaseError                 the patient's facts are wrong
    │   ├── MalformedCaseError    not JSON, YAML or RDF, or not of the shape of a case
    │   ├── UnknownCodeError      a code that the knowledge does not have
    │   ├── MeasurementError      a value that cannot be
    │   └── CaseTooLargeError     more than the limit
    ├── HookError                 a hook (CDS Hooks) cannot be answered: MalformedHookError, MissingHookDataError
    ├── GuidelineError            a new guideline cannot be started
    ├── ReasonerError             the OWL reasoner could not run
    │   └── IncoherentOntologyError   or found the classes contradictory
    ├── ProfileError              a profile or baseline of validation cannot be used
    ├── ValidationError           files that were sent cannot be validated now
    │   ├── MalformedContentError     their names, or what is asked about them, cannot be
    │   ├── ContentTooLargeError      more or larger than the limit
    │   ├── ValidationStoppedError    it was stopped at a limit: time, memory, size of the report
    │   └── TooManyValidationsError   others have to be validated first
    ├── CheckNotRunError          a check of validation could not do its work
    ├── ReplayError               a witness patient is decided otherwise than analysed: a fault of this program
    ├── LocalTextError            a deployer's own texts cannot be used
    ├── DrawingError              a decision pathway cannot be drawn: no such name, or it is too large
    │   └── DrawingNotInstalledError  no program that draws is there
    ├── PopulationError           a table of patients cannot be read, or what follows from it cannot be written
    ├── PublicationError          a decision cannot be published so
    ├── OtherKnowledgeError       a stored decision rests on other knowledge than the one at hand
    └── QueryError                a SPARQL query cannot be answered now
        ├── QuerySyntaxError      it is not SPARQL
        ├── QueryRefusedError     it asks for what is never done: SERVICE, LOAD, an update
        ├── QueryTooLargeError    its text is larger or deeper than the limit
        ├── QueryTimeoutError     it was stopped at a limit: time, memory, size of the answer
        └── TooManyQueriesError   others have to be answered first

Every error says what is wrong, where, and how to mend it. Transport maps classes to status codes; nothing else does.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from pathlib import Path

import msgspec

UNDECODABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
"""What msgspec raises of bytes that are no JSON, not of the wanted form, no UTF-8, or nested too deeply."""
LONGEST_ECHO = 80
"""So many characters of somebody's input are repeated in a message."""


def shortened(text: str) -> str:
    """Somebody's input in quotes, cut where it is long."""
    return repr(text) if len(text) <= LONGEST_ECHO else f"{text[:LONGEST_ECHO]!r}… ({len(text):,} characters)"


def kind_of_value(value: object) -> str:
    """What plain data is, in the words of whoever wrote it as JSON or YAML."""
    names = {dict: "an object", list: "a list", str: "text", bool: "true or false", int: "a number", float: "a number"}
    return "null" if value is None else names.get(type(value), type(value).__name__)


class SpinegraphError(Exception):
    """Base of all errors: `what` is wrong, `where` (IRI, file:line, JSON pointer) and `mend` (how to put it right)."""

    title = "Spinegraph could not do this"

    def __init__(self, what: str, *, where: str = "", mend: str = "", details: Mapping[str, object] | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.mend = mend
        self.details: Mapping[str, object] = details or {}

    def __str__(self) -> str:
        located = f"{self.where}: {self.what}" if self.where else self.what
        return f"{located}\n  {self.mend}" if self.mend else located


class KnowledgeError(SpinegraphError):
    """`kind` is the name of the diagnostic that validation makes of it (docs/diagnostics.md). What it is about: a
    statement (`about`: subject, predicate or "", object or None, as the graph has them), or a place in a file (`path`,
    1-based `line` and `column`, 0 where not known). `terms` are those of the diagnostic (`meant`, `lacks`). `others` were
    found along with it."""

    title = "The knowledge is not well formed"

    def __init__(
        self,
        what: str,
        *,
        where: str = "",
        mend: str = "",
        kind: str = "",
        about: tuple[str, str, object] = ("", "", None),
        terms: Mapping[str, object] | None = None,
        path: Path | None = None,
        line: int = 0,
        column: int = 0,
    ) -> None:
        super().__init__(what, where=where, mend=mend)
        self.kind = kind
        self.about = about
        self.terms: Mapping[str, object] = terms or {}
        self.path = path
        self.line = line
        self.column = column
        self.others: tuple[KnowledgeError, ...] = ()


class TurtleSyntaxError(KnowledgeError):
    title = "A knowledge file is not valid Turtle"


class VocabularyError(KnowledgeError):
    title = "A term is unknown, missing or used twice"


class CriterionError(KnowledgeError):
    title = "A criterion lies outside the profile"


class RuleCycleError(KnowledgeError):
    title = "A rule depends on its own conclusion"


class ProvenanceError(KnowledgeError):
    title = "A statement does not lead to its source"


class RefusedKnowledgeError(KnowledgeError):
    """`what` begins with the id of the first diagnostic; `mend` names the others."""

    title = "Knowledge with errors is not used"


class CaseError(SpinegraphError):
    """A case that cannot be decided as it is; nothing was decided."""

    title = "The case cannot be decided"


class MalformedCaseError(CaseError):
    """The case is not of the form that a case has; `where` is the place in it."""

    title = "The case is malformed"


def _unknown_code(code: str, near: Sequence[str], withdrawn: bool) -> str:
    if withdrawn:
        choice = f"; consider: {', '.join(near)}" if near else ""
        return f"{shortened(code)} is deprecated, and nothing replaces it{choice}"
    return f"unknown code {shortened(code)}" + (f"; nearest: {', '.join(near)}" if near else "; nothing similar is known")


class UnknownCodeError(CaseError):
    """Codes that the knowledge does not have; `unknown` maps each to the nearest known codes, best first."""

    title = "The case contains unknown codes"

    def __init__(
        self, unknown: Mapping[str, Sequence[str]], where: Mapping[str, str], more: int = 0, withdrawn: Container[str] = ()
    ) -> None:
        """`more`: how many further unknown codes there are; `withdrawn`: codes of terms out of use that nothing replaces."""
        lines = [f"{where[code]}: {_unknown_code(code, near, code in withdrawn)}" for code, near in unknown.items()]
        lines += [f"and {more:,} more unknown codes"] if more else []
        super().__init__(
            "\n".join(lines),
            mend="Use a code from GET /v1/knowledge or `spinegraph codes`; nothing was decided.",
            details={
                "unknown": [
                    {"code": code[:LONGEST_ECHO], "at": where[code][:LONGEST_ECHO], "nearest": list(near)}
                    for code, near in unknown.items()
                ],
                "more": more,
            },
        )
        self.unknown = unknown


class MeasurementError(CaseError):
    """A measurement is no number, or one that nothing measures; the message says which values and units there are."""

    title = "A measurement cannot be"


class CaseTooLargeError(CaseError):
    """The text of the case is larger than is read."""

    title = "The case is too large"


class GuidelineError(SpinegraphError):
    title = "The guideline cannot be started"


class ReasonerError(SpinegraphError):
    title = "The OWL reasoner could not run"


class IncoherentOntologyError(ReasonerError):
    title = "The ontology contradicts itself"


class ProfileError(SpinegraphError):
    """A profile or a baseline of validation is not of the form that it has."""

    title = "The profile or baseline cannot be used"


class ValidationError(SpinegraphError):
    """Files have no report, through no fault of theirs: no worker could be had."""

    title = "The files cannot be validated"


class MalformedContentError(ValidationError):
    """A name that is no plain relative path, or a question that cannot be answered here."""

    title = "The files cannot be validated so"


class UnusableContentError(ValidationError):
    """The files that were sent, and what is read beside them, do not load as knowledge: nothing can be decided with them."""

    title = "The files make no knowledge"


class ContentTooLargeError(ValidationError):
    """More files or bytes than are taken; `limit` in the details names which."""

    title = "The files are too large"


class ValidationStoppedError(ValidationError):
    """Validation was stopped at a limit, which `limit` in the details names. There is no report, not even a part of one."""

    title = "Validation was stopped at a limit"


class TooManyValidationsError(ValidationError):
    """The queue is full; `retry_after` in the details says after how many seconds to ask again."""

    title = "Too many validations at once"


class CheckNotRunError(SpinegraphError):
    """A check of validation could not do its work, e.g. because a library is not installed; the report names it."""

    title = "A check could not run"


class ReplayError(SpinegraphError):
    """A witness patient is decided otherwise than the analysis states: a fault of this program, never of the content."""

    title = "A witness patient does not replay"


class LocalTextError(SpinegraphError):
    title = "A deployer's own texts cannot be used"


class DrawingError(SpinegraphError):
    """A decision pathway cannot be drawn: nothing has that name, or no program that draws is found or works."""

    title = "The pathway cannot be drawn"


class DrawingNotInstalledError(DrawingError):
    """No program that draws is there: the extra `drawing` brings one."""

    title = "What draws is not installed"


class PopulationError(SpinegraphError):
    """Nothing was decided: an output is whole, or there is none. `where` names the file, the row and the column."""

    title = "The population cannot be decided"


class PublicationError(SpinegraphError):
    """What is said of when and by whom a decision was made cannot be, or it cannot be a nanopublication."""

    title = "The decision cannot be published so"


class OtherKnowledgeError(SpinegraphError):
    """A stored decision is to be written with other knowledge than it was decided with."""

    title = "The decision rests on other knowledge"


class QueryError(SpinegraphError):
    """A SPARQL query has no answer, through no fault of its text: no worker or no backend could be had."""

    title = "The query cannot be answered"


class QuerySyntaxError(QueryError):
    """The text is not a SPARQL query; `where` is its line and column, also `line` and `column` in the details."""

    title = "The query is not SPARQL"


class QueryRefusedError(QueryError):
    """The query asks for what this service never does: SERVICE, LOAD, any update; or it cannot be shown not to."""

    title = "The query is refused"


class QueryTooLargeError(QueryError):
    """The text of the query is larger, or nested deeper, than is taken."""

    title = "The query is too large"


class QueryTimeoutError(QueryError):
    """The query was stopped at a limit (time, memory, size), named by `limit` in the details; nothing of its answer was sent."""

    title = "The query was stopped at a limit"


class BackendError(QueryError):
    """The service that has the content, behind this one, cannot be reached, or answers what is no answer to a query."""

    title = "The service behind this one gave no answer"


class BackendTimeoutError(QueryTimeoutError):
    """The service that has the content, behind this one, did not answer in time."""

    title = "The service behind this one did not answer in time"


class TooManyQueriesError(QueryError):
    """The queue is full; `retry_after` in the details says after how many seconds to ask again."""

    title = "Too many queries at once"
