"""The sound guideline as a package: with a manifest, and with names of its own below another domain."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from spinegraph.engine.knowledge.manifest import MANIFEST

from tests.authoring.guideline import GOOD

SPACE = "https://example.org/sore-throat/"
MANIFEST_TEXT = f"""name = "sore-throat"
version = "1.0.0"
namespace = "{SPACE}"
title = "Sore throat"
licence = "CC0-1.0"
publisher = "Nobody"
"""


def write_package(folder: Path) -> Path:
    """The package in a folder; its mapping table is left out, whose prefixes are those of the schema."""
    shutil.copytree(GOOD, folder, dirs_exist_ok=True)
    (folder / "ontology" / "mappings.sssom.tsv").unlink()
    (folder / MANIFEST).write_text(MANIFEST_TEXT)
    for path in folder.rglob("*.ttl"):
        text = path.read_text(encoding="utf-8")
        path.write_text(re.sub(r"https://w3id\.org/spinegraph/(?!core/|ontology/)", SPACE, text), encoding="utf-8")
    return folder
