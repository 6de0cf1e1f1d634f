"""A megabyte of JSON with a code or a list every few bytes held the interpreter for a fifth of a second, and others with it.

YAML had a limit of values, JSON and Turtle had none of their own: now all three have the same, met before codes are looked up.
"""

from __future__ import annotations

import json

import pytest
from spinegraph.engine import CaseTooLargeError, parse_json, parse_turtle, parse_yaml
from spinegraph.engine.knowledge.yaml_text import CASE

MOST = CASE.values
PREFIX = b"@prefix core: <https://w3id.org/spinegraph/core/> . <urn:case> a core:Case ; core:present "


def codes(count: int) -> list[str]:
    return [f"code_{number}" for number in range(count)]


def triples(count: int) -> bytes:
    return PREFIX + b", ".join(b"<urn:%d>" % number for number in range(count)) + b" ."


def test_as_many_as_there_may_be_are_read() -> None:
    assert len(parse_json(json.dumps({"present": codes(MOST)}).encode())["present"]) == MOST
    assert len(parse_yaml(b"present: [" + b"a," * (MOST - 10) + b"]")["present"]) == MOST - 10
    assert len(parse_turtle(triples(MOST - 1))["present"]) == MOST - 1


@pytest.mark.parametrize(
    "data",
    [
        {"present": codes(MOST + 1)},
        {"present": codes(MOST // 2 + 1), "absent": codes(MOST // 2 + 1)},
        {"measurements": dict.fromkeys(codes(MOST + 1), 1)},
        dict.fromkeys(codes(MOST + 1)),
        {"present": [[]] * MOST},
        {"present": [{"code": "fever"}] * MOST},
    ],
)
def test_one_more_is_refused_in_json(data: object) -> None:
    with pytest.raises(CaseTooLargeError, match=f"more than {MOST:,} values"):
        parse_json(json.dumps(data).encode())


def test_one_more_is_refused_in_turtle() -> None:
    with pytest.raises(CaseTooLargeError, match=f"more than {MOST:,} values"):
        parse_turtle(triples(MOST))


def test_lists_are_counted_before_any_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("spinegraph.engine.decide.case_text.json.loads", lambda *_, **__: pytest.fail("it was read"))
    with pytest.raises(CaseTooLargeError):
        parse_json(b'{"present": [' + b"[]," * 300_000 + b"[]]}")


def test_words_may_have_any_number_of_commas() -> None:
    assert parse_json(json.dumps({"narrative": ", " * 200_000}).encode())
