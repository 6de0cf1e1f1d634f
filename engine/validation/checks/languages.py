"""Languages that a package has begun to be written in, and not finished."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from spinegraph.engine.knowledge.files import is_schema, package_folder
from spinegraph.engine.knowledge.turtle.terms import FOR_PATIENTS, Text
from spinegraph.engine.messages import LANGUAGES
from spinegraph.engine.validation.content import Content
from spinegraph.engine.validation.diagnostics import Diagnostic

ENGLISH, *OTHERS = LANGUAGES
Texts = dict[tuple[str, str, str], set[str]]
"""Subject, predicate and the end of the tag that names the audience → the languages in which there is a text."""


def check_languages(content: Content) -> Iterator[Diagnostic]:
    """Texts that a package has in English and lacks in another language in which it has others of the kind: a note for each
    language, at the first of them. A kind is what a predicate says to an audience, such as the labels for patients."""
    packages: dict[Path | None, Texts] = {}
    for path, triples in content.triples.items():
        if is_schema(path):
            continue
        texts = packages.setdefault(package_folder(path), {})
        for subject, predicate, value in triples:
            if isinstance(value, Text) and value.value.strip():
                language = value.language.removesuffix(FOR_PATIENTS)
                audience = value.language.removeprefix(language)
                texts.setdefault((subject, predicate, audience), set()).add(language)
    for texts in packages.values():
        for language in OTHERS:
            yield from _unfinished(content, texts, language)


def _unfinished(content: Content, texts: Texts, language: str) -> Iterator[Diagnostic]:
    begun = {(predicate, audience) for (_, predicate, audience), found in texts.items() if language in found}
    wanted = [key for key, found in texts.items() if key[1:] in begun and ENGLISH in found]
    lacking = [key for key in wanted if language not in texts[key]]
    if lacking:
        subject, predicate, audience = lacking[0]
        terms = {"language": language + audience, "count": len(lacking), "all": len(wanted)}
        yield content.diagnose("unfinished-language", "lacks", subject, predicate, terms=terms)
