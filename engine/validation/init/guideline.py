"""A new guideline from a text: its document, a passage for each statement, a first rule and its cases, as files to go on from.

What is written loads, validates and passes its cases at once. It claims nothing that the author has not stated: the review is
pending, every paraphrase is to be written, and what no rule rests on says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Literal

from spinegraph.engine.errors import GuidelineError, shortened
from spinegraph.engine.knowledge.files import in_unix_form, own_paths, schema_paths, shipped_paths
from spinegraph.engine.knowledge.statements import Statement, read_statements
from spinegraph.engine.knowledge.turtle.formatting import format_turtle
from spinegraph.engine.knowledge.turtle.graph import Graph, read_graph
from spinegraph.engine.knowledge.turtle.terms import PREFIXES
from spinegraph.engine.knowledge.yaml_text import plain_value
from spinegraph.engine.model import Frozen
from spinegraph.engine.validation.init.passages import HEAD, LONGEST_NAME, digest, literal, passage_ids, passage_turtle
from spinegraph.engine.validation.init.texts import CASES, CONCEPTS, README, RULES

SLUG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
NUMBER = re.compile(r"[0-9A-Za-z]{1,20}")


class NewGuideline(Frozen, frozen=True, kw_only=True):
    """What an author says of a document. `number` is its short name in passage ids; `modified` an ISO date or ""."""

    slug: str
    number: str
    publisher: str
    title: str = ""
    """By default the first heading of the text, where it is short, or the words of the slug."""
    modified: str = ""
    audience: Literal["clinician", "patient"] = "clinician"


class Scaffold(Frozen, frozen=True, kw_only=True):
    """The files of a new guideline, path → text, the number of its passages, and those of its files that were there before."""

    files: Mapping[Path, str]
    passages: int
    added_to: tuple[Path, ...]


def read_text(path: Path) -> str:
    """The characters of a document, as offsets will count them. Raises GuidelineError where it is no UTF-8 text."""
    try:
        return in_unix_form(path.read_bytes()).decode("utf-8")
    except UnicodeDecodeError as error:
        raise GuidelineError(
            f"Byte {error.start} is not UTF-8.", where=str(path), mend="Save the text as UTF-8; offsets count its characters."
        ) from error
    except OSError as error:
        raise GuidelineError(f"It cannot be read: {error.strerror}.", where=str(path), mend="Check the path.") from error


def plan_guideline(new: NewGuideline, document: Path, folder: Path) -> Scaffold:
    """The files of a new guideline in a folder, which may hold others already; nothing is written.

    Raises GuidelineError where a name cannot be used or is taken, where a file would be overwritten, or where the text
    holds no statement; KnowledgeError where the folder holds knowledge that cannot be read.
    """
    _check_names(new)
    text = read_text(document)
    statements = read_statements(text)
    if not statements:
        raise GuidelineError("There is no statement in it.", where=str(document), mend="Give the text of the guideline.")
    if folder.exists() and not folder.is_dir():
        raise GuidelineError("This is a file.", where=str(folder), mend="Give a folder, new or with guidelines in it, as --to.")
    known = read_graph((*own_paths(folder / "ontology", folder / "shapes"), *schema_paths()))
    _check_free(new, known)
    _check_free(new, read_graph(shipped_paths()), "that comes with Spinegraph")
    names = _names(new, _title(new, text, statements), document.name, statements)
    parts = {
        folder / "ontology" / "sources" / f"{new.slug}.ttl": "\n".join(_source(names, text, statements)),
        **{folder / "ontology" / name: concepts.format_map(names) for name, concepts in CONCEPTS.items()},
        folder / "shapes" / "rules" / f"{new.slug}.ttl": RULES.format_map(names),
        folder / "cases" / f"{new.slug}.yaml": CASES.format_map(names),
        folder / "README.md": README.format_map({**names, "folder": folder.as_posix(), "documents": document.parent.as_posix()}),
    }
    shared = {path for path in parts if path.parent.name == "ontology"}
    _check_undeclared(names, known)
    taken = [path for path in parts if path.exists() and path not in shared and path.name != "README.md"]
    if taken:
        raise GuidelineError(
            f"These would be overwritten: {', '.join(path.as_posix() for path in taken)}.",
            mend="Give another slug or another folder, or remove them.",
        )
    files = {path: _written(path, part) for path, part in parts.items() if path.name != "README.md" or not path.exists()}
    return Scaffold(files=files, passages=len(statements), added_to=tuple(path for path in files if path.exists()))


def write_scaffold(scaffold: Scaffold) -> None:
    """Write the files and the folders that they need."""
    for path, text in scaffold.files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def _written(path: Path, part: str) -> str:
    """A file as it will be: Turtle in normal form, added to what the file holds already."""
    if path.suffix != ".ttl":
        return part
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    return format_turtle(f"{before}\n{HEAD}\n{part}", path.name)


def _title(new: NewGuideline, text: str, statements: tuple[Statement, ...]) -> str:
    """As given; else the first heading, where it is a name and no sentence; else the slug."""
    heading = next((text[statement.start : statement.end].split() for statement in statements if statement.heading), [])
    taken = heading if len(heading) <= LONGEST_NAME else []
    return " ".join(new.title.split() or taken) or new.slug.replace("-", " ").capitalize()


# Names ---------------------------------------------------------------------------------------


def _check_names(new: NewGuideline) -> None:
    if not SLUG.fullmatch(new.slug):
        raise GuidelineError(
            f"{shortened(new.slug)} cannot be a slug.",
            mend="Use lower-case words joined by hyphens, such as twisted-ankle: files, IRIs and codes are named after it.",
        )
    if not NUMBER.fullmatch(new.number):
        raise GuidelineError(
            f"{shortened(new.number)} cannot be the number of a document.",
            mend="Use up to 20 letters and digits, such as 100: passages are named after it.",
        )
    if not new.publisher.strip():
        raise GuidelineError("The document has no publisher.", mend="Say who published it: --publisher.")
    if new.modified and not _is_date(new.modified):
        raise GuidelineError(f"{shortened(new.modified)} is no date.", mend="Write it as 2026-01-31.")


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _check_free(new: NewGuideline, graph: Graph, which: str = "") -> None:
    """That no document, of the folder or shipped, has the slug or the number: IRIs are shared by all."""
    for source in graph.of_class("core:Source"):
        title = f"“{graph.text(source, 'dcterms:title')}”" + (f", {which}" if which else "")
        where = "" if which else graph.where(source)
        if source == f"{PREFIXES['source']}{new.slug}":
            raise GuidelineError(f"The slug {new.slug} is that of {title}.", where=where, mend="Choose another slug.")
        if graph.text(source, "dcterms:identifier") == new.number:
            raise GuidelineError(f"The number {new.number} is that of {title}.", where=where, mend="Choose another number.")


def _check_undeclared(names: Mapping[str, str], known: Graph) -> None:
    for name in ("finding:{pascal}", "finding:{pascal}Sign", "intervention:{pascal}Step", "shape:{pascal}", "shape:{pascal}Sign"):
        curie = name.format_map(names)
        prefix, _, local = curie.partition(":")
        if known.predicates(iri := PREFIXES[prefix] + local):
            raise GuidelineError(f"{curie} exists already.", where=known.where(iri), mend="Choose another slug.")


def _names(new: NewGuideline, title: str, file_name: str, statements: tuple[Statement, ...]) -> dict[str, str]:
    """What the templates are filled with."""
    code = new.slug.replace("-", "_")
    ids = passage_ids(new.number, statements)
    first = next((number for number, statement in enumerate(statements) if not statement.heading), 0)
    return {
        "slug": new.slug,
        "words": new.slug.replace("-", " "),
        "sentence": new.slug.replace("-", " ").capitalize(),
        "pascal": "".join(word.capitalize() for word in new.slug.split("-")),
        "code": code,
        "yaml": code if plain_value(code) == code else literal(code),
        "number": new.number,
        "title": title,
        "title_literal": literal(title, "en"),
        "publisher_literal": literal(new.publisher.strip()),
        "modified": new.modified,
        "audience": new.audience,
        "file_name": file_name,
        "file_literal": literal(file_name),
        "passage": ids[first],
    }


# The document --------------------------------------------------------------------------------


def _source(names: Mapping[str, str], text: str, statements: tuple[Statement, ...]) -> Iterator[str]:
    modified = f'dcterms:modified "{names["modified"]}"^^xsd:date ;' if names["modified"] else ""
    yield f"""source:{names["slug"]} a core:Source ; dcterms:identifier "{names["number"]}" ; {modified}
        dcterms:title {names["title_literal"]} ; dcterms:publisher {names["publisher_literal"]} ;
        core:audience "{names["audience"]}" ; core:subject shape:{names["pascal"]} ; core:reviewStatus "pending" ;
        core:reviewNote "Nobody has said yet who reviewed the document; treated as pending."@en ;
        core:fileName {names["file_literal"]} ; core:textDigest "{digest(text)}" ."""
    for name, statement in zip(passage_ids(names["number"], statements), statements, strict=True):
        yield passage_turtle(name, statement, text, f"{PREFIXES['source']}{names['slug']}", used=name == names["passage"])
