"""Renamed copies of the shipped content, as packages in folders: how loading, compiling and deciding grow with them."""

from __future__ import annotations

import re
from pathlib import Path

from spinegraph.engine.knowledge.files import SCHEMA, shipped_folders

SHARED = ("measurements.ttl", *(name for names in SCHEMA.values() for name in names))
"""What all copies have in common: the schema, and the quantities."""
VOCABULARY = ("findings.ttl", "conditions.ttl", "interventions.ttl", "inferred.ttl", "mappings.sssom.tsv")
"""What copies may have in common besides: the concepts."""
ENGINES_OWN = "intervention:ClinicalAssessment"
"""The one concept that the engine knows by name: no copy renames it, and one declares it."""
OF_CONTENT = ("rule", "shape", "source", "passage", "reference", "tension")
CONCEPTS = ("finding", "condition", "intervention")


def write_copies(folder: Path, copies: int, shared_vocabulary: bool = False) -> tuple[Path, ...]:
    """Write the shipped content so many times, each copy in a folder of its own; all but the first have names of their own.

    With `shared_vocabulary` the concepts stand in the first copy alone, and what is derived of them too.
    Returns the folders: one package each.
    """
    return tuple(_write_copy(folder / f"copy-{number:03}", number, shared_vocabulary) for number in range(copies))


def _write_copy(folder: Path, number: int, shared_vocabulary: bool) -> Path:
    renamed = OF_CONTENT if shared_vocabulary else (*OF_CONTENT, *CONCEPTS)
    for shipped in shipped_folders():
        for path in sorted(shipped.rglob("*")):
            within = path.relative_to(shipped)
            if path.suffix not in (".ttl", ".tsv") or within.parts[0] == "authoring":
                continue
            if number and (path.name in SHARED or (shared_vocabulary and path.name in VOCABULARY)):
                continue
            text = path.read_text()
            target = folder / shipped.name / within
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(_renamed(text, number, renamed, shared_vocabulary) if number else text)
    return folder


def _renamed(text: str, number: int, prefixes: tuple[str, ...], shared_vocabulary: bool) -> str:
    """The text with another local name for everything below some prefixes, and another code for what has one."""
    text = "\n.\n".join(block for block in text.split("\n.\n") if not _left_out(block, shared_vocabulary))
    text = re.sub(rf"\b(?!{ENGINES_OWN}\b)({'|'.join(prefixes)}):([\w-]+)", rf"\1:\2-copy{number}", text)
    text = re.sub(r'(dcterms:identifier ")([\w-]+)"', rf'\1\2-copy{number}"', text)
    return re.sub(r'(skos:notation ")(\w+)"', rf'\1\2_copy{number}"', text)


def _left_out(block: str, shared_vocabulary: bool) -> bool:
    return block.lstrip().startswith(ENGINES_OWN) or (shared_vocabulary and "core:DerivedFinding" in block)
