"""YAML bodies of 800 kB of list items held the service for a minute, and 2,500 brackets for more than a second."""

from __future__ import annotations

import pytest
from spinegraph.engine import CaseError, CaseTooLargeError, MalformedCaseError, make_case, parse_yaml
from spinegraph.engine.decide.codebook import Codebook
from spinegraph.engine.knowledge import yaml_text
from spinegraph.engine.knowledge.yaml_text import CASE, DOCUMENT, Limits, read_yaml


def _events_taken(monkeypatch: pytest.MonkeyPatch, body: bytes) -> int:
    """How many values are taken before a body is refused: work is counted, not timed."""
    taken = []
    take = yaml_text._Builder.take

    def counted(self: yaml_text._Builder, event: object) -> None:
        taken.append(event)
        take(self, event)  # type: ignore[arg-type]

    monkeypatch.setattr(yaml_text._Builder, "take", counted)
    with pytest.raises(CaseError):
        parse_yaml(body)
    return len(taken)


@pytest.mark.parametrize("item", [b"a,", b"[],", b"{},", b'"",', b"a: b,"])
def test_a_body_of_800_kb_is_refused_unread(item: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    body = b"present: [" + item * (800_000 // len(item)) + b"]"
    assert _events_taken(monkeypatch, body) == 0


@pytest.mark.parametrize("start", [b"present: [", b"present: [[", b"measurements: {a: ["])
def test_many_values_are_refused_when_there_are_too_many(start: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    assert _events_taken(monkeypatch, start + b"a," * 100_000) == CASE.values + 1


@pytest.mark.parametrize("bracket", [b"[", b"{a: ", b"- ", b"[{a: "])
def test_brackets_are_refused_when_they_are_too_deep(bracket: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    assert _events_taken(monkeypatch, bracket * 2_500) < 100


def test_a_case_that_names_everything_is_read(codebook: Codebook) -> None:
    codes = [code for code in dict.fromkeys(codebook.findings.values()) if code not in codebook.derived_only]
    body = "\n".join(["present:", *(f"  - {code}" for code in codes), f"narrative: {'long ' * 20_000}"])
    data = parse_yaml(body.encode())
    data.pop("narrative")
    assert make_case(data, codebook).present == tuple(sorted(codes))


def test_many_cases_are_read() -> None:
    body = b"- name: a\n  case: {present: [fever]}\n" * 5_000
    assert len(read_yaml(body, DOCUMENT).data) == 5_000
    with pytest.raises(CaseTooLargeError, match="more than 100 values"):
        read_yaml(body, Limits(1 << 20, 100))


@pytest.mark.parametrize("key", ["x" * 900, "\x1b[31mkey", "\ud800"])
def test_a_key_is_repeated_short_and_without_what_steers_a_terminal(key: str, codebook: Codebook) -> None:
    with pytest.raises(MalformedCaseError) as refused:
        make_case({key: 1}, codebook)
    assert len(str(refused.value)) < 400
    assert "\x1b" not in refused.value.what
