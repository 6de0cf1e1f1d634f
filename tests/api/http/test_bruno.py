"""The Bruno collection in docs/bruno: each request is of a path that there is, and is answered as its assertions say."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest

pytestmark = pytest.mark.slow

FOLDER = Path(__file__).parents[3] / "docs" / "bruno"
FILES = sorted(FOLDER.glob("*.bru"))


class Sent(NamedTuple):
    """A request of the collection, and what is asserted of its answer: path in the answer → value."""

    method: str
    url: str
    headers: dict[str, str]
    body: str
    asserted: dict[str, str]


def read(path: Path) -> Sent:
    """A .bru file: blocks with a name, whose lines are indented; those of a body are text, others are pairs."""
    blocks = dict(re.findall(r"^([\w:]+) \{\n(.*?)^\}$", path.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL))
    pairs = {name: dict(re.findall(r"^  ([^:]+): (.*)$", text, re.MULTILINE)) for name, text in blocks.items()}
    (method,) = {"get", "post"} & blocks.keys()
    (body,) = [text for name, text in blocks.items() if name.startswith("body:")] or [""]
    url = pairs[method]["url"].removeprefix("{{base}}")
    return Sent(method, url, pairs.get("headers", {}), re.sub(r"^  ", "", body, flags=re.MULTILINE), pairs["assert"])


def found(path: str, reply: httpx.Response) -> Any:
    """What stands at a path of Bruno's: `res.status`, `res.body.items.0.label`."""
    _, part, *names = path.split(".")
    value: Any = reply.status_code if part == "status" else reply.json()
    for name in names:
        value = value[int(name)] if name.isdigit() else value[name]
    return value


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_request_is_answered_as_it_asserts(path: Path, client: httpx.Client) -> None:
    sent = read(path)
    described = client.get("/openapi.json").json()["paths"]
    patterns = {re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(name)): methods for name, methods in described.items()}
    assert any(re.fullmatch(name, sent.url.partition("?")[0]) and sent.method in of for name, of in patterns.items())
    reply = client.request(sent.method, sent.url, headers=sent.headers, content=sent.body or None)
    assert len(sent.asserted) >= 2
    for place, wanted in sent.asserted.items():
        assert f"eq {str(found(place, reply)).lower()}" == wanted.lower(), place
