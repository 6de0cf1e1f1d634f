"""`POST /v1/decisions/batch`: a line in, a line out, as each case is decided alone."""

from __future__ import annotations

import http.client
import json
import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from typing import Any

import httpx
import msgspec
import pytest
from spinegraph.api.http.app import create_app
from spinegraph.api.http.batch import BATCHES, BatchLine
from spinegraph.api.settings import Settings
from spinegraph.engine import Engine

from tests.api.conftest import MakeClient
from tests.patience import HUNG, comes_true
from tests.serving import serving

URL = "/v1/decisions/batch"
LINES = {"Content-Type": "application/x-ndjson"}
PATIENT = Settings(body_seconds=3_600)
"""However busy the machine, no line comes too slowly."""
PRESENT = {"present": ["back_pain", "fever"], "as_of": "2026-03-03"}
CASES: list[Any] = [PRESENT, {}, {"absent": ["back_pain"]}, {"present": ["fever"], "absent": ["fever"], "language": "de"}]


def lines_of(cases: list[Any]) -> bytes:
    return b"".join(json.dumps(case).encode() + b"\n" for case in cases)


def sent(client: httpx.Client, body: bytes, **parameters: str) -> list[BatchLine]:
    reply = client.post(URL, content=body, headers=LINES, params=parameters)
    assert (reply.status_code, reply.headers["content-type"]) == (200, "application/x-ndjson")
    return [msgspec.json.decode(line, type=BatchLine) for line in reply.content.splitlines()]


@pytest.mark.parametrize("view", ["brief", "standard", "full"])
def test_a_line_is_decided_as_the_case_alone(client: httpx.Client, view: str) -> None:
    reply = client.post(URL, content=lines_of(CASES), headers=LINES, params={"view": view, "verdicts": "true"})
    for number, (line, case) in enumerate(zip(reply.content.splitlines(), CASES, strict=True), 1):
        alone = client.post("/v1/decisions", json=case, params={"view": view, "verdicts": "true"}).content
        assert line == b'{"line":%d,"decision":%s}' % (number, alone)


def test_a_bad_line_is_answered_in_its_place(client: httpx.Client) -> None:
    unclear = [b"{", b"\xff", b'{"a": 1, "a": 2}']
    bad = [*unclear, b'{"present": ["fewer"]}', b'{"resourceType": "Patient"}', b'{"present": 1}', b"[]"]
    body = b"\n".join(line for one in bad for line in (one, b'{"present": ["fever"]}'))
    answers = sent(client, body, view="brief")
    assert [answer.line for answer in answers] == [*range(1, 2 * len(bad) + 1)]
    assert [answer.problem and answer.problem.status for answer in answers[::2]] == [400, 400, 400, 422, 422, 422, 422]
    assert all(answer.decision for answer in answers[1::2])
    assert answers[6].problem is not None
    assert answers[6].problem.unknown[0].nearest[0] == "fever"


def test_empty_lines_are_counted_and_not_answered(client: httpx.Client) -> None:
    assert [answer.line for answer in sent(client, b'\n{}\n  \r\n{}\r\n\n{"absent": []}')] == [2, 4, 6]
    assert sent(client, b"") == []


@pytest.mark.parametrize("seed", range(3))
def test_however_a_body_is_cut_its_lines_are_the_same(client: httpx.Client, seed: int) -> None:
    cases = [{"present": ["back_pain"][: number % 2], "measurements": {"age_years": number}} for number in range(40)]
    body, cut = lines_of(cases), random.Random(seed)  # noqa: S311 (no secret)

    def pieces() -> Any:
        at = 0
        while at < len(body):
            yield body[at : (at := at + cut.randint(1, 300))]

    whole = client.post(URL, content=body, headers=LINES).content
    assert client.post(URL, content=pieces(), headers=LINES).content == whole
    assert [msgspec.json.decode(line)["line"] for line in whole.splitlines()] == [*range(1, 41)]


def test_a_line_that_is_too_long_is_skipped(engine: Engine, make_client: MakeClient) -> None:
    client = make_client(create_app(Settings(max_body_bytes=64), engine))
    answers = sent(client, lines_of([{}, {"title": "x" * 100}, {}]))
    assert [answer.problem and answer.problem.status for answer in answers] == [None, 413, None]


@pytest.mark.parametrize(
    ("headers", "parameters", "status"),
    [
        ({"Content-Type": "application/json"}, {}, 415),
        ({**LINES, "Accept": "text/html"}, {}, 406),
        (LINES, {"view": "all"}, 422),
        (LINES, {"guideline": "nothing"}, 422),
        (LINES, {"subject": "Patient/1"}, 422),
        (LINES, {"view": "brief", "explain": "x"}, 422),
    ],
)
def test_what_is_wrong_with_the_batch_is_answered_at_once(
    client: httpx.Client, headers: dict[str, str], parameters: dict[str, str], status: int
) -> None:
    reply = client.post(URL, content=b"{}\n", headers=headers, params=parameters)
    assert (reply.status_code, reply.headers["content-type"]) == (status, "application/problem+json")


@contextmanager
def conversation(port: int) -> Iterator[tuple[Callable[[bytes], None], Callable[[], http.client.HTTPResponse]]]:
    """A batch over a socket: what sends a part of it (nothing ends it), and what has the reply."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=HUNG)) as connection, ExitStack() as stack:
        connection.putrequest("POST", URL)
        connection.putheader("Content-Type", "application/x-ndjson")
        connection.putheader("Transfer-Encoding", "chunked")
        connection.endheaders()

        def send(body: bytes) -> None:
            connection.send(b"%x\r\n%s\r\n" % (len(body), body) if body else b"0\r\n\r\n")

        yield send, lambda: stack.enter_context(closing(connection.getresponse()))


@pytest.mark.slow
def test_answers_come_while_cases_are_still_sent(engine: Engine) -> None:
    with serving(create_app(PATIENT, engine)) as port, conversation(port) as (send, reply_of):
        send(b'{"present": ["fever"]}\n')
        reply = reply_of()
        assert json.loads(reply.readline())["line"] == 1
        send(b'{"present": ["back_pain"]}\n')
        assert json.loads(reply.readline())["line"] == 2
        send(b"")
        assert reply.read() == b""


@pytest.mark.slow
def test_who_sends_everything_first_is_not_kept_waiting(engine: Engine) -> None:
    cases = [{"measurements": {"age_years": number % 90 + 1}} for number in range(2_000)]
    with serving(create_app(PATIENT, engine)) as port:
        reply = httpx.post(f"http://127.0.0.1:{port}{URL}?view=brief", content=lines_of(cases), headers=LINES, timeout=HUNG)
    assert [json.loads(line)["line"] for line in reply.text.splitlines()] == [*range(1, 2_001)]


@pytest.mark.slow
def test_no_more_batches_than_there_may_be(engine: Engine) -> None:
    with serving(create_app(PATIENT, engine)) as port:
        url = f"http://127.0.0.1:{port}"

        def status() -> int:
            return httpx.post(url + URL, content=b"{}\n", headers=LINES, timeout=HUNG).status_code

        with ExitStack() as stack:
            for _ in range(BATCHES):
                send, reply_of = stack.enter_context(conversation(port))
                send(b"{}\n")
                reply_of().readline()
            refused = httpx.post(url + URL, content=b"{}\n", headers=LINES, timeout=HUNG)
            assert (refused.status_code, refused.headers["retry-after"]) == (429, "5")
            assert httpx.post(f"{url}/v1/decisions", json={}, timeout=HUNG).status_code == 200
        comes_true(lambda: status() == 200)  # those who went away left their places
