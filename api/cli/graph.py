"""`spinegraph graph`: decision pathways as pictures, for documentation and review."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from spinegraph.api.cli.cases import AsOfOption, KnowledgeOption, SubjectOption
from spinegraph.api.settings import load_engine
from spinegraph.engine import make_codebook
from spinegraph.engine.errors import DrawingError
from spinegraph.engine.exchange.fhir.reading.files import read_any_case_file
from spinegraph.engine.exchange.fhir.reading.record import FhirReader, RecordOptions
from spinegraph.engine.exchange.pathway.dot import write_dot
from spinegraph.engine.exchange.pathway.drawing import render_pathway
from spinegraph.engine.exchange.pathway.lighting import light
from spinegraph.engine.exchange.pathway.model import Pathway, outline
from spinegraph.engine.exchange.pathway.views import BACK, find_pathway
from spinegraph.engine.validation.admission import open_knowledge

DEEPEST = 9


class Format(StrEnum):
    """How a pathway is written: as a picture, as the text from which any `dot` draws one, or in plain words."""

    svg = "svg"
    png = "png"
    dot = "dot"
    txt = "txt"


def graph_command(
    name: Annotated[
        str,
        typer.Argument(
            metavar="[RULE|CONDITION|DOCUMENT]",
            help="Id of a rule, code of a condition or number of a document; without one, an overview of all documents.",
            show_default=False,
        ),
    ] = "",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write it there: .svg, .png, .dot or .txt.")
    ] = None,
    form: Annotated[
        Format | None, typer.Option("--format", help="SVG, PNG, DOT or plain text; by default what FILE ends in, or svg.")
    ] = None,
    depth: Annotated[
        int,
        typer.Option(
            "--depth", min=0, max=DEEPEST, help="So many steps back, through suspicions and derived findings, draw criteria."
        ),
    ] = BACK,
    case: Annotated[
        Path | None, typer.Option("--case", metavar="CASE", help="Show what holds in this case or FHIR record.")
    ] = None,
    program: Annotated[
        str,
        typer.Option(
            "--dot", envvar="SPINEGRAPH_DOT", metavar="PROGRAM", show_default=False,
            help="Draw with this program (name or path) instead of graphviz-pure or dot.",
        ),
    ] = "",
    subject: SubjectOption = "",
    as_of: AsOfOption = "",
    knowledge: KnowledgeOption = None,
) -> None:  # fmt: skip
    """Draw a decision pathway: criteria, suspicions, recommendations, what overrides what, what stays open."""
    chosen = form or _format_of(output)
    if chosen is Format.png and output is None and sys.stdout.isatty():
        raise DrawingError("A PNG cannot be shown in a terminal.", mend="Name a file: --output pathway.png.")
    pathway = _pathway(name, depth, case, RecordOptions(subject, as_of), knowledge)
    match chosen:
        case Format.txt:
            drawn = f"{outline(pathway)}\n".encode()
        case Format.dot:
            drawn = write_dot(pathway).encode()
        case _:
            drawn = render_pathway(pathway, chosen.value, program)
    if output is None:
        typer.echo(drawn, nl=False)
    else:
        output.write_bytes(drawn)
        typer.echo(f"{output}: {len(drawn):,} bytes.", err=True)


def _pathway(name: str, depth: int, case: Path | None, options: RecordOptions, folders: list[Path] | None) -> Pathway:
    """The pathway, lit where a case is given. Raises DrawingError, KnowledgeError, CaseError."""
    if case is None:
        if options != RecordOptions():
            raise DrawingError("--subject and --as-of are of a record.", mend="Name it: --case record.json.")
        return find_pathway(open_knowledge(folders or ()), name, depth)
    engine = load_engine(folders or ())
    pathway = find_pathway(engine.knowledge, name, depth)
    codebook = make_codebook(engine.knowledge)
    file = read_any_case_file(case, codebook, FhirReader(engine.knowledge, codebook), options)
    return light(pathway, engine.knowledge, engine.decide(file.case, include_all=True, flips=False), file.title)


def _format_of(output: Path | None) -> Format:
    """The format that a file name asks for. Raises DrawingError."""
    if output is None:
        return Format.svg
    try:
        return Format(output.suffix.lower().removeprefix("."))
    except ValueError as error:
        known = ", ".join(f".{form.value}" for form in Format)
        raise DrawingError(
            f"{output.name} does not say how to draw.", mend=f"End the name in {known}, or give --format."
        ) from error
