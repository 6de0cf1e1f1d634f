"""The one way from files to knowledge that is applied: what validation calls an error, no command uses (ADR 12).

Every check that needs no documents and no case files is run once on content that is not known yet. Content without errors is
recognised by digest from then on: the shipped one by `admitted.yaml`, any other by a file in the user's cache.
"""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from spinegraph.engine.errors import KnowledgeError, RefusedKnowledgeError
from spinegraph.engine.knowledge.build.assembly import assemble
from spinegraph.engine.knowledge.files import content_digest, is_shared, named_paths, shipped_folder, shipped_paths
from spinegraph.engine.knowledge.turtle.graph import read_graph
from spinegraph.engine.model import Knowledge

if TYPE_CHECKING:
    from spinegraph.engine.validation.diagnostics import Diagnostic

RECORD = Path(__file__).with_name("admitted.yaml")
"""The digest of the shipped content, written when it had no errors; a test holds the two together."""
NOT_ASKED = ("cases", "documents")
"""Checks about files that are not knowledge: case files, and the documents that are not shipped."""
SHOWN = 5
"""So many further errors are named."""
logger = logging.getLogger(__name__)


def open_knowledge(folders: Iterable[Path] = ()) -> Knowledge:
    """The knowledge below folders, by default the shipped one, as it may be applied to patients.

    Raises KnowledgeError where a folder holds none, or where two packages describe one thing differently;
    RefusedKnowledgeError where validation finds an error.
    """
    folders = tuple(folders)
    paths = named_paths(*folders) if folders else shipped_paths()
    try:
        graph = read_graph(paths)
    except KnowledgeError as error:
        _check(folders)
        raise error from None  # of a kind that validation does not have
    if any(not is_shared(graph.paths[clash.first]) for clash in graph.clashes):
        assemble(graph)  # says at once what two packages describe differently
    admit(folders, graph.digest)
    return assemble(graph)


def admit(folders: Iterable[Path] = (), digest: str = "") -> None:
    """Validate content, unless it is known to have no errors; `digest` is its digest, where the caller has it already.

    Raises KnowledgeError where a folder holds none, RefusedKnowledgeError where validation finds an error.
    """
    folders = tuple(folders)
    digest = digest or content_digest(named_paths(*folders) if folders else shipped_paths())
    if folders or digest != recorded_digest():
        mark = _mark(digest, folders)
        if not mark.exists() and _check(folders):
            _remember(mark)


def recorded_digest() -> str:
    """The digest of the shipped content that was validated."""
    return RECORD.read_text(encoding="utf-8").partition("knowledge: ")[2].strip()


def _check(folders: tuple[Path, ...]) -> bool:
    """Validate. Raises RefusedKnowledgeError at an error; true where everything could be checked, once and for all."""
    import datetime

    from spinegraph.engine.validation.content import read_content
    from spinegraph.engine.validation.profile import apply_profile, own_judgement
    from spinegraph.engine.validation.validate import validate

    profile = own_judgement(folders)
    content = read_content(None, folders or None, vocabulary=(*profile.namespaces, *profile.terms))
    report = validate(content, without=NOT_ASKED)
    report = apply_profile(report, profile, datetime.datetime.now(tz=datetime.UTC).date())
    errors = [diagnostic for diagnostic in report.diagnostics if diagnostic.severity == "error"]
    if errors:
        raise _refusal(errors)
    for gap in report.not_run:
        logger.warning("This knowledge is used without the check %s: %s", gap.check, " ".join(gap.reason.split()))
    return not report.not_run and not any(rule.until for rule in profile.suppress)


def _refusal(errors: list[Diagnostic]) -> RefusedKnowledgeError:
    first, *others = errors
    more = ", ".join(f"{other.id} {other.place}" for other in others[:SHOWN])
    rest = f", and {len(others) - SHOWN} more" if len(others) > SHOWN else ""
    further = f" Further errors: {more}{rest}." if others else ""
    about = f"{first.subject}: " if first.subject else ""
    return RefusedKnowledgeError(
        f"{first.id} {about}{first.what}",
        where=str(first.place),
        mend=f"{first.mend}{further} `spinegraph validate` explains them.",
    )


# What was found to be sound -----------------------------------------------------------------------


def _mark(digest: str, folders: tuple[Path, ...]) -> Path:
    """The file that says that content was validated: by its digest, what judges it, and the tool that does."""
    total = hashlib.sha256(digest.encode())
    for path in _judges(folders):
        total.update(path.name.encode() + hashlib.sha256(path.read_bytes()).digest())
    cache = os.environ.get("XDG_CACHE_HOME", "") or "~/.cache"
    return Path(cache).expanduser() / "spinegraph" / "admitted" / total.hexdigest()


def _judges(folders: tuple[Path, ...]) -> Iterator[Path]:
    """The checks, the shipped authoring shapes, and shapes and profiles of the content's own."""
    yield from sorted(Path(__file__).parent.rglob("*.py"))
    yield Path(__file__).with_name("catalogue.yaml")
    for folder in (shipped_folder("shapes"), *folders, *(folder.parent / "shapes" for folder in folders)):
        yield from sorted(path for path in folder.rglob("authoring/*") if path.is_file())


def _remember(mark: Path) -> None:
    try:
        mark.parent.mkdir(parents=True, exist_ok=True)
        mark.touch()
    except OSError as error:
        logger.info("that this knowledge is sound cannot be remembered: %s", error)
