"""Where patients are to go: as the service was told, or nothing."""

from __future__ import annotations

import pytest
from fastapi import FastAPI
from spinegraph.api.http.local_text import local_text_router
from spinegraph.engine.exchange.article.local import NO_TEXT, LocalText
from starlette.testclient import TestClient


@pytest.mark.parametrize("local", [NO_TEXT, LocalText(where_to_go="Call the clinic.", where_to_go_now="Call 112.")])
def test_it_is_what_the_service_was_told(local: LocalText) -> None:
    app = FastAPI()
    app.include_router(local_text_router(local))
    client = TestClient(app)
    reply = client.get("/v1/local")
    assert reply.json() == {"where_to_go": local.where_to_go, "where_to_go_now": local.where_to_go_now}
    assert client.get("/v1/local", headers={"If-None-Match": reply.headers["etag"]}).status_code == 304
