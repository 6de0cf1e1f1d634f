"""Everything for which the content does not load: each error once, under the diagnostic that it is."""

from __future__ import annotations

from collections.abc import Iterator

from engine.inference.strata import order_errors
from engine.knowledge.reader import expand
from engine.validation.checks.terms import Vocabulary
from engine.validation.content import Content
from engine.validation.diagnostics import Diagnostic


def check_loading(content: Content) -> Iterator[Diagnostic]:
    """Errors of assembly; where there is none, circles of rules and orders that do not fit."""
    errors = content.failures
    if content.knowledge is not None:
        errors = tuple(order_errors(content.knowledge))
    vocabulary = Vocabulary(content) if errors else None
    for error in errors:
        subject, predicate, _ = error.about
        named = expand(predicate) if ":" in predicate and "//" not in predicate else predicate
        if error.kind == "outside-profile" and named and vocabulary and not vocabulary.knows(named):
            continue  # the vocabulary says that there is no such term
        yield content.diagnose(error.kind, error.what, subject, place=content.place_of_error(error), mend=error.mend)
