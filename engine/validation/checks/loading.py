"""Everything for which the content does not load: each error once, under the diagnostic that it is."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import structs
from spinegraph.engine.errors import KnowledgeError
from spinegraph.engine.knowledge.turtle.terms import Text, expand
from spinegraph.engine.validation.checks.names import of_no_kind
from spinegraph.engine.validation.checks.terms import Vocabulary, is_datatype, is_well_typed
from spinegraph.engine.validation.content import Content
from spinegraph.engine.validation.diagnostics import Diagnostic


def check_loading(content: Content) -> Iterator[Diagnostic]:
    """Errors of assembly; where there is none, circles of rules and orders that do not fit."""
    errors = content.failures
    vocabulary = Vocabulary(content) if errors else None
    strays = of_no_kind(content.graph) if errors else {}
    apart = {clash.subject for clash in content.graph.clashes}
    withdrawn = {error.about[2] for error in errors if error.kind == "deprecated-term"}
    for error in errors:
        if vocabulary is not None and _is_reported_by_vocabulary(error, vocabulary):
            continue
        clash = error.kind == "declared-twice" and error.about[0] in apart
        if clash or (error.kind == "wrong-kind" and error.about[2] in {*strays, *withdrawn}):
            continue  # it, or what it names, is reported itself
        diagnostic = content.diagnose_error(error, error.kind, content.place_of_error(error))
        yield structs.replace(diagnostic, severity="error")


def _is_reported_by_vocabulary(error: KnowledgeError, vocabulary: Vocabulary) -> bool:
    """Whether an error only repeats that there is no such term, or that a literal is not of its datatype."""
    _, predicate, value = error.about
    named = expand(predicate) if ":" in predicate and "//" not in predicate else predicate
    if error.kind == "outside-profile":
        return bool(named) and not vocabulary.knows(named)
    if isinstance(value, Text):
        return error.kind == "wrong-kind" and not (is_datatype(value.datatype) and is_well_typed(value))
    return error.kind == "incomplete-rule" and isinstance(value, str) and not vocabulary.knows(value)
