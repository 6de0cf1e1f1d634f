"""The competency questions of docs/queries: SPARQL files whose head says what each answers and why somebody asks it.

They stand in docs/queries, where people read them; a wheel carries the same files as data (share/spinegraph/queries).
"""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path, PurePath
from typing import Annotated

from spinegraph.engine import SpinegraphError
from spinegraph.engine.model import Frozen, doc

IN_SOURCES = Path(__file__).resolve().parent.parent / "docs" / "queries"
IN_WHEEL = PurePath("share/spinegraph/queries")


class QuestionError(SpinegraphError):
    title = "The question cannot be used"


class CompetencyQuery(Frozen, frozen=True, kw_only=True):
    """A question and its SPARQL."""

    name: Annotated[str, doc("Its name on the command line.")]
    title: Annotated[str, doc("The question.")]
    why: Annotated[str, doc("Why somebody asks it.")]
    case: Annotated[bool, doc("Whether it is about a decision, and finds nothing without one.")]
    text: Annotated[str, doc("Its SPARQL.")]


def competency_queries(folder: Path | None = None) -> tuple[CompetencyQuery, ...]:
    """All competency questions, by name. Raises QuestionError where the head of a file is not whole."""
    paths = sorted(folder.glob("*.rq")) if folder else query_paths()
    return tuple(read_query(path.stem, path.read_text(encoding="utf-8"), str(path)) for path in sorted(paths))


def query_paths() -> list[Path]:
    """The files: those of the sources where there are any, else those that were installed."""
    if IN_SOURCES.is_dir():
        return list(IN_SOURCES.glob("*.rq"))
    try:
        installed = files("spinegraph") or []
    except PackageNotFoundError:
        return []
    return [Path(str(file.locate())) for file in installed if file.suffix == ".rq" and file.parts[-4:-1] == IN_WHEEL.parts]


def read_query(name: str, text: str, where: str = "") -> CompetencyQuery:
    """A file with its head of `# key: value` lines → the question. Raises QuestionError."""
    head = dict(re.findall(r"^# (\w+): (.+)$", text, re.MULTILINE))
    missing = [key for key in ("title", "why", "parameters") if not head.get(key, "").strip()]
    if missing:
        mend = "Begin with `# title: …`, `# why: …`, `# parameters: none`."
        raise QuestionError(f"The head does not say {', '.join(missing)}.", where=where or name, mend=mend)
    return CompetencyQuery(name=name, title=head["title"], why=head["why"], case=head.get("case") == "needed", text=text)
