"""Printed words: only where the documents are given, only while the digest agrees, and known by the tag of the answer."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from spinegraph.api.cli.serve import serve_command
from spinegraph.api.http.app import create_app
from spinegraph.api.settings import Settings
from spinegraph.engine import Engine, ProvenanceError, load_knowledge
from spinegraph.engine.knowledge.files import knowledge_paths
from spinegraph.engine.knowledge.sources import printed_words, read_documents

from tests.api.conftest import MakeClient
from tests.authoring.guideline import write_good
from tests.knowledge.test_sources import SOURCES, with_documents

Serve = Callable[[Path | None], httpx.Client]


@pytest.fixture
def serve(tmp_path: Path, make_client: MakeClient) -> Serve:
    """Makes a client of a small guideline that is served with a folder of documents, or without one."""
    write_good(tmp_path)
    engine = Engine(load_knowledge(knowledge_paths(tmp_path)))

    def served(sources: Path | None) -> httpx.Client:
        return make_client(create_app(Settings(knowledge=(tmp_path,), sources=sources), engine))

    return served


def passages(client: httpx.Client, query: str = "") -> list[dict[str, Any]]:
    return list(client.get(f"/v1/passages{query}").json()["passages"])


def test_each_passage_has_the_words_that_it_paraphrases(serve: Serve, tmp_path: Path) -> None:
    client = serve(tmp_path / "documents")
    shown = passages(client)
    assert shown
    for passage in shown:
        assert passage["document"] == "as-read"
        assert hashlib.sha256(passage["printed"].encode()).hexdigest() == passage["digest"]
    text = (tmp_path / "documents" / "900.txt").read_text(encoding="utf-8")
    first = next(passage for passage in shown if passage["source"] == "900")
    assert first["printed"] == text[first["start"] : first["end"]]
    assert client.get(f"/passage/{first['id']}.json").json()["passages"] == [first]


def test_without_documents_no_answer_has_a_word_of_them(serve: Serve, tmp_path: Path) -> None:
    client = serve(None)
    assert all(not {"printed", "document"} & set(passage) for passage in passages(client))
    text = (tmp_path / "documents" / "900.txt").read_text(encoding="utf-8")
    sentence = max(text.split("."), key=len).strip()
    assert len(sentence) > 30
    id_ = passages(client)[0]["id"]
    for path in (
        "/v1/passages",
        f"/passage/{id_}.json",
        f"/passage/{id_}.html",
        f"/v1/descriptions/passage/{id_}",
        "/coverage",
    ):
        assert sentence not in client.get(path).text


def test_a_changed_document_is_said_to_have_changed_where_it_did(serve: Serve, tmp_path: Path) -> None:
    before = serve(tmp_path / "documents")
    document = tmp_path / "documents" / "900.txt"
    passage = passages(before)[0]
    text = document.read_text(encoding="utf-8")
    place = passage["start"]
    document.write_text(f"{text[:place]}#{text[place + 1 :]}", encoding="utf-8")
    after = serve(tmp_path / "documents")
    changed = {one["id"]: one for one in passages(after)}
    assert changed[passage["id"]]["document"] == "changed"
    assert "printed" not in changed[passage["id"]]
    assert any(one["document"] == "as-read" and one["source"] == passage["source"] for one in changed.values())


def test_a_document_that_is_not_in_the_folder_is_not_at_hand(serve: Serve, tmp_path: Path) -> None:
    (tmp_path / "documents" / "900.txt").unlink()
    states = {(one["source"], one["document"], "printed" in one) for one in passages(serve(tmp_path / "documents"))}
    assert ("900", "not-at-hand", False) in states
    assert all(state == "as-read" and printed for source, state, printed in states if source != "900")


def test_answers_with_and_without_words_have_different_tags(serve: Serve, tmp_path: Path) -> None:
    without, given = serve(None), serve(tmp_path / "documents")
    id_ = passages(given)[0]["id"]
    for path in (f"/v1/passages?id={id_}", f"/passage/{id_}.json"):
        tags = {client.get(path).headers["etag"] for client in (without, given)}
        assert len(tags) == 2
        for tag in tags:
            assert sum(client.get(path, headers={"If-None-Match": tag}).status_code == 304 for client in (without, given)) == 1


def test_a_folder_that_is_none_stops_the_service(serve: Serve, tmp_path: Path) -> None:
    with pytest.raises(ProvenanceError, match="is no folder"):
        serve(tmp_path / "nowhere")
    with pytest.raises(ProvenanceError, match="is no folder"):
        serve_command(port=0, knowledge=[tmp_path], sources=tmp_path / "nowhere")


def test_the_folder_is_named_by_a_variable_too() -> None:
    assert Settings.from_environment({"SPINEGRAPH_SOURCES": "/documents"}).sources == Path("/documents")
    assert Settings.from_environment({}).sources is None


@with_documents
def test_the_words_of_every_shipped_passage_can_be_shown(engine: Engine) -> None:
    words = printed_words(engine.knowledge, read_documents(SOURCES, engine.knowledge))
    passages = {passage.id: passage for passage in engine.knowledge.passages.values()}
    assert set(words) == set(passages)
    assert all(words[id_] and len(str(words[id_])) == passage.end - passage.start for id_, passage in passages.items())
