"""A file that was cut off at the end of a statement loads; whoever pins the digest of his knowledge is told."""

from __future__ import annotations

from pathlib import Path

import pytest
from spinegraph.api.settings import load_engine
from spinegraph.engine import KnowledgeError, load_knowledge
from spinegraph.engine.knowledge.files import named_paths

from tests.authoring.guideline import write_good


def test_other_knowledge_than_the_expected_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_good(tmp_path)
    digest = load_knowledge(named_paths(tmp_path)).digest
    monkeypatch.setenv("SPINEGRAPH_KNOWLEDGE_DIGEST", digest)
    assert load_engine([tmp_path]).knowledge.digest == digest
    inferred = tmp_path / "ontology" / "inferred.ttl"
    text = inferred.read_text(encoding="utf-8")
    inferred.write_text(text[: text.rindex("\n.\n", 0, -3) + 3], encoding="utf-8")
    with pytest.raises(KnowledgeError, match=r"^SPINEGRAPH_KNOWLEDGE_DIGEST: This knowledge is sha256:"):
        load_engine([tmp_path])
